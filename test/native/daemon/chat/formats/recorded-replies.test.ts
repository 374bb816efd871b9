import { describe, expect, it } from 'vitest';
import { toolFormats } from '../../../../../native/daemon/chat/formats/registry.ts';
import type { ToolFormat } from '../../../../../native/daemon/chat/formats/tool-format.ts';
import { familyReplies } from '../../../../support/daemon/family-replies.ts';
import { readInAllWays, readReply, sampleTools } from '../../../../support/daemon/reply-reading.ts';

const format = (name: string): ToolFormat => toolFormats.find((one) => one.name === name)!;

describe.each(Object.entries(familyReplies))('a reply of %s', (name, { good }) => {
  const family = format(name);

  it('is reasoning, text and a call, wherever it is cut in two', () => {
    const whole = readInAllWays(family, good);
    expect(whole).toMatchObject({ reasoning: 'w1', text: 'w2', broken: [] });
    expect(whole.calls).toMatchObject([{ name: 'read_file', repaired: false }]);
    expect(JSON.parse(whole.calls[0]?.arguments ?? '')).toEqual({ path: 'w3' });
    for (let at = 1; at < good.length; at += 1)
      expect([at, readReply(family, [good.slice(0, at), good.slice(at)])]).toEqual([at, whole]);
  });

  it('streams the arguments as they end up', () => {
    const read = readReply(family, [...good]);
    expect(read.streamed).toEqual(read.calls.map((call) => call.arguments));
  });

  it('keeps reasoning out of the answer where no tools are offered', () => {
    const thoughts = good.slice(0, good.indexOf('w2') + 2);
    expect(readInAllWays(family, thoughts, { tools: [], choice: 'none' })).toMatchObject({
      reasoning: 'w1',
      text: 'w2',
      calls: [],
      broken: [],
    });
  });

  it('makes no call of what was cut before its arguments ended', () => {
    for (let length = 1; length <= good.indexOf('w3') + 2; length += 1)
      expect([length, readReply(family, good.slice(0, length), { truncated: true }).calls]).toEqual([length, []]);
  });

  it('with a tool that does not exist is answered with advice', () => {
    const read = readInAllWays(family, good.replaceAll('read_file', 'open_door'));
    expect(read.calls).toEqual([]);
    // Their marks are words: without a tool's name behind them they are text.
    if (['command-r', 'firefunction'].includes(name)) return expect(read.text).toContain('open_door');
    expect(read.broken[0]?.advice ?? '').toMatch(/^Error: there is no tool named open_door/);
  });
});

describe('DeepSeek', () => {
  const call = (key: string, attributes: string, value: string): string =>
    `<｜DSML｜tool_calls>\n<｜DSML｜invoke name="f">\n<｜DSML｜parameter name="${key}"${attributes}>${value}</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>`;
  const tools = [{ name: 'f', parameters: { type: 'object', properties: { s: { type: 'string' }, any: {} } } }];
  const read = (text: string): unknown =>
    JSON.parse(readInAllWays(format('deepseek-v4'), text, { tools }).calls[0]?.arguments ?? '');

  it('says whether a value is text; the schema says it where that is missing', () => {
    expect(read(call('any', ' string="true"', '5'))).toEqual({ any: '5' });
    expect(read(call('any', ' string="false"', '[5]'))).toEqual({ any: [5] });
    expect(read(call('s', ' string="false"', '5'))).toEqual({ s: '5' });
    expect(read(call('s', '', 'x'))).toEqual({ s: 'x' });
  });

  it('ends its reasoning with a call where the end is forgotten', () => {
    const text = `I look.\n\n${call('s', ' string="true"', 'x')}`;
    const options = { tools, prompt: '<｜Assistant｜><think>' };
    expect(readInAllWays(format('deepseek-v4'), text, options)).toMatchObject({
      reasoning: 'I look.',
      text: '',
      calls: [{ arguments: '{"s": "x"}' }],
    });
  });
});

describe('Mistral', () => {
  it('gives calls the id that the model wrote', () => {
    const read = readInAllWays(format('mistral'), '[TOOL_CALLS]run_tests[CALL_ID]abc123DEF[ARGS]{}');
    expect(read.calls).toMatchObject([{ id: 'abc123DEF', name: 'run_tests', arguments: '{}' }]);
  });

  it('only mentions calls in its reasoning', () => {
    const text = '[THINK]Perhaps [TOOL_CALLS]run_tests[ARGS]{}?[/THINK][TOOL_CALLS]read_file[ARGS]{"path": "a"}';
    const read = readInAllWays(format('mistral'), text);
    expect(read.reasoning).toBe('Perhaps [TOOL_CALLS]run_tests[ARGS]{}?');
    expect(read.calls).toMatchObject([{ name: 'read_file' }]);
  });
});

describe('Kimi K3', () => {
  it('ends its reasoning with the answer where the end is forgotten', () => {
    const prompt = '<|open|>message role="assistant"<|sep|><|open|>think<|sep|>';
    expect(readInAllWays(format('kimi-k3'), 'hm<|open|>response<|sep|>Hi<|close|>response<|sep|>', { prompt })).toEqual(
      { reasoning: 'hm', text: 'Hi', calls: [], broken: [], streamed: [], started: [] },
    );
  });
});

describe('MiniCPM', () => {
  it('may put a value into a CDATA section', () => {
    const value = '<a href="/x">hi</a> </param>';
    const text = `<function name="read_file"><param name="path"><![CDATA[${value}]]></param></function>`;
    expect(readInAllWays(format('minicpm'), text).calls[0]?.arguments).toBe(
      JSON.stringify({ path: value }).replace(':', ': '),
    );
  });
});

describe('Apriel', () => {
  it('begins to reason without a mark where the prompt begins it', () => {
    const options = { tools: sampleTools, prompt: '<|begin_assistant|>\nHere are my reasoning steps:\n' };
    expect(readInAllWays(format('apriel'), 'hm\n[BEGIN FINAL RESPONSE]\nHi', options)).toMatchObject({
      reasoning: 'hm',
      text: 'Hi',
    });
  });
});
