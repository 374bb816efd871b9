/** A reading of the model's text that repairs one kind of slip. */
export interface Reading {
  readonly wanted: string;
  /** Repairs the same slip in the new text; undefined if that text does not show it the same way. */
  readonly repair: (replacement: string) => string | undefined;
}

/** Line numbers as tools print them: `12: `, `12\t`, `12|`, `12→`. */
const numbered = /^[ \t]*(\d+)(?:\t|:[ \t]|:$|[ \t]?\|[ \t]?|→)/;

/** Other readings of a text that is not in the file: line numbers, one escaping too many, blank lines at its start. */
export function readingsOf(wanted: string): Reading[] {
  return [withoutNumbers(wanted), ...unescaped(wanted), withoutBlankStart(wanted)].filter(
    (reading) => reading !== undefined && reading.wanted !== wanted && reading.wanted.trim() !== '',
  ) as Reading[];
}

function withoutNumbers(wanted: string): Reading | undefined {
  const lines = wanted.split('\n').filter((line) => line.trim() !== '');
  const numbers = lines.map((line) => Number(numbered.exec(line)?.[1] ?? Number.NaN));
  const rising = numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? number));
  if (numbers.length === 0 || numbers.some(Number.isNaN) || !rising) return undefined;
  const strip = (text: string): string =>
    text
      .split('\n')
      .map((line) => line.replace(numbered, ''))
      .join('\n');
  return {
    wanted: strip(wanted),
    repair(replacement) {
      const filled = replacement.split('\n').filter((line) => line.trim() !== '');
      const marked = filled.filter((line) => numbered.test(line)).length;
      if (marked === 0) return replacement;
      return marked === filled.length ? strip(replacement) : undefined;
    },
  };
}

/** JSON escapes read once more: all of them, or the quotes only. */
function unescaped(wanted: string): Reading[] {
  const read = (escapes: RegExp) => (text: string) =>
    text.replace(escapes, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? letter);
  return [read(/\\([nrt"'`\\/])/g), read(/\\(["'`])/g)].map((once) => ({ wanted: once(wanted), repair: once }));
}

function withoutBlankStart(wanted: string): Reading | undefined {
  const blank = /^(?:[ \t]*\n)+/;
  return { wanted: wanted.replace(blank, ''), repair: (replacement) => replacement.replace(blank, '') };
}
