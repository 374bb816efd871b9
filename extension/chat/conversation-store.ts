import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';
import type { ConversationSummary } from '../../webview/messages.ts';
import { LineLog } from '../edits/line-log.ts';
import { paced } from '../context/paced.ts';
import { statIfThere } from '../edits/disk-files.ts';
import { emptyRecord, headLine, replay, type ConversationRecord, type RecordLine } from './conversation-record.ts';
import { ConversationTitles, type KeptTitle } from './conversation-titles.ts';

const extension = '.jsonl';
const titlesFile = 'titles.json';

/**
 * The conversations of one workspace, one file each in `folder`. Owns: the files, the order of writes, the history.
 * Does not own: what the lines mean (conversation-record.ts), which conversation is open.
 */
export class ConversationStore {
  readonly #folder: string;
  /** The files that this window has written to, by conversation. */
  readonly #logs = new Map<string, LineLog>();
  readonly #onError: (error: Error) => void;
  readonly #titles: ConversationTitles;
  /** Ends an older listing. */
  #listing: AbortController | undefined;

  /** `onError` is told of a failed write, e.g. on a full disk. The lines are written with the next ones. */
  constructor(folder: string, onError: (error: Error) => void) {
    this.#folder = folder;
    this.#titles = new ConversationTitles(path.join(folder, titlesFile));
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
  load(id: string): Promise<ConversationRecord | undefined> {
    return this.#load(id, paced());
  }

  /**
   * Newest first. `query` is searched for in titles and messages, ignoring case. Undefined when another list was asked
   * for meanwhile.
   */
  async list(query: string): Promise<ConversationSummary[] | undefined> {
    this.#listing?.abort();
    const listing = new AbortController();
    this.#listing = listing;
    try {
      return await this.#list(query.trim().toLowerCase(), listing.signal);
    } catch (error) {
      if (listing.signal.aborted) return undefined;
      throw error;
    }
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

  async #list(needle: string, signal: AbortSignal): Promise<ConversationSummary[]> {
    await this.flush();
    const pause = paced(signal);
    const names = (await readFolder(this.#folder)).filter((name) => name.endsWith(extension));
    const found: ConversationSummary[] = [];
    for (const name of names) {
      signal.throwIfAborted();
      const id = name.slice(0, -extension.length);
      try {
        const { shown, title, updated, turns } = await this.#titleOf(id, pause);
        if (!shown) continue;
        if (title.toLowerCase().includes(needle) || (await this.#says(id, needle, pause)))
          found.push({ id, title, updated, turns });
      } catch (error) {
        signal.throwIfAborted();
        this.#report(error); // a file that cannot be read costs itself only
      }
    }
    await this.#titles.keepOnly(new Set(names)).catch(this.#report);
    return found.sort((a, b) => b.updated - a.updated);
  }

  /** From the saved titles if the file has not changed since, else from the file. */
  async #titleOf(id: string, pause: () => Promise<void>): Promise<KeptTitle> {
    const name = id + extension;
    const state = await statIfThere(this.#file(id));
    const [size, modified] = [state?.size ?? 0, state?.mtimeMs ?? 0];
    const isOnDisk = this.#logs.get(id)?.owes !== true;
    const known = isOnDisk ? await this.#titles.find(name, size, modified) : undefined;
    if (known !== undefined) return known;
    const record = await this.#load(id, pause);
    const title: KeptTitle = {
      size,
      modified,
      title: record?.title ?? '',
      updated: record?.updated ?? 0,
      turns: record?.turns.length ?? 0,
      shown: record !== undefined && record.items.length > 0,
    };
    if (isOnDisk) await this.#titles.put(name, title);
    return title;
  }

  /** True if a message of the conversation has that text, in small letters. */
  async #says(id: string, needle: string, pause: () => Promise<void>): Promise<boolean> {
    const text = await this.#log(id).text();
    await pause();
    // Most conversations are told apart by their bytes: what is not in the lines is in no message.
    if (text === undefined || !text.toLowerCase().includes(JSON.stringify(needle).slice(1, -1))) return false;
    const record = await replay(id, text, pause);
    return (
      record?.items.some(
        (item) => (item.kind === 'user' || item.kind === 'answer') && item.text.toLowerCase().includes(needle),
      ) ?? false
    );
  }

  async #load(id: string, pause: () => Promise<void>): Promise<ConversationRecord | undefined> {
    const text = await this.#log(id).text();
    return text === undefined ? undefined : replay(path.basename(id), text, pause);
  }

  #log(id: string): LineLog {
    return this.#logs.get(id) ?? new LineLog(this.#file(id));
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
