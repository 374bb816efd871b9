import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { textIfThere } from './disk-files.ts';

const lineEnd = '\n'.charCodeAt(0);

/**
 * A file of JSON lines that is only appended to. Lines that could not be written are written with the next ones; a line
 * that a crash cut off never swallows the next one. Owns: the file, the order of writes. Does not own: what lines mean.
 */
export class LineLog {
  readonly #file: string;
  readonly #head: unknown;
  /** Encoded lines that are not on disk yet. */
  #owed: string[] = [];
  #tail: Promise<void> = Promise.resolve();

  /** `head` is the first line of a new file; undefined for none. */
  constructor(file: string, head?: unknown) {
    this.#file = file;
    this.#head = head;
  }

  /** Rejects if the lines could not be written: they are written with the next ones then. */
  append(lines: readonly unknown[]): Promise<void> {
    this.#owed.push(...lines.map(encoded));
    const write = this.#tail.then(() => this.#write());
    this.#tail = write.catch(() => undefined); // the caller gets the error
    return write;
  }

  /** Tries again to write what could not be written. */
  async flush(): Promise<void> {
    await this.#tail;
    if (this.#owed.length > 0) await this.append([]);
  }

  /** True if there are lines that are not on disk. */
  get owes(): boolean {
    return this.#owed.length > 0;
  }

  /** The text of the file with the lines that could not be written; undefined if there are none. */
  async text(): Promise<string | undefined> {
    await this.#tail;
    const found = await textIfThere(this.#file);
    if (this.#owed.length === 0) return found;
    return [found === undefined || found === '' ? this.#first() : `${found}\n`, ...this.#owed].join('');
  }

  async #write(): Promise<void> {
    const lines = [...this.#owed]; // more may come while these are written
    if (lines.length === 0) return;
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const handle = await open(this.#file, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      const cut = bytesRead === 1 && buffer[0] !== lineEnd ? '\n' : '';
      try {
        await handle.appendFile((size === 0 ? this.#first() : cut) + lines.join(''));
      } catch (error) {
        // A part may be there: without it the lines are not there twice later.
        await handle.truncate(size).catch(() => undefined);
        throw error;
      }
    } finally {
      await handle.close();
    }
    this.#owed = this.#owed.slice(lines.length);
  }

  #first(): string {
    return this.#head === undefined ? '' : encoded(this.#head);
  }
}

/** The values of JSON lines; undefined for each line that cannot be read. Empty lines are left out. */
export function* jsonLines(text: string): Generator<unknown, void> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
    if (line.trim() !== '') yield jsonOrNothing(line);
  }
}

function jsonOrNothing(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function encoded(line: unknown): string {
  return `${JSON.stringify(line)}\n`;
}
