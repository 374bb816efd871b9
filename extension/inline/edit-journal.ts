import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';
import { isRecord } from '../workspace/is-record.ts';
import type { Span } from '../workspace/span.ts';

/** A span of a document that is being rewritten, with the original text of the document. */
interface JournalEntry extends Span {
  readonly uri: string;
  /** The whole document before. */
  readonly text: string;
}

/** Reads and writes documents by URI; undefined for those that cannot be opened. */
export interface JournalTexts {
  read(uri: string): Promise<string | undefined>;
  write(uri: string, text: string): Promise<void>;
}

/**
 * A file with the edits that are being written, so that the next window can undo a half-written edit of this one.
 */
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
   * Restores the documents that an earlier window left half written, if the text around the span is unchanged. Returns
   * the URIs of the restored documents.
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
      // There is no journal, or a crash cut it off: nothing can be restored.
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
