import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';
import type { ConversationSummary } from '../../webview/messages.ts';
import {
  emptyRecord,
  encodeLine,
  headLine,
  replay,
  type ConversationRecord,
  type RecordLine,
} from './conversation-record.ts';

const extension = '.jsonl';

/**
 * The conversations of one workspace, one file each in `folder`. Owns: the files and the order of writes.
 * Does not own: what the lines mean (conversation-record.ts), which conversation is open.
 */
export class ConversationStore {
  readonly #folder: string;
  /** The last write of each file; the next one waits for it. */
  readonly #tails = new Map<string, Promise<void>>();
  readonly #onError: (error: Error) => void;

  /** `onError` is told of a failed write, e.g. on a full disk. The conversation then continues in memory. */
  constructor(folder: string, onError: (error: Error) => void) {
    this.#folder = folder;
    this.#onError = onError;
  }

  create(): ConversationRecord {
    return emptyRecord(randomUUID(), Date.now());
  }

  /** Appends lines to the conversation's file. The first append creates it, so an empty conversation leaves no file. */
  append(record: Pick<ConversationRecord, 'id' | 'created'>, lines: readonly RecordLine[]): Promise<void> {
    const file = this.#file(record.id);
    const first = !this.#tails.has(record.id);
    const before = this.#tails.get(record.id) ?? Promise.resolve();
    const write = before
      .then(async () => {
        await mkdir(this.#folder, { recursive: true, mode: 0o700 });
        const head = first && !(await exists(file)) ? encodeLine(headLine(record.id, record.created)) : '';
        await appendFile(file, head + lines.map(encodeLine).join(''), { mode: 0o600 });
      })
      .catch((error: unknown) => this.#onError(error instanceof Error ? error : new Error(String(error))));
    this.#tails.set(record.id, write);
    return write;
  }

  /** Undefined when there is no such conversation. */
  async load(id: string): Promise<ConversationRecord | undefined> {
    await this.#tails.get(id);
    const text = await readText(this.#file(id));
    const record = text === undefined ? undefined : replay(text);
    // End a last line that was cut; the next one written would be glued to it.
    if (text !== undefined && record !== undefined && !text.endsWith('\n')) await appendFile(this.#file(id), '\n');
    if (record !== undefined) this.#tails.set(id, this.#tails.get(id) ?? Promise.resolve());
    return record;
  }

  /** Newest first. `query` is searched for in titles and messages, ignoring case. */
  async list(query: string): Promise<ConversationSummary[]> {
    await Promise.all(this.#tails.values());
    const names = (await readFolder(this.#folder)).filter((name) => name.endsWith(extension));
    const needle = query.trim().toLowerCase();
    const found: ConversationSummary[] = [];
    for (const name of names) {
      const text = await readText(path.join(this.#folder, name));
      const record = text === undefined ? undefined : replay(text);
      if (record === undefined || record.items.length === 0) continue;
      const said = record.items.some(
        (item) => (item.kind === 'user' || item.kind === 'answer') && item.text.toLowerCase().includes(needle),
      );
      if (needle !== '' && !record.title.toLowerCase().includes(needle) && !said) continue;
      found.push({ id: record.id, title: record.title, updated: record.updated, turns: record.turns.length });
    }
    return found.sort((a, b) => b.updated - a.updated);
  }

  async remove(id: string): Promise<void> {
    await this.#tails.get(id);
    this.#tails.delete(id);
    await rm(this.#file(id), { force: true });
  }

  /** Resolves when everything is on disk. */
  async flush(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  #file(id: string): string {
    return path.join(this.#folder, path.basename(id) + extension);
  }
}

async function exists(file: string): Promise<boolean> {
  return (await readText(file)) !== undefined;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
