import type { ChangedFile } from '../../webview/messages.ts';

/** Hears about every change that a tool makes, before and after; `undefined` text: there is no such file. */
export interface ChangeObserver {
  before(absolute: string, text: string | undefined): Promise<void>;
  /** The text as saved, after formatters ran. */
  after(absolute: string, text: string | undefined): Promise<void>;
  /** A command may change anything: files below `folder` are covered now; returns what is not, one sentence each. */
  beforeCommand(folder: string): Promise<readonly string[]>;
  afterCommand(folder: string): Promise<readonly string[]>; // changed files, absolute
}

/**
 * What every turn changed, so that it can be taken back. One checkpoint per turn of a conversation, kept on disk until
 * the conversation is deleted. A file the user changed since is never overwritten unless it is named in `overwrite`.
 */
export interface TurnCheckpoints extends ChangeObserver {
  begin(conversation: string, turn: number): Promise<void>;
  /** What the turn changed so far, created and deleted files included. */
  changes(conversation: string, turn: number): Promise<readonly ChangedFile[]>;
  /** Puts back the files of that turn and of all later ones. */
  restore(conversation: string, turn: number, overwrite: readonly string[]): Promise<RestoreResult>;
  /** Opens the multi-diff editor: before the turn on the left, now on the right. */
  review(conversation: string, turn: number): Promise<void>;
  forget(conversation: string): Promise<void>;
}

export interface RestoreResult {
  readonly restored: readonly string[]; // absolute
  /** Changed by the user since and therefore left alone. */
  readonly conflicts: readonly string[];
}
