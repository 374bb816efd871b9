import { describe, expect, it } from 'vitest';
import { hermesQwen } from '../../../../../native/daemon/chat/formats/hermes-qwen.ts';
import { readInAllWays, readReply } from '../../../../support/daemon/reply-reading.ts';

const call = (json: string): string => `<tool_call>\n${json}\n</tool_call>`;
const good = '{"name": "read_file", "arguments": {"path": "a"}}';

describe('Hermes and Qwen', () => {
  it('reads text and calls, arguments verbatim', () => {
    const read = readInAllWays(
      hermesQwen,
      `I look.\n${call('{"name": "read_file", "arguments": {"path":  "a"}}')}\n${call('{"name": "run_tests", "arguments": {}}')}`,
    );
    expect(read.text).toBe('I look.');
    expect(read.calls).toEqual([
      { id: 'call_0', name: 'read_file', arguments: '{"path":  "a"}', repaired: false },
      { id: 'call_1', name: 'run_tests', arguments: '{}', repaired: false },
    ]);
    expect(read.streamed).toEqual(['{"path":  "a"}', '{}']);
  });

  it('streams arguments as they come', () => {
    const parser = hermesQwen.parser({
      prompt: '',
      tools: [{ name: 'w', parameters: {} }],
      nextCallIndex: 0,
      choice: 'auto',
    });
    parser.push('<tool_call>\n{"name": "w", "arguments": {"text": "ab');
    expect(parser.push('cd')).toMatchObject([{ kind: 'call', argumentsText: 'cd' }]);
  });

  it('reads reasoning first', () => {
    expect(readInAllWays(hermesQwen, `<think>\nI think\n</think>\n\n${call(good)}`)).toMatchObject({
      reasoning: 'I think',
      text: '',
    });
  });

  it('reads a call in reasoning, and leaves a mentioned tag there', () => {
    const read = readInAllWays(hermesQwen, `<think>\nI write <tool_call> and {"a": 1}.\n${call(good)}`);
    expect(read.reasoning).toBe('I write <tool_call> and {"a": 1}.');
    expect(read.calls).toHaveLength(1);
  });

  it.each([
    ['parameters', call('{"name": "read_file", "parameters": {"path": "a"}}')],
    ['arguments first', call('{"arguments": {"path": "a"}, "name": "read_file"}')],
    ['arguments as text', call('{"name": "read_file", "arguments": "{\\"path\\": \\"a\\"}"}')],
    ['a nested function', call('{"type": "function", "function": {"name": "read_file", "arguments": {"path": "a"}}}')],
    ['arguments beside the name', call('{"name": "read_file", "path": "a"}')],
    ['the name as key', call('{"read_file": {"path": "a"}}')],
    ['a list', call(`[${good}]`)],
    ['a fence', call(`\`\`\`json\n${good}\n\`\`\``)],
    ['no end', `<tool_call>\n${good}`],
    ['a missing brace', call('{"name": "read_file", "arguments": {"path": "a"}')],
    ['single quotes', call("{'name': 'read_file', 'arguments': {'path': 'a'}}")],
    ['a brace too many', call(`${good}}`)],
    ['no tags', good],
    ['no begin tag', `${good}\n</tool_call>`],
    ['the prefix functions.', call('{"name": "functions.read_file", "arguments": {"path": "a"}}')],
  ])('reads a call with %s', (_, text) => {
    const read = readInAllWays(hermesQwen, text);
    expect(read).toMatchObject({ text: '', broken: [] });
    expect(read.calls.map((one) => [one.name, JSON.parse(one.arguments) as unknown])).toEqual([
      ['read_file', { path: 'a' }],
    ]);
  });

  it('reads several calls in one tag', () => {
    expect(readInAllWays(hermesQwen, call(`${good}\n${good}`)).calls.map((one) => one.id)).toEqual([
      'call_0',
      'call_1',
    ]);
    expect(readInAllWays(hermesQwen, call(`[${good}, ${good}]`)).calls).toHaveLength(2);
  });

  it('reads calls that begin before the last has ended', () => {
    expect(readInAllWays(hermesQwen, `<tool_call>${good}<tool_call>${good}`).calls).toHaveLength(2);
  });

  it('reads a list of calls between the tags of Apriel', () => {
    const read = readInAllWays(
      hermesQwen,
      `I look.\n<tool_calls>[${good}, {"name": "run_tests", "arguments": {}}]</tool_calls>`,
    );
    expect(read).toMatchObject({ text: 'I look.', calls: [{ name: 'read_file' }, { name: 'run_tests' }], broken: [] });
  });

  it('takes tags inside an argument string as content', () => {
    const json = '{"name": "read_file", "arguments": {"path": "</tool_call><tool_call>"}}';
    expect(readInAllWays(hermesQwen, call(json)).calls).toMatchObject([
      { arguments: '{"path": "</tool_call><tool_call>"}' },
    ]);
  });

  it('leaves an answer that is JSON alone', () => {
    const answer = '{"name": "Bob", "age": 3}';
    expect(readInAllWays(hermesQwen, answer)).toMatchObject({ text: answer, calls: [], broken: [] });
    expect(readInAllWays(hermesQwen, '{"a": [1]}\nThat is it.').text).toBe('{"a": [1]}\nThat is it.');
    expect(readInAllWays(hermesQwen, '[1] is a note').text).toBe('[1] is a note');
  });

  it('refuses what is no call and what names no tool', () => {
    expect(readInAllWays(hermesQwen, call('read the file')).broken).toMatchObject([{ text: 'read the file' }]);
    expect(readInAllWays(hermesQwen, call('{"name": "open_door", "arguments": {}}')).broken).toMatchObject([
      { name: 'open_door' },
    ]);
  });

  it('never makes a call of what was cut by length', () => {
    const whole = call(good);
    for (let length = 1; length < whole.lastIndexOf('}'); length += 1) {
      expect(readReply(hermesQwen, whole.slice(0, length), { truncated: true }).calls).toEqual([]);
    }
  });
});
