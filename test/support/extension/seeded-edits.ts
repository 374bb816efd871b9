// Random texts and edits from a seed, for property tests.

export interface Random {
  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** mulberry32. */
export function seeded(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (from) => from[below(from.length)] as never };
}

const ends = { lf: ['\n'], crlf: ['\r\n'], mixed: ['\n', '\r\n', '\n'] } as const;
/** Few different lines, so that many look alike, as in code. */
const words = [
  '{',
  '}',
  '',
  '  return x;',
  'const a = 1;',
  'const b = 2;',
  '// note',
  '  if (a) {',
  '  }',
  '\tfoo();',
  'é 漢 🎉',
  'end',
];

/** A text of up to so many lines; every third has no end of line at its end, some are empty. */
export function randomText(random: Random, linesMax: number): string {
  const kind = ends[random.pick(['lf', 'crlf', 'mixed'] as const)];
  const count = random.below(linesMax + 1);
  const text = Array.from({ length: count }, () => random.pick(words) + random.pick(kind)).join('');
  return random.below(3) === 0 ? text.replace(/\r?\n$/, '') : text;
}

/** The text after some edits: lines inserted, deleted, replaced, moved to, their ends changed. */
export function editText(
  random: Random,
  text: string,
  edits: number,
  fresh: () => string = () => random.pick(words),
): string {
  let lines = text.split(/(?<=\n)/);
  if (text === '') lines = [];
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  for (let edit = 0; edit < edits; edit++) {
    const at = random.below(lines.length + 1);
    const inserted = Array.from({ length: 1 + random.below(3) }, () => fresh() + end);
    switch (random.below(4)) {
      case 0:
        lines.splice(at, 0, ...inserted);
        break;
      case 1:
        lines.splice(at, 1 + random.below(3));
        break;
      case 2:
        lines.splice(at, 1 + random.below(2), ...inserted);
        break;
      default: {
        const line = lines[at];
        if (line !== undefined) lines[at] = `${line.replace(/\r?\n$/, '')}!${end}`;
      }
    }
    // A line without an end can only be the last.
    lines = lines.map((line, index) => (index < lines.length - 1 && !line.endsWith('\n') ? line + end : line));
  }
  const joined = lines.join('');
  return random.below(6) === 0 ? joined.replace(/\r?\n$/, '') : joined;
}
