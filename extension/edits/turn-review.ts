import type { ChangedFile } from './changed-file.ts';
import { countLines } from './hunks.ts';
import { withEol } from './least-edit.ts';
import type { PendingEdits, PendingFile } from './pending-edits.ts';
import type { FileState } from './turn-checkpoints.ts';

/** One file of a review: its text before (undefined if it did not exist) and whether it exists now. */
export interface ReviewPair {
  readonly path: string; // absolute
  readonly before: string | undefined;
  readonly exists: boolean;
}

/** How files are named and shown. */
interface ReviewPlaces {
  uriOf(absolute: string): string;
  /** Undefined for documents without a file. */
  pathOf(uri: string): string | undefined;
  relative(absolute: string): string;
  /** Bytes as VS Code decodes them; undefined for binary or very long content. */
  decode(absolute: string, bytes: Uint8Array): Promise<string | undefined>;
  /** Opens the multi-diff editor. Pending files are compared with their baseline. */
  show(pairs: readonly ReviewPair[]): Promise<void>;
  /** Opens a file at its first pending change. */
  open(uri: string): Promise<void>;
}

/** The pending changes of a conversation. Paths are relative to the workspace; left out, they mean all files. */
export interface ConversationReview {
  files(conversation: string): readonly ChangedFile[];
  keep(conversation: string, paths?: readonly string[]): Promise<void>;
  undo(conversation: string, paths?: readonly string[]): Promise<void>;
  review(conversation: string): Promise<void>;
  open(conversation: string, path: string): Promise<void>;
  onChange(listener: () => void): () => void;
}

/**
 * Connects turns with pending edits: changes by a turn are pending, changes by undoing a turn are not. Does not own:
 * checkpoints, hunks.
 */
export class TurnReview implements ConversationReview {
  readonly #pending: PendingEdits;
  readonly #places: ReviewPlaces;

  constructor(pending: PendingEdits, places: ReviewPlaces) {
    this.#pending = pending;
    this.#places = places;
  }

  /** The file is about to be changed, or was just changed by a command. */
  async begins(absolute: string, before: FileState, conversation: string): Promise<void> {
    const text = await this.textOf(absolute, before);
    // Binary content has no hunks; it can only be undone with the whole turn.
    if (text === undefined && before.disk !== undefined) return;
    this.#pending.begin(this.#places.uriOf(absolute), text, conversation, before.link);
  }

  async ended(absolute: string): Promise<void> {
    await this.#pending.end(this.#places.uriOf(absolute));
  }

  /** True if every difference between the file and this state is a pending hunk. */
  async hasBaseline(absolute: string, state: FileState): Promise<boolean> {
    const uri = this.#places.uriOf(absolute);
    await this.#pending.changed(uri);
    const file = this.#pending.file(uri);
    if (file?.baseline === undefined) return false;
    const text = await this.textOf(absolute, state);
    return text !== undefined && withEol(text, '\n') === file.baseline;
  }

  /** The text of a state as the user sees it; undefined if there is none, or it is binary. */
  async textOf(absolute: string, state: FileState): Promise<string | undefined> {
    return state.buffer ?? (state.disk === undefined ? undefined : await this.#places.decode(absolute, state.disk));
  }

  /** The file was restored from a checkpoint. */
  async rewound(absolute: string): Promise<void> {
    await this.#pending.changed(this.#places.uriOf(absolute));
  }

  /** Keeps all pending changes of these files. */
  async keepFiles(absolutes: readonly string[]): Promise<void> {
    await this.#pending.keepAll(absolutes.map((absolute) => this.#places.uriOf(absolute)));
  }

  async show(pairs: readonly ReviewPair[]): Promise<void> {
    await this.#places.show(pairs);
  }

  files(conversation: string): readonly ChangedFile[] {
    return this.#of(conversation).map(({ file, path }) => ({
      path,
      change: changeOf(file),
      ...countLines(file.hunks),
    }));
  }

  async keep(conversation: string, paths?: readonly string[]): Promise<void> {
    await this.#pending.keepAll(this.#uris(conversation, paths));
  }

  async undo(conversation: string, paths?: readonly string[]): Promise<void> {
    await this.#pending.undoAll(this.#uris(conversation, paths));
  }

  async review(conversation: string): Promise<void> {
    await this.show(
      this.#of(conversation).map(({ file, absolute }) => ({
        path: absolute,
        before: file.baseline,
        exists: !file.deleted,
      })),
    );
  }

  async open(conversation: string, path: string): Promise<void> {
    const [uri] = this.#uris(conversation, [path]);
    if (uri !== undefined) await this.#places.open(uri);
  }

  onChange(listener: () => void): () => void {
    return this.#pending.onChange(listener);
  }

  #uris(conversation: string, paths: readonly string[] | undefined): string[] {
    return this.#of(conversation)
      .filter(({ path }) => paths === undefined || paths.includes(path))
      .map(({ file }) => file.uri);
  }

  #of(conversation: string): { readonly file: PendingFile; readonly absolute: string; readonly path: string }[] {
    return this.#pending
      .files()
      .filter((file) => file.sources.includes(conversation))
      .flatMap((file) => {
        const absolute = this.#places.pathOf(file.uri);
        return absolute === undefined ? [] : [{ file, absolute, path: this.#places.relative(absolute) }];
      });
  }
}

function changeOf(file: PendingFile): ChangedFile['change'] {
  if (file.created) return 'created';
  return file.deleted ? 'deleted' : 'edited';
}
