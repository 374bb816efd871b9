/** Work that was timed: the amounts that its time depends on, and the seconds it took. */
export interface TimedWork {
  readonly amounts: readonly number[];
  readonly seconds: number;
  /** How much it counts, from 0 to 1. */
  readonly weight: number;
}

/** Relative errors beyond this count less and less: other programs interrupted the work. */
const usualError = 0.2;
/** Every measurement is off by about so much. */
const noise = 0.06;
/** What a term more has to explain before it is believed. */
const termCost = 0.6;
const rounds = 8;

/**
 * Finds what each unit of each amount takes, in seconds: the sum over the amounts is the time. `formulas` are the sets
 * of amounts that may matter, the simplest first; one with more terms is taken where it explains the times clearly
 * better. Errors are relative to the time, so that short work counts as much as long. Times are never negative.
 * Undefined when there is no work.
 */
export function fitTimes(
  work: readonly TimedWork[],
  formulas: readonly (readonly number[])[],
): readonly number[] | undefined {
  const timed = work.filter(({ seconds, weight }) => seconds > 0 && weight > 0);
  const total = timed.reduce((sum, { weight }) => sum + weight, 0);
  let best: { readonly rates: readonly number[]; readonly score: number } | undefined;
  for (const terms of formulas) {
    const rates = robustRates(timed, terms);
    if (rates === undefined || rates.some((rate) => rate < 0)) continue;
    const loss = timed.reduce((sum, each) => sum + each.weight * lossOf(relativeError(each, rates)), 0) / total;
    // Like an information criterion, with a floor under the error.
    const score = total * Math.log(loss + noise ** 2) + terms.length * termCost;
    if (best === undefined || score < best.score) best = { rates, score };
  }
  return best?.rates;
}

/** Time of work with these amounts. */
export function timeOf(amounts: readonly number[], rates: readonly number[]): number {
  return amounts.reduce((sum, amount, at) => sum + amount * (rates[at] ?? 0), 0);
}

/** Least squares of the relative errors, again and again with less weight for what lies far off. */
function robustRates(work: readonly TimedWork[], terms: readonly number[]): readonly number[] | undefined {
  let rates: readonly number[] | undefined;
  for (let round = 0; round < rounds; round++) {
    const known = rates;
    const next = leastSquares(
      work.map((each) => {
        const error = known === undefined ? 0 : Math.abs(relativeError(each, known));
        const trust = error <= usualError ? 1 : usualError / error;
        return {
          row: terms.map((term) => (each.amounts[term] ?? 0) / each.seconds),
          weight: each.weight * trust,
        };
      }),
      terms.length,
    );
    if (next === undefined) return undefined;
    rates = (work[0]?.amounts ?? []).map((_amount, at) => next[terms.indexOf(at)] ?? 0);
  }
  return rates;
}

/** Solves row · x = 1 for all rows, by the normal equations. Undefined when they do not determine x. */
function leastSquares(
  rows: readonly { readonly row: readonly number[]; readonly weight: number }[],
  size: number,
): readonly number[] | undefined {
  // Each column by its own size: tokens and their products differ by many powers of ten.
  const scales = Array.from({ length: size }, (_, at) => Math.max(...rows.map(({ row }) => Math.abs(row[at] ?? 0)), 0));
  if (rows.length === 0 || scales.some((scale) => scale === 0)) return undefined;
  const matrix = Array.from({ length: size }, () => Array.from({ length: size + 1 }, () => 0));
  for (const { row, weight } of rows) {
    const scaled = row.map((value, at) => value / (scales[at] ?? 1));
    for (const [line, left] of scaled.entries()) {
      const into = matrix[line] ?? [];
      for (const [column, right] of [...scaled, 1].entries())
        into[column] = (into[column] ?? 0) + weight * left * right;
    }
  }
  return solve(matrix)?.map((value, at) => value / (scales[at] ?? 1));
}

/** Gaussian elimination with the right side as last column. */
function solve(matrix: readonly number[][]): number[] | undefined {
  for (let at = 0; at < matrix.length; at++) {
    const pivot = matrix[at] ?? [];
    const head = pivot[at] ?? 0;
    if (head < 1e-9) return undefined; // positive where the rows determine x: the matrix is symmetric
    for (const [line, other] of matrix.entries()) {
      if (line === at) continue;
      const factor = (other[at] ?? 0) / head;
      for (let column = at; column <= matrix.length; column++)
        other[column] = (other[column] ?? 0) - factor * (pivot[column] ?? 0);
    }
  }
  return matrix.map((line, at) => (line[matrix.length] ?? 0) / (line[at] ?? 1));
}

function relativeError({ amounts, seconds }: TimedWork, rates: readonly number[]): number {
  return timeOf(amounts, rates) / seconds - 1;
}

/** Huber's loss: squares near, straight beyond. */
function lossOf(error: number): number {
  const size = Math.abs(error);
  return size <= usualError ? size ** 2 : usualError * (2 * size - usualError);
}
