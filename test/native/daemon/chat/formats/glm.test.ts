import { describe, expect, it } from 'vitest';
import { glm } from '../../../../../native/daemon/chat/formats/glm.ts';
import { readInAllWays, readReply } from '../../../../support/daemon/reply-reading.ts';

const call = (name: string, values: Record<string, string>): string =>
  `<tool_call>${name}\n${Object.entries(values)
    .map(([key, value]) => `<arg_key>${key}</arg_key>\n<arg_value>${value}</arg_value>\n`)
    .join('')}</tool_call>`;

describe('GLM', () => {
  it('reads reasoning, text and a call', () => {
    const read = readInAllWays(
      glm,
      `\n<think>I think</think>\nI look.\n${call('read_file', { path: 'a b', start_line: '3' })}`,
    );
    expect(read).toMatchObject({ reasoning: 'I think', text: 'I look.', broken: [] });
    expect(read.calls).toEqual([
      { id: 'call_0', name: 'read_file', arguments: '{"path": "a b", "start_line": 3}', repaired: false },
    ]);
  });

  it('reads a call without arguments and several calls', () => {
    const read = readInAllWays(
      glm,
      `${call('run_tests', {})}\n${call('read_file', { path: 'a' })}<tool_call>run_tests</tool_call>`,
      { nextCallIndex: 4 },
    );
    expect(read.calls.map((one) => [one.id, one.arguments])).toEqual([
      ['call_4', '{}'],
      ['call_5', '{"path": "a"}'],
      ['call_6', '{}'],
    ]);
  });

  it('keeps newlines of a value', () => {
    const read = readInAllWays(glm, call('edit_file', { path: 'a', old_string: '\n  x\n', new_string: '' }));
    expect(JSON.parse(read.calls[0]?.arguments ?? '')).toEqual({ path: 'a', old_string: '\n  x\n', new_string: '' });
  });

  it('reads nested values', () => {
    const read = readInAllWays(glm, call('update_plan', { steps: '[{"text": "x", "status": "open"}]' }));
    expect(read.calls[0]?.arguments).toBe('{"steps": [{"text": "x", "status": "open"}]}');
  });

  it('keeps numbers that JavaScript cannot', () => {
    const tools = [
      {
        name: 'f',
        parameters: {
          type: 'object',
          properties: { id: { type: 'integer' }, x: { type: 'number' }, y: { type: 'object' } },
        },
      },
    ];
    expect(
      readInAllWays(glm, call('f', { id: '12345678901234567890', x: '1e999', y: '{"n": 1.0}' }), { tools }).calls[0]
        ?.arguments,
    ).toBe('{"id": 12345678901234567890, "x": 1e999, "y": {"n": 1.0}}');
  });

  it.each([
    ['no newlines', '<tool_call>read_file<arg_key>path</arg_key><arg_value>a</arg_value></tool_call>'],
    ['no end of the value', '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a</tool_call>'],
    ['no end of the call', '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>'],
    ['a key that is not closed', '<tool_call>read_file\n<arg_key>path\n<arg_value>a</arg_value>\n</tool_call>'],
    [
      'another call after it that begins too early',
      '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n<tool_call>',
    ],
  ])('reads a call with %s', (_, text) => {
    const read = readInAllWays(glm, text);
    expect(read.calls).toMatchObject([{ name: 'read_file', arguments: '{"path": "a"}' }]);
    expect(read.text).toBe('');
  });

  it('refuses an unknown tool', () => {
    expect(readInAllWays(glm, call('open_door', { a: 'b' })).broken).toMatchObject([
      { name: 'open_door', text: 'open_door\na: b' },
    ]);
  });

  it('never makes a call of what was cut by length', () => {
    const whole = call('read_file', { path: 'abc' });
    for (let length = 11; length < whole.length; length += 1) {
      expect(readReply(glm, whole.slice(0, length), { truncated: true }).calls).toEqual([]);
    }
  });
});
