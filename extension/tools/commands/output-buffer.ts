import { PlainText } from './plain-text.ts';

const charactersMax = 30_000;

/**
 * A program's output for the model: without ANSI codes, and without the middle when it is long. Holds at most twice
 * the limit.
 */
export class OutputBuffer {
  readonly #half: number;
  readonly #plain = new PlainText();
  #head = '';
  #tail = '';
  #dropped = 0;

  constructor(limit = charactersMax) {
    this.#half = limit / 2;
  }

  /** Adds raw output; returns it without ANSI codes. */
  push(raw: string): string {
    const text = this.#plain.push(raw);
    const room = this.#half - this.#head.length;
    this.#head += text.slice(0, Math.max(room, 0));
    this.#tail += text.slice(Math.max(room, 0));
    if (this.#tail.length > 2 * this.#half) this.#trim();
    return text;
  }

  /** The whole output, with a note where the middle is left out. */
  text(): string {
    this.#trim();
    const joined =
      this.#dropped === 0
        ? this.#head + this.#tail
        : `${this.#head}\n[${this.#dropped} characters left out]\n${this.#tail}`;
    return overwritten(joined);
  }

  /** The output since the last call. */
  take(): string {
    const text = this.text();
    this.#head = '';
    this.#tail = '';
    this.#dropped = 0;
    return text;
  }

  #trim(): void {
    const over = this.#tail.length - this.#half;
    if (over <= 0) return;
    this.#dropped += over;
    this.#tail = this.#tail.slice(over);
  }
}

/** The last lines, at most `lines` and `characters`. */
export function lastLines(text: string, lines: number, characters = 3000): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n').slice(-characters).replace(/^\n+/, '');
}

/** A carriage return overwrites its line: only the last state of a progress line is kept. */
function overwritten(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => (line.includes('\r') ? (line.split('\r').findLast((part) => part !== '') ?? '') : line))
    .join('\n');
}
