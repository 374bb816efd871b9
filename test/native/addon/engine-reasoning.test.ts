import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine, NativeGrammar, NativeReasoning } from '../../../native/addon/contract.ts';
import { greedy, Nano, type Reply, run, runAlone } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;
let tokens: Int32Array;
let free: Reply;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
  tokens = nano.question('Implement add in src/math.js.');
  free = await runAlone(engine, { tokens });
});

afterAll(() => nano.model.close());

const nothing = new Int32Array(0);
const always = (gbnf: string): NativeGrammar => ({ gbnf, root: 'root', triggerTokens: nothing, triggerPatterns: [] });

/** Thoughts that the prompt opened, with `budget` tokens until the endings are written. */
function thinking(budget: number | undefined, ...endings: string[]): NativeReasoning {
  return {
    opened: true,
    open: '<think>',
    close: ['</think>'],
    budget,
    endings: endings.map((text) => ({ tokens: nano.tokens(text) })),
  };
}

test('thoughts end after their budget, and the reply goes on behind the mark', async () => {
  const mark = [...nano.tokens('</think>')];
  for (const budget of [0, 5]) {
    const { tokens: ids, done } = await runAlone(engine, { tokens, reasoning: thinking(budget, '</think>') });
    expect(ids.slice(0, budget + mark.length)).toEqual([...free.tokens.slice(0, budget), ...mark]);
    expect(ids.length).toBeGreaterThan(budget + mark.length);
    expect(done.reasoning).toBe(budget + mark.length);
  }
});

test('a trigger in thoughts or in quoted code does not switch a grammar on', async () => {
  const mark = '<|tool_calls_section_begin|>';
  const grammar = {
    gbnf: `root ::= ${mark} "zzq"`,
    root: 'root',
    triggerTokens: nano.tokens(mark),
    triggerPatterns: [],
  };
  /** The reply behind a text that it is made to begin with; thoughts end with `close`. */
  const after = async (text: string, close: string): Promise<string> => {
    const written = nano.tokens(text);
    const reasoning = { opened: true, open: '<think>', close: [close], budget: 0, endings: [{ tokens: written }] };
    const { tokens: ids } = await runAlone(engine, { tokens, grammar, reasoning, generateMax: written.length + 4 });
    expect(nano.text(ids)).toContain(text);
    return nano.text(ids.slice(written.length));
  };
  expect(await after(`hm.${mark}`, 'hm.')).toMatch(/^zzq/);
  expect(await after(`hm.\n\`\`\`js\na\n\`\`\`\n${mark}`, 'hm.')).toMatch(/^zzq/);
  expect(await after(`hm.\n\`\`\`js\n${mark}`, 'hm.')).not.toMatch(/^zzq/);
  expect(await after(`hm. \`${mark}`, 'hm.')).not.toMatch(/^zzq/);
  expect(await after(`hm${mark}`, 'never')).not.toMatch(/^zzq/);
});

test('thoughts that end by themselves, or have no budget, are only counted', async () => {
  const end = nano.text(free.tokens.slice(7, 9));
  const reasoning = {
    opened: true,
    open: '<think>',
    close: [end],
    budget: 20,
    endings: [{ tokens: nano.tokens('!') }],
  };
  const ended = await runAlone(engine, { tokens, reasoning });
  expect(ended.tokens).toEqual(free.tokens);
  expect(ended.done.reasoning).toBe(9);
  const unbounded = await runAlone(engine, { tokens, reasoning: thinking(undefined) });
  expect(unbounded.tokens).toEqual(free.tokens);
  // The token that ends the reply is none of them.
  expect(unbounded.done.reasoning).toBe(free.tokens.length - 1);
});

test('thoughts that the reply opens count from there', async () => {
  const open = nano.text(free.tokens.slice(3, 5));
  const reasoning = { ...thinking(4, '</think>'), opened: false, open };
  const { tokens: ids, done } = await runAlone(engine, { tokens, reasoning });
  const mark = [...nano.tokens('</think>')];
  expect(ids.slice(0, 9 + mark.length)).toEqual([...free.tokens.slice(0, 9), ...mark]);
  expect(done.reasoning).toBe(4 + mark.length);
  const late = await runAlone(engine, { tokens, reasoning: { ...reasoning, atStart: true } });
  expect(late.tokens).toEqual(free.tokens);
  expect(late.done.reasoning).toBe(0);
});

test('thoughts that are opened again end at once, with the next ending', async () => {
  const grammar = always('root ::= "abcdef" "</think>" "<think>" "</think>stop" "yes"');
  const reasoning = thinking(3, '</think>', '</think>stop');
  const { tokens: ids } = await runAlone(engine, { tokens, reasoning, grammar });
  // The grammar allows no mark within its first word: it is written behind it.
  expect(nano.text(ids)).toBe('abcdef</think><think></think>stopyes<|im_end|>');
  const again = always('root ::= [a-z]* "</think><think></think>stop" "yes"');
  expect(nano.text((await runAlone(engine, { tokens, reasoning, grammar: again })).tokens)).toMatch(
    /^[a-z]{3,}<\/think><think><\/think>stopyes<\|im_end\|>$/,
  );
});

test('what follows is held to the grammar, and a call in the thoughts is not cut', async () => {
  const answer = always('root ::= [^<]* "</think>" "yes"');
  const held = await runAlone(engine, { tokens, reasoning: thinking(6, '</think>'), grammar: answer });
  expect(nano.text(held.tokens)).toMatch(/<\/think>yes<\|im_end\|>$/);
  expect(held.tokens).toHaveLength(6 + nano.tokens('</think>yes').length + 1);

  const section = nano.tokens('<|tool_calls_section_begin|>')[0]!;
  expect(free.tokens).toContain(section);
  const at = free.tokens.indexOf(section);
  const lazy = { ...always('root ::= [^\\x00]*'), triggerTokens: Int32Array.of(section) };
  const called = await runAlone(engine, { tokens, reasoning: thinking(at + 3, '</think>'), grammar: lazy });
  expect(called.tokens).toEqual(free.tokens);
});

test('a character that has begun is written to its end first', async () => {
  const grammar = always('root ::= [\u{1f9e9}\u{1f9ea}]* "</think>" "yes"');
  for (let budget = 1; budget <= 6; budget++) {
    const { tokens: ids } = await runAlone(engine, { tokens, grammar, reasoning: thinking(budget, '</think>') });
    expect(nano.text(ids)).toMatch(/^[\u{1f9e9}\u{1f9ea}]*<\/think>yes<\|im_end\|>$/u);
  }
});

test('what was forced is in the cache like what was chosen', async () => {
  const first = await run(engine, { tokens, reasoning: thinking(5, '</think>'), generateMax: 20 });
  const whole = Int32Array.from([...tokens, ...first.tokens]);
  expect(first.done.position).toBe(whole.length - 1);
  const goOn = await run(engine, { position: whole.length - 1, tokens: whole.slice(-1), history: whole.slice(0, -1) });
  await engine.removeSequence(0, 0, -1);
  expect(goOn.tokens).toEqual((await runAlone(engine, { tokens: whole })).tokens);
});

test('logprobs come for forced tokens too, and sampling goes on from its seed', async () => {
  const sampling = { ...greedy, temperature: 1, seed: 5 };
  const { tokens: ids, logprobs } = await runAlone(engine, {
    tokens,
    sampling,
    logprobs: 2,
    reasoning: thinking(2, '</think>'),
  });
  expect(logprobs.map(({ token }) => token)).toEqual(ids);
});

test('endings without tokens and marks without text are refused', async () => {
  await expect(
    runAlone(engine, { tokens, reasoning: { ...thinking(1), endings: [{ tokens: nothing }] } }).then(
      ({ done }) => done,
    ),
  ).resolves.toMatchObject({ reason: 'failed', code: 'request.invalid' });
  expect(() => engine.start({ ...never(), reasoning: { ...thinking(1, '!'), open: '' } }, () => undefined)).toThrow(
    expect.objectContaining({ code: 'request.invalid' }),
  );
});

function never() {
  return {
    sequence: 0,
    position: 0,
    tokens,
    priority: 0,
    generateMax: 1,
    granted: 1,
    sampling: greedy,
    stopStrings: [],
    stopTokens: nothing,
    logprobs: -1,
  };
}
