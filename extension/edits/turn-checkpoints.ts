import type { ChangedFile } from './changed-file.ts';
import type { ConversationReview } from './turn-review.ts';

/** Hears about every change of a tool, before and after it. Paths are absolute. */
export interface ChangeObserver {
  before(absolute: string): Promise<void>;
  /** To be called once the change is saved and formatters have run. */
  after(absolute: string): Promise<void>;
  /** Changes by a command in `folder` that could not be restored, one sentence each. Reads no file, keeps nothing. */
  uncovered(folder: string): Promise<readonly string[]>;
  /** A command may change anything: saves the files below `folder`, up to a limit. */
  beforeCommand(folder: string): Promise<void>;
  afterCommand(folder: string): Promise<readonly string[]>; // changed files, absolute
}

/** One file at one moment: its bytes on disk, and its unsaved text if there is one. */
export interface FileState {
  readonly disk: Uint8Array | undefined; // undefined: no such file
  readonly buffer: string | undefined;
  /** The target, if the path is a symlink: `disk` is what it leads to. */
  readonly link?: string | undefined;
}

/** Reads and restores files with their unsaved texts. */
export interface FileStates {
  state(absolute: string): Promise<FileState>;
  put(absolute: string, state: FileState): Promise<void>;
  /** The files below a folder that no ignore file excludes, with size and time of change. */
  list(folder: string): Promise<readonly { readonly path: string; readonly bytes: number; readonly changed: number }[]>;
}

/**
 * Records the changes of every turn, to undo them. One checkpoint per turn, kept on disk until the conversation is
 * deleted. A file that the user has changed since is only overwritten if `overwrite` names it.
 */
export interface TurnCheckpoints extends ChangeObserver {
  /** Begins a turn; forgets stored turns from this one on. */
  begin(conversation: string, turn: number): Promise<void>;
  /** Continues a turn that was interrupted. */
  resume(conversation: string, turn: number): Promise<void>;
  /** The files that the turn has changed, created or deleted so far. */
  changes(conversation: string, turn: number): Promise<readonly ChangedFile[]>;
  /** Restores the files to before that turn. */
  restore(conversation: string, turn: number, overwrite: readonly string[]): Promise<RestoreResult>;
  /** Shows the turn's changes in the multi-diff editor. */
  show(conversation: string, turn: number): Promise<void>;
  /** Keeps the turn's pending changes. */
  keep(conversation: string, turn: number): Promise<void>;
  /** True if the turn's files are as they were before it. */
  isUndone(conversation: string, turn: number): Promise<boolean>;
  /** The pending changes. */
  readonly review: ConversationReview;
  forget(conversation: string): Promise<void>;
}

export interface RestoreResult {
  readonly restored: readonly string[]; // absolute
  /** Not restored, since the user has changed them. */
  readonly conflicts: readonly string[];
  /** Not restored, since the stored copy is damaged or the disk refuses. */
  readonly failed: readonly string[];
}
