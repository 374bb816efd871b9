import path from 'node:path';
import type { ChangedFile } from './changed-file.ts';
import { translate } from '../translation.ts';
import { BlobStore, contentName } from './blob-store.ts';
import { CheckpointLog, type ChangeLine, type StoredState } from './checkpoint-log.ts';
import { countLines, hunks } from './hunks.ts';
import { withEol } from './least-edit.ts';
import type { FileState, FileStates, RestoreResult, TurnCheckpoints } from './turn-checkpoints.ts';
import type { TurnReview } from './turn-review.ts';

interface Covered {
  readonly stamp: string;
  readonly state: StoredState;
}

/** Larger files, and files beyond the total, are not covered by a command's checkpoint. */
const fileBytesMax = 1 << 20;
const totalBytesMax = 200 << 20;

/**
 * Checkpoints on disk: a log per conversation, and the contents by their hash. Owns: what a turn changed, and restoring
 * it. Does not own: the log's lines (CheckpointLog), reading and writing files (FileStates), showing them.
 */
export class FileCheckpoints implements TurnCheckpoints {
  readonly #files: FileStates;
  readonly #relative: (absolute: string) => string;
  readonly review: TurnReview;
  readonly #blobs: BlobStore;
  readonly #log: CheckpointLog;
  readonly #failed: (thrown: unknown) => void;
  #current: { readonly conversation: string; readonly turn: number } | undefined;
  /** States by path, so that an unchanged file is not read again for the next command. */
  readonly #seen = new Map<string, Covered>();
  #covered: ReadonlyMap<string, Covered> = new Map();
  /** All files of the folder before the command, covered or not. */
  #present: ReadonlySet<string> = new Set();

  /**
   * `review` hears about every change, so that the user can keep or undo it. `failed` hears what could not be stored
   * after a change, or restored.
   */
  constructor(
    folder: string,
    files: FileStates,
    relative: (absolute: string) => string,
    review: TurnReview,
    failed: (thrown: unknown) => void,
  ) {
    this.#log = new CheckpointLog(folder);
    this.#failed = failed;
    this.#files = files;
    this.#relative = relative;
    this.review = review;
    this.#blobs = new BlobStore(path.join(folder, 'contents'));
  }

  async begin(conversation: string, turn: number): Promise<void> {
    const turns = await this.#log.turns(conversation);
    const stale = [...turns.keys()].some((known) => known >= turn);
    if (stale) await this.#log.append(conversation, { begins: turn });
    this.#current = { conversation, turn };
  }

  async resume(conversation: string, turn: number): Promise<void> {
    this.#current = { conversation, turn };
  }

  async before(absolute: string): Promise<void> {
    if (this.#current === undefined) return;
    const found = await this.#files.state(absolute);
    if ((await this.#change(absolute)) === undefined) {
      await this.#record(absolute, await this.#store(found), null);
    }
    await this.review.begins(absolute, found, this.#current.conversation);
  }

  async after(absolute: string): Promise<void> {
    const change = await this.#change(absolute);
    if (change === undefined) return;
    await this.#recordAfter(absolute, change.before, await this.#files.state(absolute));
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
      const after = await this.#files.state(file);
      const { disk, buffer } = namesOf(after);
      if (disk === before.state.disk && buffer === before.state.buffer) continue;
      await this.#recordAfter(file, (await this.#change(file))?.before ?? before.state, after);
      await this.#load(before.state).then((state) => this.#changedByCommand(file, state), this.#failed);
      changed.push(file);
    }
    for (const file of now.values()) {
      // A file that was there before was not created, even if it is not covered: undoing must not delete it.
      if (this.#present.has(file.path) || file.bytes > fileBytesMax) continue;
      const known = await this.#change(file.path);
      const state = await this.#files.state(file.path);
      await this.#recordAfter(file.path, known?.before ?? { disk: null, buffer: null }, state);
      await this.#changedByCommand(file.path, { disk: undefined, buffer: undefined });
      changed.push(file.path);
    }
    this.#covered = new Map();
    return changed;
  }

  async changes(conversation: string, turn: number): Promise<readonly ChangedFile[]> {
    const lines = await this.#changes(conversation, turn);
    return Promise.all(
      lines.map(async ({ path: file, before, after }) => {
        const kept = content(after) === null ? 'deleted' : 'edited';
        const change = content(before) === null ? 'created' : kept;
        return { path: this.#relative(file), change, ...(await this.#counts(file, before, after)) } as const;
      }),
    );
  }

  async restore(conversation: string, turn: number, overwrite: readonly string[]): Promise<RestoreResult> {
    const turns = await this.#log.turns(conversation);
    const first = new Map<string, StoredState>();
    const last = new Map<string, StoredState | null>();
    for (const number of [...turns.keys()].filter((candidate) => candidate >= turn).sort((a, b) => a - b)) {
      for (const line of turns.get(number)?.values() ?? []) {
        if (line.after !== null && wholeContent(line.after) === wholeContent(line.before)) continue;
        if (!first.has(line.path)) first.set(line.path, line.before);
        last.set(line.path, line.after);
      }
    }
    const restored: string[] = [];
    const conflicts: string[] = [];
    const failed: string[] = [];
    for (const [file, before] of first) {
      try {
        const now = wholeContent(namesOf(await this.#files.state(file)));
        if (now === wholeContent(before)) continue;
        const state = await this.#load(before);
        const after = last.get(file) ?? null;
        // If nobody knows what the turn left, the user decides.
        const isOurs = (after !== null && now === wholeContent(after)) || (await this.review.hasBaseline(file, state));
        if (!isOurs && !overwrite.includes(file)) conflicts.push(file);
        else {
          await this.#files.put(file, state);
          await this.review.rewound(file);
          restored.push(file);
        }
      } catch (thrown) {
        this.#failed(thrown);
        failed.push(file);
      }
    }
    return { restored, conflicts, failed };
  }

  async show(conversation: string, turn: number): Promise<void> {
    const lines = await this.#changes(conversation, turn);
    await this.review.show(
      await Promise.all(
        lines.map(async ({ path: file, before, after }) => ({
          path: file,
          before: await this.#text(file, before),
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
      if (content(namesOf(await this.#files.state(file))) !== content(before)) return false;
    }
    return true;
  }

  forget(conversation: string): Promise<void> {
    return this.#log.forget(conversation);
  }

  async #change(absolute: string): Promise<ChangeLine | undefined> {
    if (this.#current === undefined) return undefined;
    return (await this.#log.turns(this.#current.conversation)).get(this.#current.turn)?.get(absolute);
  }

  /** The changes of a turn. A change without a known end is compared with the file as it is now. */
  async #changes(
    conversation: string,
    turn: number,
  ): Promise<readonly { readonly path: string; readonly before: StoredState; readonly after: StoredState }[]> {
    const lines = [...((await this.#log.turns(conversation)).get(turn)?.values() ?? [])];
    const ended = await Promise.all(
      lines.map(async ({ path: file, before, after }) => ({
        path: file,
        before,
        after: after ?? namesOf(await this.#files.state(file)),
      })),
    );
    return ended.filter(isChange);
  }

  async #changedByCommand(absolute: string, before: FileState): Promise<void> {
    if (this.#current === undefined) return;
    await this.review.begins(absolute, before, this.#current.conversation);
    await this.review.ended(absolute);
  }

  async #record(absolute: string, before: StoredState, after: StoredState | null): Promise<void> {
    if (this.#current === undefined) return;
    const { conversation, turn } = this.#current;
    await this.#log.append(conversation, { turn, path: absolute, before, after });
  }

  /**
   * Like `#record`, once the change is made. If the disk is full the change stays known by its beginning, and can still
   * be undone.
   */
  async #recordAfter(absolute: string, before: StoredState, state: FileState): Promise<void> {
    try {
      await this.#record(absolute, before, await this.#store(state));
    } catch (thrown) {
      this.#failed(thrown);
      if ((await this.#change(absolute))?.after === null) return;
      await this.#record(absolute, before, null).catch(this.#failed);
    }
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
    if (state.disk !== undefined) await this.#blobs.put(state.disk);
    if (state.buffer !== undefined) await this.#blobs.put(Buffer.from(state.buffer));
    return namesOf(state);
  }

  async #load(state: StoredState): Promise<FileState> {
    return {
      disk: state.disk === null ? undefined : await this.#blobs.get(state.disk),
      buffer: state.buffer === null ? undefined : Buffer.from(await this.#blobs.get(state.buffer)).toString('utf8'),
      ...(state.link !== undefined && { link: state.link }),
    };
  }

  /** The text as the user sees it; undefined if there is none, it is binary, or its copy is lost. */
  async #text(file: string, state: StoredState): Promise<string | undefined> {
    const now = await this.#files.state(file);
    try {
      // What is there needs no copy; of a change without a known end there may be none.
      const same = content(namesOf(now)) === content(state);
      return await this.review.textOf(file, same ? now : await this.#load(state));
    } catch (thrown) {
      this.#failed(thrown);
      return undefined;
    }
  }

  /** Counted like the hunks of the review, so that both say the same. */
  async #counts(
    file: string,
    before: StoredState,
    after: StoredState,
  ): Promise<{ readonly added: number; readonly removed: number }> {
    const [old, now] = await Promise.all([before, after].map((state) => this.#text(file, state)));
    if ((old === undefined && content(before) !== null) || (now === undefined && content(after) !== null))
      return { added: 0, removed: 0 };
    return countLines(hunks(withEol(old ?? '', '\n'), withEol(now ?? '', '\n')));
  }
}

/** The names of a state's contents, stored or not. */
function namesOf({ disk, buffer, link }: FileState): StoredState {
  return {
    disk: disk === undefined ? null : contentName(disk),
    buffer: buffer === undefined ? null : contentName(Buffer.from(buffer)),
    ...(link !== undefined && { link }),
  };
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

/** The content that the user sees: the unsaved text if there is one; of a symlink where it leads to. */
function content({ disk, buffer, link }: StoredState): string | null {
  return link === undefined ? (buffer ?? disk) : `-> ${link}`;
}

/** Also of a symlink what it leads to: a command may have changed that by the link. */
function wholeContent({ disk, buffer, link }: StoredState): string | null {
  const seen = buffer ?? disk;
  return link === undefined ? seen : `${link} -> ${seen}`;
}

function isChange({ before, after }: { readonly before: StoredState; readonly after: StoredState | null }): boolean {
  return after === null || content(before) !== content(after);
}

function stampOf(file: { readonly bytes: number; readonly changed: number }): string {
  return `${file.bytes} ${file.changed}`;
}
