import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';
import { isRecord } from '../workspace/is-record.ts';
import type { Span } from '../workspace/span.ts';

/** A part of a document that is being written, as it was before. */
interface JournalEntry extends Span {
  readonly uri: string;
  /** The whole text before. */
  readonly text: string;
}

/** The documents that entries name; a document that cannot be opened has no text. */
export interface JournalTexts {
  read(uri: string): Promise<string | undefined>;
  write(uri: string, text: string): Promise<void>;
}

/** Keeps what is being written in a file, so that a window that ends meanwhile leaves nothing half written. */
export class EditJournal {
  readonly #file: string;
  readonly #open = new Map<string, JournalEntry>();
  #queue: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  begin(entry: JournalEntry): Promise<void> {
    this.#open.set(entry.uri, entry);
    return this.#store();
  }

  async end(uri: string): Promise<void> {
    if (this.#open.delete(uri)) await this.#store();
  }

  /**
   * Puts back what an earlier window left half written, where everything around it is still as it was. Returns the
   * documents it put back.
   */
  async recover(texts: JournalTexts): Promise<readonly string[]> {
    const left = await this.#load();
    const done: string[] = [];
    for (const { uri, text, from, to } of left) {
      const now = await texts.read(uri);
      if (now === undefined || now === text) continue;
      const [head, tail] = [text.slice(0, from), text.slice(to)];
      if (now.length < head.length + tail.length || !now.startsWith(head) || !now.endsWith(tail)) continue;
      await texts.write(uri, text);
      done.push(uri);
    }
    if (left.length > 0) await this.#store();
    return done;
  }

  async #load(): Promise<readonly JournalEntry[]> {
    try {
      const read: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      return Array.isArray(read) ? read.filter(isEntry) : [];
    } catch (error) {
      // None was written, or a crash cut it: there is nothing that could be put back.
      if (error instanceof SyntaxError || isMissing(error)) return [];
      throw error;
    }
  }

  #store(): Promise<void> {
    this.#queue = this.#queue
      .catch(() => undefined)
      .then(async () => {
        await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
        const next = `${this.#file}.next`;
        await writeFile(next, JSON.stringify([...this.#open.values()]), { mode: 0o600 });
        await rename(next, this.#file);
      });
    return this.#queue;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (!isRecord(value)) return false;
  const { uri, text, from, to } = value;
  return typeof uri === 'string' && typeof text === 'string' && typeof from === 'number' && typeof to === 'number';
}
