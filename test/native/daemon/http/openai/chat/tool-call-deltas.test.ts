import { describe, expect, it } from 'vitest';
import { ToolCallDeltas } from '../../../../../../native/daemon/http/openai/chat/tool-call-deltas.ts';

const piece = (index: number, argumentsText: string, name = 'read_file', id = `functions.${name}:${index}`) =>
  ({ kind: 'call', index, id, name, argumentsText }) as const;
const done = (index: number, text: string, name = 'read_file') =>
  ({ kind: 'callDone', index, id: `functions.${name}:${index}`, name, arguments: text, repaired: false }) as const;

describe('deltas of tool calls', () => {
  it('announce a call with its first argument and send each piece once', () => {
    const deltas = new ToolCallDeltas();
    expect(deltas.push(piece(0, ''))).toEqual([]);
    expect(deltas.push(piece(0, '{"path"'))).toEqual([
      { index: 0, id: 'functions.read_file:0', type: 'function', function: { name: 'read_file', arguments: '' } },
      { index: 0, function: { arguments: '{"path"' } },
    ]);
    expect(deltas.push(piece(0, ': 1}'))).toEqual([{ index: 0, function: { arguments: ': 1}' } }]);
    expect(deltas.push(done(0, '{"path": 1}'))).toEqual([]);
  });

  it('take the last name given before anything was sent', () => {
    const deltas = new ToolCallDeltas();
    deltas.push(piece(0, '', 'readfile'));
    expect(deltas.push(done(0, '{}'))[0]).toMatchObject({
      id: 'functions.read_file:0',
      function: { name: 'read_file' },
    });
  });

  it('number calls without gaps when one before them broke unsent', () => {
    const deltas = new ToolCallDeltas();
    deltas.push(piece(0, ''));
    expect(deltas.push(done(1, '{}')).map((delta) => delta.index)).toEqual([0, 0]);
    expect(deltas.push(done(2, '{}')).map((delta) => delta.index)).toEqual([1, 1]);
  });

  it('announce a call without arguments when it is done', () => {
    expect(new ToolCallDeltas().push(done(0, ''))).toHaveLength(1);
  });
});
