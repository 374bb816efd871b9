/** Cases of each random test: in the usual run, and in the full one (MOONWRIGHT_SLOW=1). */
const counts = {
  'call walks': [12, 200],
  'damaged headers': [600, 6_000],
  'extreme headers': [400, 4_000],
  'guarded contents': [25, 100],
  'killed checkpoints': [2, 120],
  'killed conversations': [3, 120],
  'killed pending edits': [2, 120],
  'mutated models': [40, 7_800],
  'mutated replies': [300, 3_000],
  'mutated requests': [200, 6_600],
  'random schemas': [300, 20_000],
  'session programs': [4, 200],
  'shell lines': [2_000, 50_000],
  'special tokens of a family': [20, 10_000],
  'tampered lines': [40, 2_000],
} as const satisfies Record<string, readonly [usual: number, full: number]>;

const isFull = process.env['MOONWRIGHT_SLOW'] === '1';

/** Where random cases begin: at the same place in every usual run, anywhere in a full one, or at MOONWRIGHT_SEED. */
export const firstSeed = Number(process.env['MOONWRIGHT_SEED'] ?? (isFull ? Date.now() % 1_000_000 : 0));

/** How many random cases `test` has in this run. */
export function casesOf(test: keyof typeof counts): number {
  return counts[test][isFull ? 1 : 0];
}

/** The milliseconds that a random test may take: in a full run six hours. */
export function limitOfCases(usualMs: number): number {
  return isFull ? 6 * 3_600_000 : usualMs;
}
