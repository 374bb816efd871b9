import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';
import type { ConversationSummary } from '../../webview/messages.ts';
import { LineLog } from '../edits/line-log.ts';
import { emptyRecord, headLine, replay, type ConversationRecord, type RecordLine } from './conversation-record.ts';

const extension = '.jsonl';

/**
 * The conversations of one workspace, one file each in `folder`. Owns: the files and the order of writes.
 * Does not own: what the lines mean (conversation-record.ts), which conversation is open.
 */
export class ConversationStore {
  readonly #folder: string;
  /** The files that this window has written to, by conversation. */
  readonly #logs = new Map<string, LineLog>();
  readonly #onError: (error: Error) => void;

  /** `onError` is told of a failed write, e.g. on a full disk. The lines are written with the next ones. */
  constructor(folder: string, onError: (error: Error) => void) {
    this.#folder = folder;
    this.#onError = onError;
  }

  create(): ConversationRecord {
    return emptyRecord(randomUUID(), Date.now());
  }

  /** Appends lines to the conversation's file. The first append creates it, so an empty conversation leaves no file. */
  async append(record: Pick<ConversationRecord, 'id' | 'created'>, lines: readonly RecordLine[]): Promise<void> {
    const log = this.#logs.get(record.id) ?? new LineLog(this.#file(record.id), headLine(record.id, record.created));
    this.#logs.set(record.id, log);
    await log.append(lines).catch(this.#report);
  }

  /** Undefined when there is no such conversation. */
  async load(id: string): Promise<ConversationRecord | undefined> {
    const name = path.basename(id);
    const text = await (this.#logs.get(id) ?? new LineLog(this.#file(id))).text();
    return text === undefined ? undefined : replay(name, text);
  }

  /** Newest first. `query` is searched for in titles and messages, ignoring case. */
  async list(query: string): Promise<ConversationSummary[]> {
    await this.flush();
    const names = (await readFolder(this.#folder)).filter((name) => name.endsWith(extension));
    const needle = query.trim().toLowerCase();
    const found: ConversationSummary[] = [];
    for (const name of names) {
      // A file that cannot be read costs itself only.
      const record = await this.load(name.slice(0, -extension.length)).catch(this.#report);
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
    await this.#logs.get(id)?.flush().catch(this.#report);
    this.#logs.delete(id);
    await rm(this.#file(id), { force: true });
  }

  /** Resolves when everything is on disk, or could not be written once more. */
  async flush(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log.flush().catch(this.#report)));
  }

  readonly #report = (error: unknown): undefined => {
    this.#onError(error instanceof Error ? error : new Error(String(error)));
  };

  #file(id: string): string {
    return path.join(this.#folder, path.basename(id) + extension);
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
