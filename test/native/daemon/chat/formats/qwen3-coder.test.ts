import { describe, expect, it } from 'vitest';
import { qwen3Coder } from '../../../../../native/daemon/chat/formats/qwen3-coder.ts';
import { readInAllWays, readReply } from '../../../../support/daemon/reply-reading.ts';

const call = (name: string, values: Record<string, string>): string =>
  `<tool_call>\n<function=${name}>\n${Object.entries(values)
    .map(([key, value]) => `<parameter=${key}>\n${value}\n</parameter>\n`)
    .join('')}</function>\n</tool_call>`;

const parsed = (text: string, options = {}): unknown[] =>
  readInAllWays(qwen3Coder, text, options).calls.map((one) => JSON.parse(one.arguments) as unknown);

describe('Qwen3-Coder', () => {
  it('follows references to know what a value is', () => {
    const parameters = {
      type: 'object',
      properties: {
        name: { $ref: '#/$defs/name' },
        at: { $ref: '#/$defs/place' },
        maybe: { anyOf: [{ $ref: '#/$defs/name' }, { type: 'null' }] },
      },
      allOf: [{ properties: { more: { type: 'string' } } }],
      $defs: { name: { type: 'string' }, place: { type: 'object' } },
    };
    const text = call('f', { name: '123', at: '{"x": 1}', maybe: '7', more: 'true' });
    expect(parsed(text, { tools: [{ name: 'f', parameters }] })).toEqual([
      { name: '123', at: { x: 1 }, maybe: '7', more: 'true' },
    ]);
  });

  it('reads text and a call, each value by its schema', () => {
    const read = readInAllWays(qwen3Coder, `I look.\n\n${call('read_file', { path: '42', start_line: '42' })}`);
    expect(read.text).toBe('I look.');
    expect(read.calls).toEqual([
      { id: 'call_0', name: 'read_file', arguments: '{"path": "42", "start_line": 42}', repaired: false },
    ]);
    expect(read.streamed).toEqual(['{"path": "42", "start_line": 42}']);
  });

  it('keeps lines and indentation of a value', () => {
    const old = '  if (a < b) {\n    return "</p>";\n\n  }';
    expect(parsed(call('edit_file', { path: 'a', old_string: old, new_string: '' }))).toEqual([
      { path: 'a', old_string: old, new_string: '' },
    ]);
  });

  it('keeps quotes of a text value', () => {
    expect(parsed(call('read_file', { path: '"a"' }))).toEqual([{ path: '"a"' }]);
  });

  it('streams a text value while it is written', () => {
    const parser = qwen3Coder.parser({
      prompt: '',
      tools: [{ name: 'w', parameters: { properties: { text: { type: 'string' } } } }],
      nextCallIndex: 0,
      choice: 'auto',
    });
    parser.push('<tool_call>\n<function=w>\n<parameter=text>\nsay "hi');
    expect(parser.push('" and\n')).toMatchObject([{ kind: 'call', argumentsText: '\\" and' }]);
  });

  it('reads booleans and lists, as JSON or Python', () => {
    expect(parsed(call('edit_file', { path: 'a', old_string: 'b', new_string: 'c', replace_all: 'True' }))).toEqual([
      { path: 'a', old_string: 'b', new_string: 'c', replace_all: true },
    ]);
    expect(parsed(call('update_plan', { steps: "[{'text': 'x', 'status': 'open'}]" }))).toEqual([
      { steps: [{ text: 'x', status: 'open' }] },
    ]);
  });

  it('reads several calls', () => {
    expect(parsed(`${call('run_tests', {})}\n${call('read_file', { path: 'a' })}`)).toEqual([{}, { path: 'a' }]);
  });

  it('reads reasoning first, opened by the prompt or by the model', () => {
    const text = `I think.\n</think>\n\n${call('run_tests', {})}`;
    expect(readInAllWays(qwen3Coder, text, { prompt: '<|im_start|>assistant\n<think>\n' })).toMatchObject({
      reasoning: 'I think.',
      text: '',
    });
    expect(readInAllWays(qwen3Coder, `<think>\n${text}`)).toMatchObject({ reasoning: 'I think.', text: '' });
  });

  it('reads a call inside reasoning, and leaves a mentioned tag there', () => {
    const read = readInAllWays(qwen3Coder, `<think>I use <tool_call> now.\n${call('run_tests', {})}`);
    expect(read.reasoning).toBe('I use <tool_call> now.');
    expect(read.calls).toHaveLength(1);
  });

  it.each([
    ['no outer tag', '<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>'],
    ['no outer tags at all', '<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>'],
    ['no end of the parameter', '<tool_call>\n<function=read_file>\n<parameter=path>\na\n</function>\n</tool_call>'],
    ['no end of the function', '<tool_call>\n<function=read_file>\n<parameter=path>\na\n</parameter>\n</tool_call>'],
    ['no end at all', '<tool_call>\n<function=read_file>\n<parameter=path>\na\n</parameter>'],
    ['no newlines', '<tool_call><function=read_file><parameter=path>a</parameter></function></tool_call>'],
    [
      'quotes around the key',
      '<tool_call>\n<function=read_file>\n<parameter="path">\na\n</parameter>\n</function>\n</tool_call>',
    ],
  ])('reads a call with %s', (_, text) => {
    const read = readInAllWays(qwen3Coder, text);
    expect(read).toMatchObject({ text: '', broken: [] });
    expect(read.calls.map((one) => JSON.parse(one.arguments) as unknown)).toEqual([{ path: 'a' }]);
  });

  it('reads on when the end of a parameter is forgotten before the next', () => {
    const text =
      '<tool_call>\n<function=edit_file>\n<parameter=path>\na\n<parameter=old_string>\nb\n</parameter>\n<parameter=new_string>\nc\n</parameter>\n</function>\n</tool_call>';
    expect(parsed(text)).toEqual([{ path: 'a', old_string: 'b', new_string: 'c' }]);
  });

  it('takes tags inside a value as content', () => {
    const old = 'x </parameter> y\n<parameter=zzz>\n</function> z';
    expect(parsed(call('edit_file', { path: 'a', old_string: old, new_string: 'b' }))).toEqual([
      { path: 'a', old_string: old, new_string: 'b' },
    ]);
  });

  it('repairs a name and refuses an unknown one', () => {
    expect(readInAllWays(qwen3Coder, call('functions.read_file', { path: 'a' })).calls).toMatchObject([
      { name: 'read_file', repaired: true },
    ]);
    expect(readInAllWays(qwen3Coder, call('open_door', { path: 'a' })).broken).toMatchObject([
      { name: 'open_door', advice: expect.stringMatching(/^Error: there is no tool named open_door/) },
    ]);
  });

  it('never makes a call of what was cut by length', () => {
    const whole = call('edit_file', { path: 'a.ts', old_string: 'b', new_string: 'c' });
    for (let length = 12; length < whole.indexOf('</function>') + 10; length += 1) {
      const read = readReply(qwen3Coder, whole.slice(0, length), { truncated: true });
      expect(read.calls).toEqual([]);
      expect(read.broken).toHaveLength(1);
    }
  });

  it('makes a call when the model itself stopped after a whole value, and not within one', () => {
    const begun = '<tool_call>\n<function=read_file>\n<parameter=path>\na.t';
    expect(parsed(`${begun}\n</parameter>`)).toEqual([{ path: 'a.t' }]);
    const half = readInAllWays(qwen3Coder, begun);
    expect(half.calls).toEqual([]);
    expect(half.broken).toMatchObject([{ name: 'read_file', partial: '{"path": "a.t"' }]);
  });
});
