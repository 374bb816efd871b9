/** Ratio of two sides measured in pairs: the median of each, and the 95 % interval of the mean of the log ratios. */
export interface PairedRatio {
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** Two-sided 97.5 % quantile of Student's t for 1.. degrees of freedom; 1.96 beyond. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086,
];

/** `pairs`: [ours, theirs], both positive, measured one right after the other. */
export function pairedRatio(pairs: readonly (readonly [number, number])[]): PairedRatio {
  const logs = pairs.map(([ours, theirs]) => Math.log(ours / theirs));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.length > 1 ? logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1) : 0;
  const half =
    logs.length > 1
      ? (quantiles[logs.length - 2] ?? 1.96) * Math.sqrt(variance / logs.length)
      : Number.POSITIVE_INFINITY;
  return {
    ours: median(pairs.map(([ours]) => ours)),
    theirs: median(pairs.map(([, theirs]) => theirs)),
    ratio: Math.exp(mean),
    low: Math.exp(mean - half),
    high: Math.exp(mean + half),
    pairs: pairs.length,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
