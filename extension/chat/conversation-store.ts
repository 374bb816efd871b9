import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ConversationSummary } from '../../webview/messages.ts';
import { encodeLine, headLine, replay, type ConversationRecord, type RecordLine } from './conversation-record.ts';

const extension = '.jsonl';

/**
 * The conversations of one workspace, each a file of its own below `folder`. Owns: files, their order of writing.
 * Does not own: what the lines mean (conversation-record.ts), which conversation is open.
 */
export class ConversationStore {
  readonly #folder: string;
  /** Appends of one file happen one after the other. */
  readonly #tails = new Map<string, Promise<void>>();
  readonly #onError: (error: Error) => void;

  /** `onError` hears about a write that failed (full disk): the conversation goes on in memory. */
  constructor(folder: string, onError: (error: Error) => void) {
    this.#folder = folder;
    this.#onError = onError;
  }

  create(): ConversationRecord {
    const record: ConversationRecord = {
      id: randomUUID(),
      created: Date.now(),
      title: '',
      updated: Date.now(),
      items: [],
      turns: [],
      epochs: [[]],
      fingerprint: '',
      draft: '',
    };
    return record;
  }

  /** Adds lines; the file begins with its head, so a conversation without lines leaves no file. */
  append(record: ConversationRecord, lines: readonly RecordLine[]): Promise<void> {
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

  async load(id: string): Promise<ConversationRecord | undefined> {
    await this.#tails.get(id);
    const text = await readText(this.#file(id));
    const record = text === undefined ? undefined : replay(text);
    // A cut last line would swallow the next one written: end it.
    if (text !== undefined && record !== undefined && !text.endsWith('\n')) await appendFile(this.#file(id), '\n');
    if (record !== undefined) this.#tails.set(id, this.#tails.get(id) ?? Promise.resolve());
    return record;
  }

  /** Newest first; `query` is looked for in titles and in what was said. */
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
