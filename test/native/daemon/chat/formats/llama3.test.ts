import { describe, expect, it } from 'vitest';
import { llama3 } from '../../../../../native/daemon/chat/formats/llama3.ts';
import { readInAllWays, readReply } from '../../../../support/daemon/reply-reading.ts';

const good = '{"name": "read_file", "parameters": {"path": "a"}}';

describe('Llama 3', () => {
  it.each([
    ['as the reply', good],
    ['after the Python tag', `<|python_tag|>${good}`],
    ['with a type', '{"type": "function", "name": "read_file", "parameters": {"path": "a"}}'],
    ['as Python', '<|python_tag|>read_file.call(path="a")'],
    ['as Python without call', "<|python_tag|>read_file(path='a')"],
    ['without its end', '{"name": "read_file", "parameters": {"path": "a"}'],
  ])('reads a call %s', (_, text) => {
    const read = readInAllWays(llama3, text);
    expect(read).toMatchObject({ text: '', broken: [] });
    expect(read.calls.map((one) => [one.id, one.name, JSON.parse(one.arguments) as unknown])).toEqual([
      ['call_0', 'read_file', { path: 'a' }],
    ]);
  });

  it('reads several calls', () => {
    expect(readInAllWays(llama3, `${good}; ${good}`).calls).toHaveLength(2);
    expect(readInAllWays(llama3, `${good}\n${good}`).calls).toHaveLength(2);
  });

  it('leaves answers alone, JSON too', () => {
    for (const text of ['Hello', '{"name": "Bob"}', '{"a": 1}', ' {curly} text'])
      expect(readInAllWays(llama3, text)).toMatchObject({ text, calls: [], broken: [] });
  });

  it('refuses an unknown tool after the Python tag', () => {
    expect(readInAllWays(llama3, '<|python_tag|>{"name": "open_door", "parameters": {}}').broken).toMatchObject([
      { name: 'open_door' },
    ]);
    expect(readInAllWays(llama3, '<|python_tag|>print(1)\nprint(2)').broken).toMatchObject([
      { name: 'python', text: 'print(1)\nprint(2)' },
    ]);
  });

  it('runs Python where such a tool is offered', () => {
    const tools = [
      { name: 'code_interpreter', parameters: { type: 'object', properties: { source: { type: 'string' } } } },
    ];
    expect(readInAllWays(llama3, '<|python_tag|>print(1)\nprint(2)', { tools }).calls).toMatchObject([
      { name: 'code_interpreter', arguments: '{"source":"print(1)\\nprint(2)"}' },
    ]);
  });

  it('never makes a call of what was cut by length', () => {
    for (const whole of [good, `<|python_tag|>${good}`, '<|python_tag|>read_file.call(path="abc"']) {
      for (let length = 1; length < whole.length; length += 1) {
        expect(readReply(llama3, whole.slice(0, length), { truncated: true }).calls).toEqual([]);
      }
    }
  });
});
