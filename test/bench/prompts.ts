import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Pieces of this length follow each other in no order: nothing repeats, and the text stays readable. */
const pieceTokens = 48;
/** The embedded model's special tokens begin here. */
const firstSpecial = 2540;
let corpus: readonly number[] | undefined;

/** A prompt of exactly `length` tokens of real text (pieces of recorded conversations), another one for every seed. */
export function promptOf(length: number, seed: number): number[] {
  corpus ??= readCorpus();
  let state = (seed + 1) >>> 0;
  const prompt: number[] = [];
  while (prompt.length < length) {
    // splitmix32
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    const from = ((mixed ^ (mixed >>> 15)) >>> 0) % (corpus.length - pieceTokens);
    prompt.push(...corpus.slice(from, from + pieceTokens));
  }
  return prompt.slice(0, length);
}

function readCorpus(): number[] {
  const folder = path.resolve('test/fixtures/traces');
  return readdirSync(folder)
    .flatMap(
      (name) =>
        (JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { readonly prompt: readonly number[] }).prompt,
    )
    .filter((token) => token < firstSpecial);
}
