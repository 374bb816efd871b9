import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../extension/workspace/problem.ts';
import { fixProblems } from '../../../extension/rewrite/fix-problems.ts';
import { conversions, refactors, refusal } from '../../../extension/rewrite/refactor-table.ts';
import { Refusal } from '../../../extension/rewrite/refusal.ts';
import { withMentions } from '../../../extension/rewrite/rename-plan.ts';
import { extractedCode, named, placeholderOf } from '../../../extension/rewrite/server-extract.ts';
import { isStub } from '../../../extension/rewrite/stub.ts';
import { nameMessages, readNames } from '../../../extension/rewrite/symbol-names.ts';
import { importPath, isTestFile, testPlace } from '../../../extension/rewrite/test-file.ts';

const nano = { name: 'nano', profile: 'compact' as const };
const signal = new AbortController().signal;

describe('the table of commands', () => {
  it('refuses small models what they do not manage, and lets larger ones', () => {
    const refused = [...Object.entries(refactors), ...Object.entries(conversions)]
      .filter(([, refactor]) => refusal(refactor, nano, 'javascript') !== undefined)
      .map(([name]) => name);
    expect(refused).toEqual([
      'simplify',
      'extractFunction',
      'writeTests',
      'reviewChanges',
      'async',
      'class',
      'functions',
      'types',
    ]);
    expect(refusal(refactors.writeTests, { name: 'big', profile: 'full' }, 'python')).toBeUndefined();
    expect(refusal(refactors.document, nano, 'python')).toContain('nano');
  });
});

describe('names', () => {
  it('are asked of small models as they were taught', () => {
    expect(
      nameMessages(
        { kind: 'function', name: 'taVo', code: 'export const taVo = (word) => word[0];', language: 'javascript' },
        'compact',
      ),
    ).toEqual([
      { role: 'system', content: 'You name code. Answer with one name and nothing else.' },
      { role: 'user', content: 'Name the function `taVo`.\n\n```js\nexport const taVo = (word) => word[0];\n```' },
    ]);
  });

  it('are read from whatever stands around them, without those that are taken or none', () => {
    expect(
      readNames('1. `firstChar`\n- initial: short\n* taVo\nclass\nnot a name\nfirstChar\n', new Set(['taVo'])),
    ).toEqual(['firstChar', 'initial']);
    expect(readNames('head, first', new Set())).toEqual(['head', 'first']);
    expect(readNames('', new Set())).toEqual([]);
  });
});

describe('a rename', () => {
  const sure = [{ path: '/a.js', line: 0, from: 16, to: 20, text: 'cost' }];

  it('flags where the name only stands in a text', () => {
    const mentions = [
      { path: '/a.js', line: 0, text: 'export function taVo() {} // taVo' },
      { path: '/README.md', line: 2, text: '`taVo`, but not taVos or xtaVo' },
    ];
    expect(withMentions(sure, mentions, 'taVo', 'cost').unsure).toEqual([
      { path: '/a.js', line: 0, from: 29, to: 33, text: 'cost' },
      { path: '/README.md', line: 2, from: 1, to: 5, text: 'cost' },
    ]);
  });

  it('flags nothing when the name is a common word', () => {
    const mentions = Array.from({ length: 101 }, (_, line) => ({ path: '/b.md', line, text: 'add' }));
    expect(withMentions(sure, mentions, 'add', 'plus')).toEqual({ sure, unsure: [] });
  });
});

describe('a stub', () => {
  it.each([
    ['function f(a) {}', true],
    ['function f(a) {\n  // to do\n}', true],
    ["function f(a) {\n  throw new Error('not implemented');\n}", true],
    ["export const f = ({ a }) => {\n  throw new Error('TODO');\n};", true],
    ['def f(a):\n    pass', true],
    ['def f(a):\n    """Doc."""\n    raise NotImplementedError', true],
    ['fn f() {\n    todo!()\n}', true],
    ['function f(a) {\n  return a;\n}', false],
    ["function f(a) {\n  if (a < 0) throw new Error('negative');\n  return a;\n}", false],
    ['def f(a):\n    return a', false],
    ["function f() {\n  throw new Error('closed');\n}", false],
    ['const a = 1;', false],
  ])('is told from code: %j', (code, is) => {
    expect(isStub(code)).toBe(is);
  });
});

describe('fixing all problems', () => {
  const problem = (line: number): Problem => ({
    path: '/a.js',
    line,
    severity: 'error',
    message: `problem ${line}`,
    source: 'ts',
  });
  const file = (left: Problem[], fix: (problem: Problem) => void, takeBack = (): void => undefined) => ({
    problems: async () => [...left],
    fix: async (one: Problem) => {
      fix(one);
      return async () => takeBack();
    },
  });

  it('goes from the top until none is left', async () => {
    const left = [problem(3), problem(1), { ...problem(2), severity: 'hint' as const }];
    const seen: number[] = [];
    const result = await fixProblems(
      file(
        left,
        ({ line }) =>
          void left.splice(
            left.findIndex((one) => one.line === line),
            1,
          ),
      ),
      ({ line }) => seen.push(line),
      signal,
    );
    expect(result).toEqual({ fixed: 2, left: 0, stopped: 'done' });
    expect(seen).toEqual([1, 3]);
  });

  it('stops, and takes the last change back, when there are not fewer', async () => {
    const left = [problem(1), problem(2)];
    let taken = 0;
    expect(
      await fixProblems(
        file(
          left,
          ({ line }) => void (line === 1 ? left.shift() : undefined),
          () => void taken++,
        ),
        () => undefined,
        signal,
      ),
    ).toEqual({ fixed: 1, left: 1, stopped: 'stuck' });
    expect(taken).toBe(1);
  });

  it('stops with the reason when the model does not manage one', async () => {
    const fix = (): void => {
      throw new Refusal('Too hard.');
    };
    expect(await fixProblems(file([problem(1)], fix), () => undefined, signal)).toEqual({
      fixed: 0,
      left: 1,
      stopped: 'stuck',
      reason: 'Too hard.',
    });
  });

  it('is bounded', async () => {
    const left = Array.from({ length: 25 }, (_, line) => problem(line));
    expect(
      await fixProblems(
        file(left, () => void left.shift()),
        () => undefined,
        signal,
      ),
    ).toEqual({ fixed: 20, left: 5, stopped: 'bound' });
  });
});

describe("a server's extraction", () => {
  const edits = [
    { text: 'newFunction(a)' },
    { text: '\n\nfunction newFunction(a) {\n  return newFunctionality(a);\n}\n' },
  ];

  it('gets the name in the place of its placeholder, as a word', () => {
    expect(placeholderOf(edits)).toBe('newFunction');
    expect(named(edits[1]?.text ?? '', 'newFunction', 'cost')).toContain(
      'function cost(a) {\n  return newFunctionality(a);',
    );
    expect(extractedCode(edits)).toMatch(/^function newFunction/);
    expect(placeholderOf([{ text: 'const x = 1;' }])).toBeUndefined();
  });
});

describe('the place of tests', () => {
  it.each([
    ['src/math.js', [], 'src/math.test.js'],
    ['src/math.js', ['test/text.test.js'], 'test/math.test.js'],
    ['src/edits/hunks.ts', ['test/chat/panel.test.ts'], 'test/edits/hunks.test.ts'],
    ['src/a.ts', ['src/b.spec.ts'], 'src/a.spec.ts'],
    ['app/math.py', ['tests/test_text.py'], 'tests/test_math.py'],
    ['app/math.py', [], 'app/test_math.py'],
    ['pkg/math.go', [], 'pkg/math_test.go'],
    ['src/main/java/Moon.java', [], 'src/test/java/MoonTest.java'],
  ])('of %s beside %j is %s', (source, tests, place) => {
    expect(testPlace(source, { tests, using: [] })).toMatchObject({ path: place, exists: false });
  });

  it('is the file that has them already', () => {
    expect(testPlace('src/math.js', { tests: ['test/math.test.js', 'test/other.test.js'], using: [] })).toEqual({
      path: 'test/math.test.js',
      exists: true,
      example: 'test/math.test.js',
    });
    expect(['a.test.js', 'test_a.py', 'a_test.go', 'MoonTest.java', 'contest.js', 'latest.ts'].map(isTestFile)).toEqual(
      [true, true, true, true, false, false],
    );
    expect(importPath('test/a/math.test.js', 'src/math.js')).toBe('../../src/math.js');
    expect(importPath('src/math.test.js', 'src/math.js')).toBe('./math.js');
  });
});
