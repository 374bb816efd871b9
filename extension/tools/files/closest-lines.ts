import type { Line } from './file-lines.ts';

/** Pairs of lines compared in one search at most: more would block the editor. */
const comparisonsMax = 20_000;
/** Places that are compared line by line. */
const candidatesMax = 10;
const linesMax = 20_000;
/** Characters of a line that are compared. */
const lineMax = 300;
/** Limits of the excerpt of the closest text, in lines and characters. */
const shownLines = 40;
const shownLength = 2000;

/** The lines of the file most similar to the wanted ones, if any are similar enough; at most 2,000 characters. */
export function closestLines(lines: readonly Line[], want: readonly string[]): string | undefined {
  const body = want.filter((line) => line.trim() !== '').map(wordsOf);
  const have = lines.flatMap(({ text }, index) => (text.trim() === '' ? [] : [{ index, words: wordsOf(text) }]));
  if (body.length === 0 || have.length === 0 || have.length > linesMax) return undefined;
  const score = (at: number, offsets: readonly number[]): number => {
    let sum = 0;
    for (const offset of offsets) {
      const [mine, wish] = [have[at + offset], body[offset]];
      if (mine !== undefined && wish !== undefined) sum += likeness(mine.words, wish);
    }
    return sum / offsets.length;
  };
  const all = body.map((_, offset) => offset);
  const step = Math.max(1, Math.ceil((have.length * body.length) / comparisonsMax));
  const sample = all.filter((offset) => offset % step === 0);
  const rough = have.map((_, at) => ({ at, score: score(at, sample) }));
  const best = rough
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, candidatesMax)
    .map(({ at }) => ({ at, score: score(at, all) }))
    .reduce((one, other) => (other.score > one.score ? other : one));
  if (best.score < 0.5) return undefined;
  const first = have[best.at]?.index ?? 0;
  const last = have[Math.min(best.at + body.length, have.length) - 1]?.index ?? first;
  return shown(lines.slice(first, last + 1).map(({ text }) => text));
}

/** The lines, cut after the most that may be shown. */
function shown(lines: readonly string[]): string {
  const some: string[] = [];
  let length = 0;
  for (const line of lines.slice(0, shownLines)) {
    if (length + line.length > shownLength) {
      if (some.length === 0) some.push(line.slice(0, shownLength));
      break;
    }
    some.push(line);
    length += line.length;
  }
  const left = lines.length - some.length;
  return [...some, ...(left === 0 ? [] : [`[${left} more lines]`])].join('\n');
}

interface Words {
  readonly line: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly count: number;
}

function wordsOf(line: string): Words {
  const trimmed = line.trim().slice(0, lineMax);
  const words = trimmed.match(/\w+|[^\w\s]/g) ?? [];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { line: trimmed, counts, count: words.length };
}

/** Share of words that two lines have in common, 0..1 (Dice's coefficient). */
function likeness(a: Words, b: Words): number {
  if (a.line === b.line) return 1;
  let common = 0;
  for (const [word, count] of a.counts) common += Math.min(count, b.counts.get(word) ?? 0);
  return a.count + b.count === 0 ? 0 : (2 * common) / (a.count + b.count);
}
