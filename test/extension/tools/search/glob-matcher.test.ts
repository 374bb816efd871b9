// picomatch is the measure for what a glob means. Without `posix` it does not read `[!a]`, as shells and git do.
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../../extension/tools/search/glob-matcher.ts';

const expected = (glob: string, name: string): boolean =>
  picomatch(glob, { dot: true, posix: true, basename: !glob.includes('/') })(name);

/** The same numbers at every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a glob', () => {
  it.each([
    ['*.ts', ['a.ts', 'src/a.ts', 'a.tsx', '.ts', 'ats']],
    ['**/*.ts', ['a.ts', 'src/deep/a.ts', 'a.tsx']],
    ['src/**', ['src', 'src/a', 'src/a/b', 'srca', 'x/src/a']],
    ['src/**/test/*.js', ['src/test/a.js', 'src/x/y/test/a.js', 'src/xtest/a.js', 'src/test/x/a.js']],
    ['**/*.{ts,tsx,d.ts}', ['a.ts', 'b/a.tsx', 'a.d.ts', 'a.js']],
    ['{src,test}/**/*.ts', ['src/a.ts', 'test/b/c.ts', 'lib/a.ts']],
    ['file?.[ch]', ['file1.c', 'file.c', 'x/fileA.h', 'file1.d']],
    ['[!a-c]*.md', ['dog.md', 'apple.md', 'b/zebra.md']],
    ['a{1..3}.txt', ['a1.txt', 'a3.txt', 'a4.txt']],
    ['+(a|b).ts', ['a.ts', 'abba.ts', 'c.ts', '.ts']],
    ['@(x|y)/*', ['x/1', 'y/1', 'z/1']],
    ['!(*.test).ts', ['a.ts', 'a.test.ts', 'b/c.test.ts']],
    ['!*.ts', ['a.ts', 'a.js']],
    [String.raw`\*.ts`, ['*.ts', 'a.ts']],
    ['{a}', ['a', '{a}']],
    ['[a', ['[a', 'a']],
    ['.github/*', ['.github/w.yml', '.github/x/w.yml']],
  ])('%s means what it means elsewhere', (glob, names) => {
    const matches = globMatcher(glob);
    expect(names.filter(matches)).toEqual(names.filter((name) => expected(glob, name)));
  });

  it('means what it means elsewhere, for 20,000 random globs and names', () => {
    const next = numbers(11);
    const pieces = ['a', 'b', '.', '-', '*', '?', '/', '/**/', '[ab]', '[!b]', '{a,b}', '{ab,*.b}'];
    const letters = ['a', 'b', 'c', '.', '-', '/'];
    const wrong: string[] = [];
    for (let round = 0; round < 20_000; round++) {
      const glob = Array.from({ length: 1 + next(6) }, () => pieces[next(pieces.length)]).join('');
      const name = Array.from({ length: 1 + next(8) }, () => letters[next(letters.length)]).join('');
      // Names of files have no empty parts, and dots alone are folders.
      if (/\/\/|^\/|\/$|\*\*\*|\*\?|\?\*/.test(glob) || name.split('/').some((part) => /^\.{0,2}$/.test(part)))
        continue;
      if (globMatcher(glob)(name) !== expected(glob, name)) wrong.push(`${glob} ${name} ${expected(glob, name)}`);
    }
    expect(wrong.slice(0, 40)).toEqual([]);
  });

  it.each([
    `${'*a'.repeat(60)}b`,
    `${'**/'.repeat(60)}b`,
    `${'{a,aa}'.repeat(60)}b`,
    `${'+(a|aa)'.repeat(60)}b`,
    '+(+(+(a)))b',
    `*(${'*(a)'.repeat(20)})b`,
    `!(${'*a'.repeat(40)}b)b`,
    `${'a/**/'.repeat(50)}b`,
  ])('%s takes bounded work on any name', (glob) => {
    const name = `${'a'.repeat(200)}/${'a'.repeat(200)}`;
    const work = { steps: 0 };
    expect(globMatcher(glob, work)(name)).toBe(false);
    const bound = (glob.startsWith('!(') ? name.length : 1) * (4 * glob.length + 10) * (name.length + 1);
    expect(work.steps).toBeLessThan(bound);
  });

  it('that is too long or too deep is refused', () => {
    expect(() => globMatcher('a'.repeat(1001))).toThrow('the glob has 1001 characters, 1000 are the limit.');
    expect(() => globMatcher('{a,'.repeat(30) + 'b' + '}'.repeat(30))).toThrow('too many brackets within each other');
    expect(() => globMatcher('!(a!(b))')).toThrow('more than one !(…)');
  });
});
