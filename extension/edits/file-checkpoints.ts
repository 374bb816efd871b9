import { appendFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ChangedFile } from './changed-file.ts';
import { translate } from '../translation.ts';
import { BlobStore } from './blob-store.ts';
import { textIfThere } from './disk-files.ts';
import { countLines, hunks } from './hunks.ts';
import type { FileState, FileStates, RestoreResult, TurnCheckpoints } from './turn-checkpoints.ts';
import type { TurnReview } from './turn-review.ts';

/** A file state by the names of its contents in the blob store; null for none. */
interface StoredState {
  readonly disk: string | null;
  readonly buffer: string | null;
  /** Where it leads, if it is a symlink. */
  readonly link?: string;
}
interface ChangeLine {
  readonly turn: number;
  readonly path: string;
  readonly before: StoredState;
  readonly after: StoredState;
}
/** Log line: earlier checkpoints of this turn and later ones are void. */
interface BeginLine {
  readonly begins: number;
}
interface Covered {
  readonly stamp: string;
  readonly state: StoredState;
}

/** Larger files, and files beyond the total, are not covered by a command's checkpoint. */
const fileBytesMax = 1 << 20;
const totalBytesMax = 200 << 20;
const diffBytesMax = 2 << 20;

/**
 * Checkpoints on disk: one file of JSON lines per conversation, and the contents by their hash. Owns: what a turn
 * changed, and restoring it. Does not own: reading and writing files (FileStates), showing them.
 */
export class FileCheckpoints implements TurnCheckpoints {
  readonly #folder: string;
  readonly #files: FileStates;
  readonly #relative: (absolute: string) => string;
  readonly review: TurnReview;
  readonly #blobs: BlobStore;
  readonly #loaded = new Map<string, Map<number, Map<string, ChangeLine>>>();
  #current: { readonly conversation: string; readonly turn: number } | undefined;
  /** States by path, so that an unchanged file is not read again for the next command. */
  readonly #seen = new Map<string, Covered>();
  #covered: ReadonlyMap<string, Covered> = new Map();
  /** All files of the folder before the command, covered or not. */
  #present: ReadonlySet<string> = new Set();

  /** `review` hears about every change, so that the user can keep or undo it. */
  constructor(folder: string, files: FileStates, relative: (absolute: string) => string, review: TurnReview) {
    this.#folder = folder;
    this.#files = files;
    this.#relative = relative;
    this.review = review;
    this.#blobs = new BlobStore(path.join(folder, 'contents'));
  }

  async begin(conversation: string, turn: number): Promise<void> {
    const turns = await this.#turns(conversation);
    const stale = [...turns.keys()].some((known) => known >= turn);
    if (stale) await this.#append(conversation, { begins: turn });
    this.#current = { conversation, turn };
  }

  async resume(conversation: string, turn: number): Promise<void> {
    this.#current = { conversation, turn };
  }

  async before(absolute: string): Promise<void> {
    if (this.#current === undefined) return;
    const found = await this.#files.state(absolute);
    if ((await this.#change(absolute)) === undefined) {
      const state = await this.#store(found);
      await this.#record(absolute, state, state);
    }
    await this.review.begins(absolute, found, this.#current.conversation);
  }

  async after(absolute: string): Promise<void> {
    const change = await this.#change(absolute);
    if (change === undefined) return;
    await this.#record(absolute, change.before, await this.#store(await this.#files.state(absolute)));
    await this.review.ended(absolute);
  }

  async uncovered(folder: string): Promise<readonly string[]> {
    const { large, over } = coverage(await this.#files.list(folder));
    return [
      ...(large > 0 ? [translate('{0} files over 1 MB cannot be restored.', large)] : []),
      ...(over > 0 ? [translate('{0} files beyond the first 200 MB cannot be restored.', over)] : []),
    ];
  }

  async beforeCommand(folder: string): Promise<void> {
    const files = await this.#files.list(folder);
    this.#present = new Set(files.map((file) => file.path));
    const covered = new Map<string, Covered>();
    for (const file of coverage(files).files) covered.set(file.path, await this.#cover(file));
    this.#covered = covered;
  }

  async afterCommand(folder: string): Promise<readonly string[]> {
    const changed: string[] = [];
    const now = new Map((await this.#files.list(folder)).map((file) => [file.path, file]));
    for (const [file, before] of this.#covered) {
      const current = now.get(file);
      if (current !== undefined && stampOf(current) === before.stamp) continue;
      const after = await this.#store(await this.#files.state(file));
      if (after.disk === before.state.disk && same(after, before.state)) continue;
      await this.#record(file, (await this.#change(file))?.before ?? before.state, after);
      await this.#changedByCommand(file, await this.#load(before.state));
      changed.push(file);
    }
    for (const file of now.values()) {
      // A file that was there before was not created, even if it is not covered: undoing must not delete it.
      if (this.#present.has(file.path) || file.bytes > fileBytesMax) continue;
      const known = await this.#change(file.path);
      await this.#record(
        file.path,
        known?.before ?? { disk: null, buffer: null },
        await this.#store(await this.#files.state(file.path)),
      );
      await this.#changedByCommand(file.path, { disk: undefined, buffer: undefined });
      changed.push(file.path);
    }
    this.#covered = new Map();
    return changed;
  }

  async changes(conversation: string, turn: number): Promise<readonly ChangedFile[]> {
    const lines = await this.#changes(conversation, turn);
    return Promise.all(
      lines.map(async (line) => {
        const kept = content(line.after) === null ? 'deleted' : 'edited';
        const change = content(line.before) === null ? 'created' : kept;
        return { path: this.#relative(line.path), change, ...(await this.#counts(line)) } as const;
      }),
    );
  }

  async restore(conversation: string, turn: number, overwrite: readonly string[]): Promise<RestoreResult> {
    const turns = await this.#turns(conversation);
    const first = new Map<string, StoredState>();
    const last = new Map<string, StoredState>();
    for (const number of [...turns.keys()].filter((candidate) => candidate >= turn).sort((a, b) => a - b)) {
      for (const line of [...(turns.get(number)?.values() ?? [])].filter(isChange)) {
        if (!first.has(line.path)) first.set(line.path, line.before);
        last.set(line.path, line.after);
      }
    }
    const restored: string[] = [];
    const conflicts: string[] = [];
    let failure: unknown;
    for (const [file, before] of first) {
      const now = await this.#store(await this.#files.state(file));
      if (same(now, before)) continue;
      const state = await this.#load(before);
      const isOurs = same(now, last.get(file) ?? before) || (await this.review.hasBaseline(file, state));
      if (!isOurs && !overwrite.includes(file)) conflicts.push(file);
      else {
        try {
          await this.#files.put(file, state);
          restored.push(file);
        } catch (thrown) {
          failure ??= thrown; // the other files are restored all the same
        }
        await this.review.rewound(file);
      }
    }
    if (failure !== undefined) throw failure;
    return { restored, conflicts };
  }

  async show(conversation: string, turn: number): Promise<void> {
    const lines = await this.#changes(conversation, turn);
    await this.review.show(
      await Promise.all(
        lines.map(async ({ path: file, before, after }) => ({
          path: file,
          before: await this.#text(before),
          exists: content(after) !== null,
        })),
      ),
    );
  }

  async keep(conversation: string, turn: number): Promise<void> {
    await this.review.keepFiles((await this.#changes(conversation, turn)).map((line) => line.path));
  }

  async isUndone(conversation: string, turn: number): Promise<boolean> {
    for (const { path: file, before } of await this.#changes(conversation, turn)) {
      if (!same(await this.#store(await this.#files.state(file)), before)) return false;
    }
    return true;
  }

  async forget(conversation: string): Promise<void> {
    this.#loaded.delete(conversation);
    await rm(this.#file(conversation), { force: true });
  }

  async #change(absolute: string): Promise<ChangeLine | undefined> {
    if (this.#current === undefined) return undefined;
    return (await this.#turns(this.#current.conversation)).get(this.#current.turn)?.get(absolute);
  }

  async #changes(conversation: string, turn: number): Promise<ChangeLine[]> {
    return [...((await this.#turns(conversation)).get(turn)?.values() ?? [])].filter(isChange);
  }

  async #changedByCommand(absolute: string, before: FileState): Promise<void> {
    if (this.#current === undefined) return;
    await this.review.begins(absolute, before, this.#current.conversation);
    await this.review.ended(absolute);
  }

  async #record(absolute: string, before: StoredState, after: StoredState): Promise<void> {
    if (this.#current === undefined) return;
    const { conversation, turn } = this.#current;
    await this.#append(conversation, { turn, path: absolute, before, after });
  }

  async #append(conversation: string, line: ChangeLine | BeginLine): Promise<void> {
    remember(await this.#turns(conversation), line);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await appendFile(this.#file(conversation), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  async #turns(conversation: string): Promise<Map<number, Map<string, ChangeLine>>> {
    const known = this.#loaded.get(conversation);
    if (known !== undefined) return known;
    const turns = new Map<number, Map<string, ChangeLine>>();
    for (const raw of ((await textIfThere(this.#file(conversation))) ?? '').split('\n')) {
      const line = parseLine(raw);
      if (line !== undefined) remember(turns, line);
    }
    this.#loaded.set(conversation, turns);
    return turns;
  }

  async #cover(file: { readonly path: string; readonly bytes: number; readonly changed: number }): Promise<Covered> {
    const stamp = stampOf(file);
    const seen = this.#seen.get(file.path);
    if (seen?.stamp === stamp) return seen;
    const covered = { stamp, state: await this.#store(await this.#files.state(file.path)) };
    this.#seen.set(file.path, covered);
    return covered;
  }

  async #store(state: FileState): Promise<StoredState> {
    return {
      disk: state.disk === undefined ? null : await this.#blobs.put(state.disk),
      buffer: state.buffer === undefined ? null : await this.#blobs.put(Buffer.from(state.buffer)),
      ...(state.link !== undefined && { link: state.link }),
    };
  }

  async #load(state: StoredState): Promise<FileState> {
    return {
      disk: state.disk === null ? undefined : await this.#blobs.get(state.disk),
      buffer: state.buffer === null ? undefined : Buffer.from(await this.#blobs.get(state.buffer)).toString('utf8'),
      link: state.link,
    };
  }

  async #text(state: StoredState): Promise<string | undefined> {
    const name = content(state);
    return name === null ? undefined : Buffer.from(await this.#blobs.get(name)).toString('utf8');
  }

  async #counts(line: ChangeLine): Promise<{ readonly added: number; readonly removed: number }> {
    const [before, after] = [(await this.#text(line.before)) ?? '', (await this.#text(line.after)) ?? ''];
    if (before.length + after.length > diffBytesMax || before.includes('\0') || after.includes('\0'))
      return { added: 0, removed: 0 };
    return countLines(hunks(before, after));
  }

  #file(conversation: string): string {
    return path.join(this.#folder, `${path.basename(conversation)}.jsonl`);
  }
}

type ListedFile = Awaited<ReturnType<FileStates['list']>>[number];

/** The files a command's checkpoint covers, with the number of those too large and of those beyond the total. */
function coverage(listed: readonly ListedFile[]): {
  readonly files: readonly ListedFile[];
  readonly large: number;
  readonly over: number;
} {
  const small = listed.filter((file) => file.bytes <= fileBytesMax);
  let total = 0;
  const files = small.filter((file) => {
    if (total + file.bytes > totalBytesMax) return false;
    total += file.bytes;
    return true;
  });
  return { files, large: listed.length - small.length, over: small.length - files.length };
}

/** The content that the user sees: the unsaved text if there is one. */
function content(state: StoredState): string | null {
  return state.buffer ?? state.disk;
}

/** True if the user sees no difference: the same content, by the same link if by one. */
function same(a: StoredState, b: StoredState): boolean {
  return content(a) === content(b) && a.link === b.link;
}

function isChange(line: ChangeLine): boolean {
  return !same(line.before, line.after);
}

function remember(turns: Map<number, Map<string, ChangeLine>>, line: ChangeLine | BeginLine): void {
  if ('begins' in line) {
    for (const turn of turns.keys()) if (turn >= line.begins) turns.delete(turn);
    return;
  }
  const files = turns.get(line.turn) ?? new Map<string, ChangeLine>();
  files.set(line.path, line);
  turns.set(line.turn, files);
}

function stampOf(file: { readonly bytes: number; readonly changed: number }): string {
  return `${file.bytes} ${file.changed}`;
}

/** Undefined for an empty line and for one that a crash cut off. */
function parseLine(raw: string): ChangeLine | BeginLine | undefined {
  if (raw === '') return undefined;
  try {
    return JSON.parse(raw) as ChangeLine | BeginLine;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}
