import type { TextPart, SyntaxNode } from '../../workspace/syntax.ts';
import type { Definition } from '../../workspace/definitions.ts';

/** Facts of one file on their way between threads and to the disk: copied fast, and not as many small objects. */
export interface PackedFile {
  readonly path: string;
  /** JSON of a `PackedFacts`. */
  readonly facts: string;
  /** JSON of the definitions in UTF-8: read only when somebody asks for them, and kept where the collector of garbage does not copy it. */
  readonly definitions: Uint8Array;
}

export interface PackedFacts {
  readonly language: string;
  /** Tests are defined in it. */
  readonly tests: boolean;
  readonly imports: readonly string[];
  /** Names of the definitions. */
  readonly defined: readonly string[];
  readonly names: readonly string[];
  readonly counts: readonly number[];
  /** Why the file was not read. */
  readonly skipped?: SkipReason;
}

export type SkipReason = 'large' | 'minified' | 'binary' | 'slow' | 'unreadable' | 'broke';

/** Text that took the place of another, in a document; offsets in UTF-16. */
export interface DocumentChange {
  readonly from: number;
  readonly removed: number;
  readonly text: string;
}

export interface SyntaxQuestion {
  readonly kind: keyof SyntaxAnswers;
  readonly language: string;
  readonly text: string;
  /** The range asked about: for `enclosing` and `names`. */
  readonly from: number;
  readonly to: number;
}

export interface SyntaxAnswers {
  readonly errors: number;
  readonly definitions: readonly Definition[];
  readonly imports: readonly TextPart[];
  readonly enclosing: SyntaxNode | undefined;
  readonly names: readonly string[];
}

export type ToWorker =
  /** Loads the grammars of these files before anything else is done. */
  | { readonly type: 'load'; readonly files: readonly string[] }
  /** Sends the saved facts of the files that did not change; answers `restored` with those that must be read. After the `last` ones what was saved is forgotten. */
  | { readonly type: 'restore'; readonly files: readonly string[]; readonly last: boolean }
  /** Reads the files from disk; answers `read`. */
  | { readonly type: 'read'; readonly chunk: number; readonly files: readonly string[] }
  /** The facts of a message were taken: the next may come. */
  | { readonly type: 'taken' }
  | { readonly type: 'open'; readonly path: string; readonly language: string; readonly text: string }
  | { readonly type: 'change'; readonly path: string; readonly changes: readonly DocumentChange[] }
  | { readonly type: 'close'; readonly path: string }
  | { readonly type: 'ask'; readonly id: number; readonly question: SyntaxQuestion };

export type FromWorker =
  | { readonly type: 'facts'; readonly files: readonly PackedFile[] }
  | { readonly type: 'restored'; readonly files: readonly string[] }
  | { readonly type: 'read'; readonly chunk: number }
  | { readonly type: 'unsaved'; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly value: SyntaxAnswers[keyof SyntaxAnswers] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

/** What the thread is started with. */
export interface WorkerStart {
  readonly runtime: string;
  /** The files of the grammars, by name. */
  readonly grammars: Readonly<Record<string, string>>;
  /** The file that keeps the facts; undefined keeps none. */
  readonly saved: string | undefined;
  /** Gives way to other threads where the system can. */
  readonly background: boolean;
}
