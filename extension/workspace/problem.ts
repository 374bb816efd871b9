/** A problem that the editor shows. */
export interface Problem {
  readonly path: string; // absolute
  readonly line: number; // from 1
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly message: string;
  readonly source: string | undefined;
}

/** The problems of the workspace, or of one file once its language server has read it. */
export interface Problems {
  of(absolute: string | undefined): Promise<readonly Problem[]>;
}

/** One line for the model: `src/a.js:3: error: message (source)`. */
export function problemRow(
  { path, line, severity, message, source }: Problem,
  relative: (absolute: string) => string,
): string {
  const from = source === undefined ? '' : ` (${source})`;
  return `${relative(path)}:${line}: ${severity}: ${message.replace(/\s+/g, ' ')}${from}`;
}

/** Errors and warnings of `after` that are not in `before`; a problem that only moved is not new. */
export function newProblems(before: readonly Problem[], after: readonly Problem[]): Problem[] {
  const known = new Map<string, number>();
  for (const problem of before) known.set(keyOf(problem), (known.get(keyOf(problem)) ?? 0) + 1);
  return after.filter((problem) => {
    if (problem.severity !== 'error' && problem.severity !== 'warning') return false;
    const left = known.get(keyOf(problem)) ?? 0;
    known.set(keyOf(problem), left - 1);
    return left <= 0;
  });
}

function keyOf({ path, severity, message, source }: Problem): string {
  return JSON.stringify([path, severity, message, source]);
}
