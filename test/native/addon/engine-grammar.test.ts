import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NativeEngine, NativeGrammar } from '../../../native/addon/contract.ts';
import { greedy, Nano, type Reply, run, runAlone } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;
let tokens: Int32Array;
let section: number;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
  tokens = nano.question('Implement add in src/math.js.');
  section = nano.tokens('<|tool_calls_section_begin|>')[0]!;
});

afterAll(() => nano.model.close());

const nothing = new Int32Array(0);
const always = (gbnf: string): NativeGrammar => ({ gbnf, root: 'root', triggerTokens: nothing, triggerPatterns: [] });

function reply(grammar: NativeGrammar, temperature = 0): Promise<Reply> {
  return runAlone(engine, { tokens, grammar, generateMax: 60, sampling: { ...greedy, temperature, seed: 3 } });
}

/** Rules of which each consists of the next. */
function ruleRow(length: number, body: (next: string) => string): string {
  const name = (at: number): string => `r${at.toString(36)}`;
  const rules = Array.from({ length }, (_, at) => `${name(at)}::=${body(name(at + 1))}\n`);
  return `root::=r0\n${rules.join('')}${name(length)}::="a"\n`;
}

test('keeps a reply to the grammar, greedy or not, and lets it end', async () => {
  const grammar = always('root ::= "{" pair ("," pair)* "}"\npair ::= "\\"" [a-z]{1,8} "\\":" [0-9]{1,3}');
  for (const temperature of [0, 1.2]) {
    const { tokens: ids, done } = await reply(grammar, temperature);
    const text = nano.text(ids);
    if (done.reason === 'end') expect(() => JSON.parse(text.replace('<|im_end|>', '')) as unknown).not.toThrow();
    expect(text).toMatch(/^\{"[a-z]{1,8}":[0-9]{1,3}/);
  }
});

test('ends when the grammar is complete', async () => {
  const { tokens: ids, done } = await reply(always('root ::= "yes" | "no"'));
  expect(nano.text(ids)).toMatch(/^(yes|no)<\|im_end\|>$/);
  expect(done.reason).toBe('end');
});

test('the best allowed token is found whatever its rank', async () => {
  // None of these tokens is likely after the question.
  const { tokens: ids } = await reply(always('root ::= "\u00e9\u00df\u4f60 zzq" [~]{3}'));
  expect(nano.text(ids)).toBe('\u00e9\u00df\u4f60 zzq~~~<|im_end|>');
});

test('accepts grammars that only look nested or recursive', async () => {
  const smileys = `root ::= "${'('.repeat(300)}" [(]{300} # ${'('.repeat(300)}`;
  expect(nano.text((await reply(always(smileys))).tokens)).toMatch(/^\({60}/);
  const lists = [
    'root ::= item (","? item){0,3} end*',
    'item ::= "(" list? ")" | [a-z]+',
    'list ::= item | item "," list',
    'end ::= "." | "!" end?\n',
  ].join('\n');
  expect(nano.text((await reply(always(lists))).tokens)).toMatch(/^[(a-z]/);
  expect((await reply(always(ruleRow(1000, (next) => next)))).done.reason).toBe('end');
});

test('a lazy grammar leaves the reply free until its trigger token, then constrains it', async () => {
  const free = await runAlone(engine, { tokens, generateMax: 60 });
  expect(free.tokens).toContain(section);

  const unused = { ...always('root ::= "x"'), triggerTokens: nano.tokens('<|tool_call_argument_begin|>zz').slice(-1) };
  expect((await reply(unused)).tokens).toEqual(free.tokens);

  const marker = '<|tool_calls_section_begin|>';
  const call = '<|tool_call_begin|>functions.search_text:0<|tool_call_argument_begin|>{}<|tool_call_end|>';
  const end = '<|tool_calls_section_end|>';
  const gbnf = `root ::= "${marker}" "${call}${end}"`;
  const held = await reply({ ...always(gbnf), triggerTokens: Int32Array.of(section) });
  expect(nano.text(held.tokens)).toContain(`${marker}${call}${end}`);
  expect(held.done.reason).toBe('end');
});

test.each([
  ['plain text', 'unctions\\.read'],
  ['a regular expression', '(unctions[.]read)'],
  ['anchored at the beginning', '^<[|]tool_calls[a-z_]+[|]>.*?(unctions[.]read)'],
])('a lazy grammar starts at a pattern that is %s, across tokens and from the middle of one', async (_, pattern) => {
  const free = await runAlone(engine, { tokens, generateMax: 60 });
  const before = nano.text(free.tokens).split('.read')[0]!;
  expect(before).toMatch(/functions$/);
  const held = await reply({ ...always('root ::= "unctions.read" "~~~" [~]*'), triggerPatterns: [pattern] });
  expect(nano.text(held.tokens)).toContain(`${before}.read~~~`);
});

test('a lazy grammar finds its trigger far into a long reply', async () => {
  // One long token is repeated until its penalty lets Z win.
  const [word] = nano.tokens('<|tool_call_argument_begin|>');
  const [last] = nano.tokens('Z');
  const sampling = {
    ...greedy,
    repeatLastN: 1000,
    frequencyPenalty: 1.5,
    logitBias: [
      { token: word!, bias: 1000 },
      { token: last!, bias: 900 },
    ],
  };
  const grammar = { ...always('root ::= "Z" "!"'), triggerPatterns: ['^never', '(Z|never)'] };
  const { tokens: ids } = await runAlone(engine, { tokens, grammar, sampling, generateMax: 200 });
  const text = nano.text(ids);
  expect(text.length).toBeGreaterThan(1200);
  expect(text).toMatch(/^(<.tool_call_argument_begin.>)+Z!<.im_end.>$/);
});

test.each([
  ['does not parse', always('root ::= ("a"')],
  ['is empty', always('')],
  ['lacks its root', { ...always('start ::= "a"'), root: 'root' }],
  ['recurses on the left', always('root ::= root "a" | "a"')],
  ['has a pattern that is no regular expression', { ...always('root ::= "a"'), triggerPatterns: ['(unclosed'] }],
])('a grammar that %s fails the request before anything is computed', async (_, grammar) => {
  const before = engine.counters().decodes;
  const { done, tokens: ids } = await reply(grammar);
  expect(done).toMatchObject({ reason: 'failed', code: 'grammar.invalid', position: 0 });
  expect(done.message).toMatch(/\.$/);
  expect(ids).toEqual([]);
  expect(engine.counters().decodes).toBe(before);
});

test('a lazy grammar that does not fit its own trigger leaves the reply free', async () => {
  const free = await runAlone(engine, { tokens, generateMax: 60 });
  const released = await reply({ ...always('root ::= "never this"'), triggerTokens: Int32Array.of(section) });
  expect(released.tokens).toEqual(free.tokens);
});

test('a grammar that allows no token fails the request', async () => {
  const { done } = await runAlone(engine, {
    tokens,
    generateMax: 8,
    grammar: always('root ::= "ab"'),
    ignoreEndOfGeneration: true,
  });
  expect(done).toMatchObject({ reason: 'failed', code: 'engine.failed', generated: expect.any(Number) as number });
});

const objects = Array.from(
  { length: 40 },
  (_, at) => `"{" ws ("\\"a${at}\\":" ws [0-9]+ ("," ws "\\"b${at}\\":" ws [0-9]+)? ws)? "}"`,
).join(' | ');

describe('a hostile grammar ends only its own request, and others are answered meanwhile:', () => {
  test.each([
    ['repetitions of repetitions of what may be empty', 'root ::= (("a"{0,30}){0,30}){0,30}', 'length'],
    ['the same around two parts', 'root ::= (("a"{0,30} "a"{0,30}){0,30}){0,30}', 'length'],
    ['900 parts that may be empty', 'root ::= ("a"?){0,900}', 'length'],
    ['a list of 40 kinds of objects', `root ::= "[" (${objects}) ("," (${objects}))*\nws ::= | " " | "\\n"`, /./],
    ['2000 lists after each other', `root ::= ${'[a-z]* '.repeat(2000)}`, 'length'],
    ['3000 lists beside each other', `root ::= ${Array.from({ length: 3000 }, () => '[a-z]*').join(' "1" | ')}`, /./],
    ['as many ways as there are texts', 'root ::= "a" root "b" | "a" root "c" | "a"', 'failed'],
    ['the same in front of anything', 'root ::= . root "b" | . root "c" | . root "d" | .', 'failed'],
  ])('%s', async (_, gbnf, reason) => {
    const [a] = nano.tokens('a');
    const sampling = { ...greedy, temperature: 1, seed: 5, logitBias: [{ token: a!, bias: 10 }] };
    const hostile = run(engine, {
      tokens,
      grammar: always(gbnf),
      sampling,
      generateMax: 40,
      ignoreEndOfGeneration: true,
    });
    const others = await run(engine, { tokens, sequence: 1, generateMax: 20, ignoreEndOfGeneration: true });
    const { done } = await hostile;
    for (const sequence of [0, 1]) await engine.removeSequence(sequence, 0, -1);
    expect(others.done).toMatchObject({ reason: 'length', generated: 20 });
    expect(done.reason).toMatch(reason);
    if (done.reason === 'failed')
      expect(done).toMatchObject({
        code: 'grammar.invalid',
        message: expect.stringMatching(/too many ways.*\.$/) as string,
      });
  });
});

test('a grammar is followed however deep a reply goes into it', async () => {
  // Every character opens a part that is never closed, so every step meets new states.
  const deep = always('root ::= [a-z ] root "b" | "9"');
  const nines = [...nano.vocabulary.endOfGeneration, ...Array(nano.vocabulary.size).keys()].filter((id) =>
    nano.text([id]).includes('9'),
  );
  const sampling = { ...greedy, logitBias: nines.map((token) => ({ token, bias: -1000 })) };
  const long = await runAlone(engine, {
    tokens,
    grammar: deep,
    sampling,
    generateMax: 600,
    ignoreEndOfGeneration: true,
  });
  expect(long.done).toMatchObject({ reason: 'length', generated: 600 });
});
