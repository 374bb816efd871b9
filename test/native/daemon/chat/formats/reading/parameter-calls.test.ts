import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../../../../../../native/protocol/chat.ts';
import type { ReplyEvent } from '../../../../../../native/daemon/chat/formats/tool-format.ts';
import { thinkTags } from '../../../../../../native/daemon/chat/formats/reading/incremental-parser.ts';
import { ParameterCallParser } from '../../../../../../native/daemon/chat/formats/reading/parameter-calls.ts';
import type { ParameterStyle } from '../../../../../../native/daemon/chat/formats/reading/parameter-calls.ts';

const tools: readonly ToolDefinition[] = [
  {
    name: 'write',
    parameters: {
      type: 'object',
      properties: { path: { type: 'string' }, text: { type: 'string' }, line: { type: 'integer' } },
      required: ['path'],
    },
  },
];

/** Every tag of its own, so that each step can be told from the others. */
const style: ParameterStyle = {
  callOpen: ['<call>'],
  callClose: ['</name>', '</call>'],
  nameOpen: '<name=',
  nameClose: ['>'],
  keyOpen: '<key=',
  keyClose: '>',
  valueOpen: undefined,
  valueClose: '</key>',
  stray: ['<stray>'],
  layout: 'verbatim',
  thinking: thinkTags,
};
const tagged: ParameterStyle = {
  ...style,
  callClose: ['</call>'],
  nameOpen: undefined,
  nameClose: ['\n'],
  keyOpen: '<k>',
  keyClose: '</k>',
  valueOpen: '<v>',
  valueClose: '</v>',
};

function read(reply: string, options: { readonly by?: ParameterStyle; readonly truncated?: boolean } = {}) {
  const parse = (pieces: readonly string[]): ReplyEvent[] => {
    const parser = new ParameterCallParser(
      { prompt: '', tools, nextCallIndex: 0, choice: 'auto' },
      options.by ?? style,
    );
    return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end(options.truncated ?? false)];
  };
  const result = summary(parse([reply]));
  expect(summary(parse([...reply]))).toEqual(result); // the same when it comes character by character
  return result;
}

function summary(events: readonly ReplyEvent[]) {
  const joined = (kind: 'text' | 'reasoning'): string =>
    events.map((event) => (event.kind === kind && 'text' in event ? event.text : '')).join('');
  return {
    text: joined('text'),
    reasoning: joined('reasoning'),
    calls: events.flatMap((event) => (event.kind === 'callDone' ? [JSON.parse(event.arguments) as unknown] : [])),
    repaired: events.some((event) => event.kind === 'callDone' && event.repaired),
    broken: events.flatMap((event) => (event.kind === 'callBroken' ? [event.broken.text] : [])),
  };
}

const call = '<call><name=write><key=path>a.ts</key><key=line>3</key></name></call>';

describe('a call with tagged parameters', () => {
  it('is read with the text around it, each value by its type', () => {
    expect(read(`Now ${call} done`)).toEqual({
      text: 'Now  done',
      reasoning: '',
      calls: [{ path: 'a.ts', line: 3 }],
      repaired: false,
      broken: [],
    });
  });

  it('streams the text of a value while it is being written', () => {
    const parser = new ParameterCallParser({ prompt: '', tools, nextCallIndex: 0, choice: 'auto' }, style);
    const events = parser.push('<call><name=write><key=path>src/a');
    expect(events.map((event) => (event.kind === 'call' ? event.argumentsText : event.kind))).toEqual([
      '',
      '{"path": "',
      'src/a',
    ]);
  });

  it('needs no outer tag', () => {
    expect(read('<name=write><key=path>a</key></name>').calls).toEqual([{ path: 'a' }]);
  });

  it('may be followed by another one without an end between them', () => {
    expect(read('<name=write><key=path>a</key><name=write><key=path>b</key></name>').calls).toEqual([
      { path: 'a' },
      { path: 'b' },
    ]);
  });

  it('may have its value in tags of its own, directly after the outer tag', () => {
    const reply = '<call>write\n<k>path</k>\n<v>a</v><k>line</k><v>4</v></call>';
    expect(read(reply, { by: tagged }).calls).toEqual([{ path: 'a', line: 4 }]);
  });

  it('keeps tags inside a value that do not end it', () => {
    expect(read('<name=write><key=path>a</key> b <key=x>c</key></name>').calls).toEqual([
      { path: 'a</key> b <key=x>c' },
    ]);
  });

  it('ends a value whose end was forgotten before the next declared key', () => {
    expect(read('<name=write><key=path>a<key=text>b</key></name>').calls).toEqual([{ path: 'a', text: 'b' }]);
  });

  it('has the last of two values for one key and counts as repaired', () => {
    const { calls, repaired } = read('<name=write><key=path>a</key><key=path>b</key></name>');
    expect([calls, repaired]).toEqual([[{ path: 'b' }], true]);
  });

  it('is broken when the reply ends inside it, by length or by the model itself', () => {
    const open = '<name=write><key=path>a';
    for (const truncated of [true, false])
      expect(read(open, { truncated })).toMatchObject({ calls: [], broken: ['write\npath: a'] });
    expect(read(`${open}</key>`)).toMatchObject({ calls: [{ path: 'a' }], broken: [] });
  });

  it('keeps the quotes of a text that may be null, and what has no type as text', () => {
    const offered: readonly ToolDefinition[] = [
      {
        name: 'write',
        parameters: {
          type: 'object',
          properties: {
            path: { type: ['string', 'null'] },
            text: { anyOf: [{ type: 'string' }, { type: 'null' }] },
            line: { description: 'Any.' },
            more: {},
          },
        },
      },
    ];
    const values = { path: '"a"', text: 'null', line: '3', more: '{"a": 1}', other: 'true' };
    const written = Object.entries(values).map(([key, value]) => `<key=${key}>${value}</key>`);
    const parser = new ParameterCallParser({ prompt: '', tools: offered, nextCallIndex: 0, choice: 'auto' }, style);
    const events = [...parser.push(`<name=write>${written.join('')}</name>`), ...parser.end(false)];
    const done = events.find((event) => event.kind === 'callDone');
    expect(JSON.parse(done?.arguments ?? '')).toEqual({ ...values, text: null });
  });

  it('gives back text between its parts', () => {
    expect(read('<name=write>note<key=path>a</key></name>')).toMatchObject({ text: 'note', calls: [{ path: 'a' }] });
  });

  it('is broken when it names no tool', () => {
    expect(read('<name=fly><key=path>a</key></name>')).toMatchObject({ calls: [], broken: ['fly\npath: a'] });
  });
});

describe('tags without a call', () => {
  it('are dropped from text, stray ones too', () => {
    expect(read('a <call> b <stray> c</call>')).toMatchObject({ text: 'a  b  c', calls: [] });
  });

  it('stay in reasoning, where they are only mentioned', () => {
    expect(read('<think>I use <call> here</think>ok')).toMatchObject({ reasoning: 'I use <call> here', text: 'ok' });
  });
});
