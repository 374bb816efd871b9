import * as fc from '../../support/fast-check.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GbnfMatcher } from '../../support/daemon/gbnf-matcher.ts';
import { Nano } from './engine-harness.ts';

let nano: Nano;

beforeAll(async () => {
  nano = await Nano.load();
});

afterAll(() => nano.model.close());

const check = (gbnf: string, text?: string): Promise<boolean> => nano.model.checkGrammar(gbnf, 'root', text);

/** Rules of which each is made of the next. */
function ruleChain(length: number, body: (next: string) => string): string {
  const name = (at: number): string => `r${at.toString(36)}`;
  const rules = Array.from({ length }, (_, at) => `${name(at)}::=${body(name(at + 1))}\n`);
  return `root::=r0\n${rules.join('')}${name(length)}::="a"\n`;
}

const open = (count: number): string => '('.repeat(count);
const close = (count: number): string => ')'.repeat(count);

describe('a grammar is refused that', () => {
  it.each([
    ['is empty', '', 'empty'],
    ['is larger than 1 MiB', `root ::= "a" # ${'x'.repeat(2 ** 20)}`, '1 MiB'],
    ['is larger than 1 MiB in UTF-8', `root ::= "a" # ${'é'.repeat(2 ** 19)}`, '1 MiB'],
    ['is nested beyond reason', `root ::= ${open(100_000)}"a"${close(100_000)}`, '256 parentheses'],
    ['is nested once too often', `root ::= ${open(257)}"a"${close(257)}`, '256 parentheses'],
    ['is nested behind parentheses that are text', `root ::= "${close(300)}" ${open(300)}"a"${close(300)}`, '256'],
    ['is nested behind parentheses in a class', `root ::= [\\]${close(300)}] ${open(300)}"a"${close(300)}`, '256'],
    ['begins a rule with itself', 'root ::= root "a" | "a"', 'itself'],
    ['begins a rule with itself behind one that may be empty', 'root ::= a? root "b"\na ::= "a"', 'itself'],
    ['begins a rule with itself in a group', 'root ::= ("x" | (root "a"))', 'itself'],
    ['begins a rule with itself in a repetition', 'root ::= (root){0,3} "a"', 'itself'],
    ['begins rules with each other in a circle', 'root ::= a\na ::= b "x"\nb ::= a | "y"', 'itself'],
    ['can begin in too many ways', ruleChain(40, (next) => `${next} | ${next} "b"`), 'too many ways'],
    ['hides those ways in repetitions', ruleChain(40, (next) => `(${next}? ${next}{1,3})? "b"`), 'too many ways'],
    ['begins with a megabyte of alternatives', `root ::= ${'"a" | '.repeat(170_000)}"a"`, 'too many ways'],
    ['names a token longer than any', `root ::= <${'a'.repeat(500_000)}>`, 'token'],
    ['names a token that does not exist', 'root ::= <no such token>', 'no token <no such token>'],
    ['repeats more than it may', 'root ::= "x"\n  "a"{5,1}', 'line 2: expected the name of a rule'],
    [
      'has bounds the wrong way round',
      'root ::= (\n"a"{5,1})',
      'line 2: something is repeated at least 5 and at most 1',
    ],
    ['repeats nothing', 'root ::= * "a"', 'nothing to repeat'],
    ['does not close a group', 'root ::= ("a"', 'expected )'],
    ['does not close a class', 'root ::= [', 'does not end'],
    ['does not close a text', 'root ::= "a', 'does not end'],
    ['does not close a count', 'root ::= "a"{', 'expected a number'],
    ['closes what is not open', 'root ::= )', 'new line'],
    ['is only a name', 'root', 'expected ::='],
    ['has no name', '::=', 'name of a rule'],
    ['uses a rule that it lacks', 'root ::= other', 'no rule other'],
    ['lacks its root', 'other ::= "a"', 'no rule root'],
    ['has an unknown escape', 'root ::= "\\q"', 'no such escape'],
    ['has half an escape', 'root ::= "\\x1"', '2 hexadecimal'],
  ])('%s', async (_, gbnf, why) => {
    await expect(check(gbnf)).rejects.toEqual(
      expect.objectContaining({ code: 'grammar.invalid', message: expect.stringContaining(why) as string }),
    );
  });
});

describe('a grammar is taken that', () => {
  it.each([
    ['has parentheses that are text', `root ::= "${open(300)}" [(]{300} # ${open(300)}`, open(600)],
    ['is nested up to the limit', `root ::= ${open(256)}"a"${close(256)}`, 'a'],
    [
      'has lists that hold lists',
      'root ::= item (","? item){0,3}\nitem ::= "(" list? ")" | [a-z]+\nlist ::= item | item "," list',
      '((a,b),c)x',
    ],
    ['recurs at the end of a rule', 'root ::= "!" root?\n', '!!!!!'],
    ['is a long chain', ruleChain(40_000, (next) => next), 'a'],
    ['is a megabyte of text', `root ::= "${'abcdefghij'.repeat(100_000)}"`, 'abcdefghij'.repeat(1000)],
    ['has escaped quotes', 'root ::= "\\"" [^"\\\\]* "\\""', '"é漢😀"'],
    ['repeats a part no times', 'root ::= "a" root{0} "b"{0,0} "c"', 'ac'],
    ['repeats repetitions', `root ::= "a"${'{2000}'.repeat(500)}`, 'a'.repeat(5000)],
    ['repeats a long text', `root ::= "${'a'.repeat(500_000)}"{1999}`, 'a'.repeat(5000)],
    ['repeats more often than anything can', 'root ::= "a"{0,99999999999999999999}', 'aaa'],
    ['repeats the empty text', 'root ::= ""* ("" | "")+ "a"', 'a'],
    ['repeats without end what may be empty', 'root ::= (("a"?)* ("b"?)*)* "c"', 'bbaabc'],
    ['has comments and line ends of every kind', '# first\r\nroot ::= a # (\r\n\r\na ::= # )\n\t"x"\r\n', 'x'],
    ['names characters by number', 'root ::= "\\x41\\u00e9\\U0001F600" [\\x30-\\x39]', 'Aé😀7'],
    ['takes any character', 'root ::= .{3}', '\né😀'],
    ['defines a rule again', 'root ::= a\na ::= "x"\na ::= "y"', 'y'],
  ])('%s', async (_, gbnf, text) => {
    expect(await check(gbnf, text)).toBe(true);
    expect(await check(gbnf, '~')).toBe(gbnf.includes('.{3}'));
  });
});

/** Expressions over few characters: groups, alternatives, and repetitions around each other. */
const expression = fc.letrec<{ part: string; sequence: string; any: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('"a"', '"b"', '[ab]', '"ab"', '""'),
    fc.tuple(tie('any'), bounds()).map(([inner, times]) => `(${inner})${times}`),
    tie('any').map((inner) => `(${inner})`),
  ),
  sequence: fc.array(tie('part'), { maxLength: 3 }).map((parts) => parts.join(' ')),
  any: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((all) => all.join(' | ')),
})).any;

function bounds(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom('*', '+', '?', '{0,9}', '{2}', '{3}', '{2,}'),
    fc.tuple(fc.nat(3), fc.nat(3)).map(([min, more]) => `{${min},${min + more}}`),
  );
}

/** Every text of at most `length` characters. */
function texts(alphabet: string, length: number): string[] {
  if (length === 0) return [''];
  return ['', ...texts(alphabet, length - 1).flatMap((rest) => [...alphabet].map((first) => first + rest))];
}

describe('the engine admits what the grammar says', () => {
  // The end of the text is a character of its own, so that whole texts are compared and not only beginnings.
  it('for any nesting of repetitions, alternatives and empty parts', async () => {
    const all = [...new Set(texts('ab', 5))];
    await fc.assert(
      fc.asyncProperty(expression, async (body) => {
        const gbnf = `root ::= (${body}) "."`;
        const written = writtenOut(gbnf);
        if (written === undefined) return;
        const answers = await Promise.all(all.map((text) => check(gbnf, `${text}.`)));
        const admitted = all.filter((_, at) => answers[at]);
        expect(admitted).toEqual(all.filter((text) => written.matches(`${text}.`)));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['nested counts', '(("a"{0,3}){0,3}){0,3}', 27],
    ['counts of what may be empty', '("a"?){0,20}', 20],
    ['a count with gaps', '(("a"{2,3}){0,2}){1,2}', 12],
    ['a count without gaps', '("a"{2,3}){2,3}', 9],
    ['an open count', '("a"{3,}){0,2}', 10],
    ['a count that may be empty on one side', '("a"{0,2} "b"?){3,4}', 8],
  ])('for %s', async (_, body, longest) => {
    const gbnf = `root ::= ${body} "."`;
    const written = new GbnfMatcher(gbnf);
    for (let length = 0; length <= longest + 2; length++) {
      const text = `${'a'.repeat(length)}.`;
      expect([text, await check(gbnf, text)]).toEqual([text, written.matches(text)]);
    }
  });

  it('for characters of every length', async () => {
    const characters = [
      'a',
      '\x7f',
      '\x80',
      'é',
      '\u07ff',
      '\u0800',
      '漢',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '😀',
      '\u{10ffff}',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...characters), fc.constantFrom(...characters)), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.boolean(),
        async (pairs, negated) => {
          const number = (character: string): string =>
            `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
          const ranges = pairs.map(([low, high]) => `${number(low)}-${number(high)}`).join('');
          const gbnf = `root ::= [${negated ? '^' : ''}${ranges}]`;
          const written = new GbnfMatcher(gbnf);
          for (const text of characters) expect([text, await check(gbnf, text)]).toEqual([text, written.matches(text)]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Undefined where there are too many repetitions to write out. */
function writtenOut(gbnf: string): GbnfMatcher | undefined {
  try {
    return new GbnfMatcher(gbnf);
  } catch (error) {
    if (/too many repetitions|nothing to repeat/.test(String(error))) return undefined;
    throw error;
  }
}
