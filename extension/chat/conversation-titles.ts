import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { replacePrivateFile } from '../context/private-file.ts';

const version = 1;

/** What the history shows of a conversation, with the size and time of the file that it was read from. */
const keptTitle = z.object({
  size: z.number(),
  modified: z.number(), // ms
  title: z.string(),
  updated: z.number(), // ms since 1970
  turns: z.number(),
  /** False for a file that the history does not show: nothing was said in it, or it is no conversation. */
  shown: z.boolean(),
});
const keptTitles = z.object({ version: z.literal(version), titles: z.record(z.string(), keptTitle) });

export type KeptTitle = z.infer<typeof keptTitle>;

/**
 * The titles of a workspace's conversations in one file, so that the history need not read them all. An entry counts
 * only while its conversation's file has the same size and time: whoever writes a conversation need not know of it.
 */
export class ConversationTitles {
  readonly #file: string;
  #titles: Promise<Map<string, KeptTitle>> | undefined;
  #isChanged = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** The entry of a conversation's file; undefined if it is of another state of that file. */
  async find(name: string, size: number, modified: number): Promise<KeptTitle | undefined> {
    const found = (await this.#all()).get(name);
    return found?.size === size && found.modified === modified ? found : undefined;
  }

  async put(name: string, title: KeptTitle): Promise<void> {
    (await this.#all()).set(name, title);
    this.#isChanged = true;
  }

  /** Drops the entries of other files, and saves what has changed. Rejects if it cannot be saved. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    const titles = await this.#all();
    for (const name of titles.keys()) if (!names.has(name)) this.#isChanged = titles.delete(name);
    if (!this.#isChanged) return;
    await replacePrivateFile(this.#file, [JSON.stringify({ version, titles: Object.fromEntries(titles) })]);
    this.#isChanged = false;
  }

  #all(): Promise<Map<string, KeptTitle>> {
    this.#titles ??= readTitles(this.#file);
    return this.#titles;
  }
}

/** Nothing when none are saved or they are damaged: the conversations are read again. */
async function readTitles(file: string): Promise<Map<string, KeptTitle>> {
  try {
    return new Map(Object.entries(keptTitles.parse(JSON.parse(await readFile(file, 'utf8'))).titles));
  } catch {
    return new Map();
  }
}
