import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countLines, hunks, keep, linesOf, undo, type Hunk } from '../../../extension/edits/hunks.ts';
import { editText, randomText, seeded } from '../../support/extension/seeded-edits.ts';

const work = mkdtempSync(path.join(tmpdir(), 'hunks-'));
const git = (...args: readonly string[]) =>
  spawnSync('git', ['-c', 'core.autocrlf=false', '-c', 'core.safecrlf=false', ...args], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', HOME: work },
  });

/** Hunks of `git diff -U0`. */
function gitHunks(before: string, after: string): Hunk[] {
  writeFileSync(path.join(work, 'a'), before);
  writeFileSync(path.join(work, 'b'), after);
  const { stdout } = git('diff', '--no-index', '--no-color', '--no-ext-diff', '--text', '-U0', 'a', 'b');
  return [...stdout.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(
    ([, oldAt, oldCount = '1', newAt, newCount = '1']) => ({
      oldStart: Number(oldAt) - (oldCount === '0' ? 0 : 1),
      oldLines: Number(oldCount),
      newStart: Number(newAt) - (newCount === '0' ? 0 : 1),
      newLines: Number(newCount),
    }),
  );
}

/** Hunks as a patch without context, as git writes it. */
function patchOf(before: string, after: string, chosen: readonly Hunk[]): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const start = (at: number, count: number) => `${count === 0 ? at : at + 1},${count}`;
  const lines = (sign: string, of: readonly string[]) =>
    of.map((line) => (line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`)).join('');
  let shift = 0; // git looks for a hunk where it lies after those before it in the patch
  const bodies = chosen.map((hunk) => {
    const at = hunk.oldStart + shift;
    shift += hunk.newLines - hunk.oldLines;
    const header = `@@ -${start(hunk.oldStart, hunk.oldLines)} +${start(at, hunk.newLines)} @@`;
    const removed = lines('-', old.slice(hunk.oldStart, hunk.oldStart + hunk.oldLines));
    const added = lines('+', now.slice(hunk.newStart, hunk.newStart + hunk.newLines));
    return `${header}\n${removed}${added}`;
  });
  return `--- a/file\n+++ b/file\n${bodies.join('')}`;
}

/** What git makes of the text before with some hunks. */
function gitApply(before: string, after: string, chosen: readonly Hunk[]): string {
  if (chosen.length === 0) return before;
  const file = path.join(work, 'file');
  mkdirSync(work, { recursive: true });
  writeFileSync(file, before);
  writeFileSync(path.join(work, 'patch'), patchOf(before, after, chosen));
  const { status, stderr } = git('apply', '--unidiff-zero', '--whitespace=nowarn', 'patch');
  if (status !== 0) throw new Error(`${stderr}\n${patchOf(before, after, chosen)}`);
  return readFileSync(file, 'utf8');
}

/** Pairs of texts, and a choice among what there is to choose. */
function* pairs(rounds: number) {
  for (let seed = 0; seed < rounds; seed++) {
    const random = seeded(seed);
    const before = randomText(random, 1 + random.below(40));
    const after = random.below(10) === 0 ? randomText(random, 20) : editText(random, before, 1 + random.below(8));
    yield { seed, before, after, choose: <T>(from: readonly T[]) => from.filter(() => random.below(2) === 0) };
  }
}

describe('hunks', () => {
  it('have unchanged lines between them, in order', () => {
    expect(hunks('a\nb\nc\nd\n', 'a\nB\nc\nD\n')).toEqual([
      { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1 },
      { oldStart: 3, oldLines: 1, newStart: 3, newLines: 1 },
    ]);
    expect(hunks('a\nb\nc\n', 'a\nB\nC\n')).toHaveLength(1);
    for (const { before, after } of pairs(300)) {
      const found = hunks(before, after);
      for (const [at, hunk] of found.entries()) {
        const next = found[at + 1];
        expect(hunk.oldLines + hunk.newLines).toBeGreaterThan(0);
        if (next !== undefined)
          expect(next.oldStart - hunk.oldStart - hunk.oldLines).toBe(next.newStart - hunk.newStart - hunk.newLines);
        if (next !== undefined) expect(next.oldStart).toBeGreaterThan(hunk.oldStart + hunk.oldLines);
      }
    }
  });

  it('are empty for the same text, and whole for an empty one', () => {
    expect(hunks('a\n', 'a\n')).toEqual([]);
    expect(hunks('', '')).toEqual([]);
    expect(hunks('', 'a\nb')).toEqual([{ oldStart: 0, oldLines: 0, newStart: 0, newLines: 2 }]);
    expect(hunks('a\nb\n', '')).toEqual([{ oldStart: 0, oldLines: 2, newStart: 0, newLines: 0 }]);
  });

  it('see the end of the last line, and every kind of line end', () => {
    expect(hunks('a\nb', 'a\nb\n')).toEqual([{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1 }]);
    expect(hunks('a\r\nb\n', 'a\nb\n')).toEqual([{ oldStart: 0, oldLines: 1, newStart: 0, newLines: 1 }]);
    expect(undo('a\r\nb\n', 'a\nb\n', hunks('a\r\nb\n', 'a\nb\n'))).toBe('a\r\nb\n');
  });

  it('change no more lines than git finds at the least', () => {
    for (const { seed, before, after } of pairs(100)) {
      const [ours, theirs] = [countLines(hunks(before, after)), countLines(gitHunks(before, after))];
      expect(ours.added + ours.removed, `seed ${seed}`).toBeLessThanOrEqual(theirs.added + theirs.removed);
    }
  });

  it('begin where a block begins', () => {
    const before = '/**\n * A.\n */\na();\n';
    const after = '/**\n * N.\n */\nn();\n\n/**\n * A.\n */\na();\n';
    expect(hunks(before, after)).toEqual([{ oldStart: 0, oldLines: 0, newStart: 0, newLines: 5 }]);
    expect(hunks(after, before)).toEqual([{ oldStart: 0, oldLines: 5, newStart: 0, newLines: 0 }]);
    const nested = 'class A {\n  a() {\n    x();\n  }\n}\n';
    const more = 'class A {\n  a() {\n    x();\n  }\n\n  b() {\n    x();\n  }\n}\n';
    expect(hunks(nested, more)).toEqual([{ oldStart: 4, oldLines: 0, newStart: 4, newLines: 4 }]);
  });

  it('are found in time where nearly everything differs', () => {
    const text = (tag: string) =>
      Array.from({ length: 20_000 }, (_, at) => `${at % 3 === 0 ? tag : ''}line ${at}\n`).join('');
    const found = hunks(text('a'), text('b'));
    expect(found).toHaveLength(6667);
    expect(undo(text('a'), text('b'), found)).toBe(text('a'));
    const same = 'x\n'.repeat(3000);
    expect(hunks(same, `a\n${'y\n'.repeat(3000)}`)).toHaveLength(1);
  });
});

describe('keeping and undoing', () => {
  it('undoing all gives the baseline, keeping all the edited text, to the byte', () => {
    for (const { seed, before, after } of pairs(2000)) {
      const all = hunks(before, after);
      expect(undo(before, after, all), `seed ${seed}`).toBe(before);
      expect(keep(before, after, all), `seed ${seed}`).toBe(after);
      expect(undo(before, after, [])).toBe(after);
      expect(keep(before, after, [])).toBe(before);
    }
  });

  it('undoing some is keeping the others, and the order does not matter', () => {
    for (const { seed, before, after, choose } of pairs(1000)) {
      const all = hunks(before, after);
      const kept = choose(all);
      const others = all.filter((hunk) => !kept.includes(hunk));
      expect(undo(before, after, others), `seed ${seed}`).toBe(keep(before, after, kept));
      expect(undo(before, after, [...others].reverse())).toBe(keep(before, after, kept));
    }
  });

  it('any mix is the same mix of patches without context that git applies', () => {
    for (const { seed, before, after, choose } of pairs(120)) {
      const all = hunks(before, after);
      const kept = choose(all);
      expect(keep(before, after, kept), `seed ${seed}`).toBe(gitApply(before, after, kept));
    }
  });

  it('any mix of the hunks that git itself finds, too', () => {
    for (const { seed, before, after, choose } of pairs(120)) {
      const all = gitHunks(before, after);
      const kept = choose(all);
      expect(keep(before, after, kept), `seed ${seed}`).toBe(gitApply(before, after, kept));
      expect(
        undo(
          before,
          after,
          all.filter((hunk) => !kept.includes(hunk)),
        ),
        `seed ${seed}`,
      ).toBe(gitApply(before, after, kept));
    }
  });

  it('one after the other, each found anew, ends where all at once does', () => {
    for (const { seed, before, after } of pairs(300)) {
      let [baseline, current] = [before, after];
      const random = seeded(seed);
      for (let all = hunks(baseline, current); all.length > 0; all = hunks(baseline, current)) {
        const one = random.pick(all);
        if (random.below(2) === 0) baseline = keep(baseline, current, [one]);
        else current = undo(baseline, current, [one]);
      }
      expect(baseline).toBe(current);
    }
  });
});

it('git is there', () => {
  expect(execFileSync('git', ['--version'], { encoding: 'utf8' })).toContain('git version');
});

describe('hunks of long texts', () => {
  const text = (count: number, line: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => `${line(at)}\n`).join('');

  it('are found with a bounded amount of work', () => {
    const plain = text(100_000, (at) => `line ${at}`);
    const cases: readonly (readonly [string, string, number])[] = [
      [plain, text(100_000, (at) => `line ${at}${at % 2 === 0 ? '' : '!'}`), 50_000],
      [plain, text(100_000, (at) => `other ${at}`), 1],
      [plain, text(100_000, (at) => `line ${(at + 50_000) % 100_000}`), 2],
      // Pieces of 2,000 lines, each of which alone is much work.
      ...[text(100_000, (at) => (at % 2000 === 0 ? `anchor ${at}` : `${at % 7}`))].map(
        (old) => [old, text(100_000, (at) => (at % 2000 === 0 ? `anchor ${at}` : `${at % 5}`)), -1] as const,
      ),
    ];
    for (const [old, now, count] of cases) {
      const found = hunks(old, now);
      if (count > 0) expect(found).toHaveLength(count);
      expect(undo(old, now, found)).toBe(old);
      expect(keep(old, now, found)).toBe(now);
    }
  });

  it('are one where the texts are very long and very different', () => {
    const [old, now] = [text(400_000, (at) => `${at % 7}`), text(400_000, (at) => `${at % 5}`)];
    const found = hunks(old, now);
    expect(found).toHaveLength(1);
    expect(undo(old, now, found)).toBe(old);
  });
});
