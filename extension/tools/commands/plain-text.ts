import { stripVTControlCharacters } from 'node:util';

const escape = '\u001B';
/** A longer text after an escape is not a control sequence. */
const sequenceMax = 500;

/** Removes ANSI codes and control characters from a stream. A chunk may end in the middle of a code. */
export class PlainText {
  #held = '';

  push(raw: string): string {
    const text = this.#held + raw;
    const last = text.lastIndexOf(escape);
    const cut = last >= 0 && text.length - last < sequenceMax && isIncomplete(text.slice(last)) ? last : text.length;
    this.#held = text.slice(cut);
    return plainText(text.slice(0, cut));
  }
}

/** The text without ANSI codes and control characters; tabs, line ends and carriage returns stay. */
export function plainText(raw: string): string {
  let text = '';
  for (const character of stripVTControlCharacters(raw)) {
    const code = character.charCodeAt(0);
    if ((code >= 32 && code !== 127) || code === 9 || code === 10 || code === 13) text += character;
  }
  return text;
}

function isIncomplete(sequence: string): boolean {
  const kind = sequence[1];
  if (kind === undefined) return true;
  if (kind === '[') return !/[@-~]/.test(sequence.slice(2));
  if (kind === ']') return !sequence.includes('\u0007') && !sequence.includes(`${escape}\\`);
  return false;
}
