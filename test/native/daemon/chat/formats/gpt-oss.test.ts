import { describe, expect, it } from 'vitest';
import { gptOss } from '../../../../../native/daemon/chat/formats/gpt-oss.ts';
import { readInAllWays, readReply, sampleTools } from '../../../../support/daemon/reply-reading.ts';

const analysis = "<|channel|>analysis<|message|>I'm\nthinking<|end|><|start|>assistant";

describe('gpt-oss', () => {
  it.each([
    ['the final channel', '<|channel|>final<|message|>Hello\nyou'],
    ['commentary without recipient', '<|channel|>commentary<|message|>Hello\nyou'],
    ['no channel at all', 'Hello\nyou'],
    ['an unknown channel', '<|channel|>finale<|message|>Hello\nyou'],
    ['a channel without message marker', '<|channel|>final Hello\nyou'],
    ['an end', '<|channel|>final<|message|>Hello\nyou<|return|>'],
    ['a channel twice', '<|channel|>commentary to=assistant<|channel|>final<|message|>Hello\nyou'],
    ['constrained output', '<|channel|>final <|constrain|>json<|message|>Hello\nyou'],
  ])('reads text in %s', (_, text) => {
    expect(readInAllWays(gptOss, text)).toMatchObject({ text: 'Hello\nyou', reasoning: '', calls: [], broken: [] });
  });

  it('reads reasoning, then text', () => {
    expect(readInAllWays(gptOss, `${analysis}<|channel|>final<|message|>Hello`)).toMatchObject({
      reasoning: "I'm\nthinking",
      text: 'Hello',
    });
  });

  it('reads a preamble between reasoning and answer', () => {
    const read = readInAllWays(
      gptOss,
      `${analysis}<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>final<|message|>Done.`,
    );
    expect(read.text).toBe('I will look.\nDone.');
  });

  it.each([
    ['in the role', ' to=functions.read_file<|channel|>analysis<|message|>{"path": "a"}'],
    ['in the channel', '<|channel|>analysis to=functions.read_file<|message|>{"path": "a"}'],
    [
      'with a constraint',
      ' to=functions.read_file<|channel|>commentary <|constrain|>json<|message|>{"path": "a"}<|call|>',
    ],
    ['in commentary', '<|channel|>commentary to=functions.read_file <|constrain|>json<|message|>{"path": "a"}<|call|>'],
    ['with the type as a word', '<|channel|>commentary to=functions.read_file json<|message|>{"path": "a"}'],
    [
      'after reasoning',
      `${analysis}<|channel|>commentary to=functions.read_file <|constrain|>json<|message|>{"path": "a"}`,
    ],
    ['after reasoning, in the role', `${analysis} to=functions.read_file<|channel|>commentary<|message|>{"path": "a"}`],
    [
      'with the channel twice',
      '<|channel|>commentary to=functions.read_file<|channel|>commentary<|message|>{"path": "a"}',
    ],
    ['without message marker', '<|channel|>commentary to=functions.read_file <|constrain|>json{"path": "a"}'],
    ['with a misspelt channel', '<|channel|>comment to=functions.read_file<|message|>{"path": "a"}'],
    ['without the namespace', '<|channel|>commentary to=read_file<|message|>{"path": "a"}'],
    ['without its closing brace', '<|channel|>commentary to=functions.read_file<|message|>{"path": "a"<|call|>'],
  ])('reads a call %s', (_, text) => {
    const read = readInAllWays(gptOss, text);
    expect(read.calls).toMatchObject([{ id: 'call_0', name: 'read_file', arguments: '{"path": "a"}' }]);
    expect(read).toMatchObject({ text: '', broken: [] });
  });

  it('reads several calls', () => {
    const one = '<|channel|>commentary to=functions.run_tests<|message|>{}<|call|>';
    expect(readInAllWays(gptOss, `${one}<|start|>assistant${one}`).calls.map((call) => call.id)).toEqual([
      'call_0',
      'call_1',
    ]);
  });

  it.each([
    [' to=container.exec<|channel|>commentary<|message|>{"cmd": ["ls"]}', 'container.exec', '{"cmd": ["ls"]}'],
    ['<|channel|>commentary to=python <|constrain|>code<|message|>print("hello")', 'python', 'print("hello")'],
    ['<|channel|>analysis to=browser.search code<|message|>{"query": "x"}<|call|>', 'browser.search', '{"query": "x"}'],
  ])('refuses a tool of the model that is not offered, and shows nothing of it as text: %s', (text, name, written) => {
    for (const tools of [sampleTools, []]) {
      const read = readInAllWays(gptOss, analysis + text, { tools });
      expect(read).toMatchObject({ reasoning: `I'm\nthinking\n${name} ${written}`, text: '', calls: [] });
      const advice = expect.stringContaining(tools.length > 0 ? 'Use one of these: run_tests' : 'no tools');
      expect(read.broken).toMatchObject([{ name, text: '', advice }]);
    }
  });

  it('never makes a call of what was cut by length', () => {
    const whole = '<|channel|>commentary to=functions.read_file <|constrain|>json<|message|>{"path": "abc"}';
    for (let length = 1; length < whole.length; length += 1) {
      expect(readReply(gptOss, whole.slice(0, length), { truncated: true }).calls).toEqual([]);
    }
  });

  it('goes on in a message that the prompt opened', () => {
    expect(
      readInAllWays(gptOss, 'more<|end|><|start|>assistant<|channel|>final<|message|>Hi', {
        prompt: '<|start|>assistant<|channel|>analysis<|message|>',
      }),
    ).toMatchObject({
      reasoning: 'more',
      text: 'Hi',
    });
  });
});
