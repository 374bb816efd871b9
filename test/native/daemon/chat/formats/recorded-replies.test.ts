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

describe('Gemma 4', () => {
  const call = (inner: string): string => `<|tool_call>call:f{${inner}}<tool_call|>`;
  const tools = [{ name: 'f', parameters: { type: 'object', additionalProperties: true } }];
  const read = (inner: string): unknown =>
    JSON.parse(readInAllWays(format('gemma-4'), call(inner), { tools }).calls[0]?.arguments ?? '');

  it('has its values read as JSON', () => {
    const values = { a: [{ b: null, c: -1.5e3 }, true], text: 'a "b" {c: 1}\n\\d \u{1f600}' };
    const quote = '<|"|>';
    expect(read(`a:[{b:null,c:-1.5e3},true],text:${quote}${values.text}${quote}`)).toEqual(values);
    expect(read(`${quote}a b${quote}:{},l:[]`)).toEqual({ 'a b': {}, l: [] });
  });

  it('leaves marks of reasoning that stand alone out of the text', () => {
    const text = '<|channel><|channel>thought\n<channel|>Hi<|channel>thought\n<channel|><channel|>';
    expect(readInAllWays(format('gemma-4'), text)).toMatchObject({ text: 'Hi', reasoning: '' });
  });
});

describe('LFM2', () => {
  it('has its Python read as JSON', () => {
    const tools = [{ name: 'a.f', parameters: { type: 'object', additionalProperties: true } }];
    const values = String.raw`s='it\'s', t="\x41\n", d={'k': [True, None, (1, 2)]}, w=word`;
    const { calls } = readInAllWays(format('lfm2'), `<|tool_call_start|>[a.f(${values})]<|tool_call_end|>`, { tools });
    expect(JSON.parse(calls[0]?.arguments ?? '')).toEqual({
      s: "it's",
      t: 'A\n',
      d: { k: [true, null, [1, 2]] },
      w: 'word',
    });
  });

  it('leaves links and lists in its answer alone', () => {
    const text = 'See [link text](url), f(a=1) and [f(a=1)].';
    expect(readInAllWays(format('lfm2'), text)).toMatchObject({ text, calls: [] });
  });
});

describe('MiniMax M3', () => {
  const mark = ']<]minimax[>[';
  const tag = (name: string, inner: string): string => `${mark}<${name}>${inner}${mark}</${name}>`;

  it('has lists and objects in tags, each read by its schema', () => {
    const steps = [
      { text: 'a < b', status: 'open' },
      { text: '5', status: 'done' },
    ];
    const items = steps.map(({ text, status }) => tag('item', tag('text', text) + tag('status', status)));
    const call = `${mark}<invoke name="update_plan">${tag('steps', items.join(''))}${mark}</invoke>`;
    const { calls } = readInAllWays(format('minimax-m3'), `${mark}<tool_call>\n${call}\n${mark}</tool_call>`);
    expect(calls).toMatchObject([{ name: 'update_plan', repaired: false }]);
    expect(JSON.parse(calls[0]?.arguments ?? '')).toEqual({ steps });
  });

  it('keeps tags in a text', () => {
    const call = `${mark}<invoke name="read_file">${tag('path', tag('b', 'x'))}${mark}</invoke>`;
    expect(readInAllWays(format('minimax-m3'), call).calls[0]?.arguments).toBe(
      JSON.stringify({ path: tag('b', 'x') }).replace(':', ': '),
    );
  });
});

describe('Muse Glimmer', () => {
  it('only mentions calls to the user and to itself', () => {
    const call = '<atem:function_calls>\n<atem:invoke name="run_tests">\n</atem:invoke>\n</atem:function_calls>';
    const text = ` to=self<|message|>Not ${call}<|eom|><|start|>assistant to=user<|message|>So:\n${call}<|eot|>`;
    expect(readInAllWays(format('muse-glimmer'), text)).toMatchObject({
      reasoning: `Not ${call}`,
      text: `So:\n${call}`,
      calls: [],
    });
  });

  it('may answer without a header', () => {
    expect(readInAllWays(format('muse-glimmer'), 'Hello, to whom?')).toMatchObject({ text: 'Hello, to whom?' });
  });
});
