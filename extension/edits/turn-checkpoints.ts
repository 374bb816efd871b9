import type { ChangedFile } from './changed-file.ts';
import type { ConversationReview } from './turn-review.ts';

/** Hears about every change that a tool makes, before and after it. Paths are absolute. */
export interface ChangeObserver {
  before(absolute: string): Promise<void>;
  /** Called when the change is saved and formatters have run. */
  after(absolute: string): Promise<void>;
  /** What could not be restored if a command ran in `folder` now, one sentence each. Reads no file and keeps nothing. */
  uncovered(folder: string): Promise<readonly string[]>;
  /** A command may change anything: saves the files below `folder`, up to a limit. */
  beforeCommand(folder: string): Promise<void>;
  afterCommand(folder: string): Promise<readonly string[]>; // changed files, absolute
}

/** One file at one moment: its bytes on disk, and the text of its buffer where that is not saved. */
export interface FileState {
  readonly disk: Uint8Array | undefined; // undefined: no such file
  readonly buffer: string | undefined;
}

/** Reads and puts back files with their buffers. Implemented on VS Code in edits/, on a folder in tests. */
export interface FileStates {
  state(absolute: string): Promise<FileState>;
  put(absolute: string, state: FileState): Promise<void>;
  /** Files below a folder that no ignore file excludes, with their size and time of change. */
  list(folder: string): Promise<readonly { readonly path: string; readonly bytes: number; readonly changed: number }[]>;
}

/**
 * What every turn changed, so that it can be taken back. One checkpoint per turn of a conversation, kept on disk until
 * the conversation is deleted. A file the user changed since is never overwritten unless it is named in `overwrite`.
 */
export interface TurnCheckpoints extends ChangeObserver {
  /** A new turn: what is known of this one and of later ones is forgotten. */
  begin(conversation: string, turn: number): Promise<void>;
  /** Goes on with a turn that was interrupted. */
  resume(conversation: string, turn: number): Promise<void>;
  /** What the turn changed so far, created and deleted files included. */
  changes(conversation: string, turn: number): Promise<readonly ChangedFile[]>;
  /** Puts back the files of that turn and of all later ones. */
  restore(conversation: string, turn: number, overwrite: readonly string[]): Promise<RestoreResult>;
  /** Opens the multi-diff editor: before the turn, or before what is pending, on the left, now on the right. */
  show(conversation: string, turn: number): Promise<void>;
  /** What the turn changed is no longer pending. */
  keep(conversation: string, turn: number): Promise<void>;
  /** Whether the turn's files are again what they were before it. */
  isUndone(conversation: string, turn: number): Promise<boolean>;
  /** What is pending. */
  readonly review: ConversationReview;
  forget(conversation: string): Promise<void>;
}

export interface RestoreResult {
  readonly restored: readonly string[]; // absolute
  /** Changed by the user since and therefore left alone. */
  readonly conflicts: readonly string[];
}
