/**
 * A number as JSON text, where a JavaScript number would lose something: `1.0` is a float, an id may have 20 digits.
 */
export class WrittenNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const mark = '\uFDD6'; // a noncharacter: only for the moment between the two parsers

/** JSON with numbers kept as written. Throws as JSON.parse does. */
export function parseWritten(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (/\uFDD6|\\ufdd6/i.test(text)) return plain;
  const token = /"(?:[^"\\]|\\[^])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  let found = false;
  const marked = text.replace(token, (one) => {
    if (one.startsWith('"') || isPlain(one)) return one;
    found = true;
    return `"${mark}${one}"`;
  });
  if (!found) return plain;
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? new WrittenNumber(value.slice(1)) : value,
  );
}

/** Whether JavaScript reads a number as Python does. */
function isPlain(text: string): boolean {
  return /[.eE]/.test(text) ? !Number.isInteger(Number(text)) : text.length <= 15;
}
