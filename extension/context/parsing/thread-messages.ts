import type { TextPart, SyntaxNode } from '../../workspace/syntax.ts';
import type { Definition } from '../../workspace/definitions.ts';

/** Facts of one file, packed to be copied fast between threads and to disk. */
export interface PackedFile {
  readonly path: string;
  /** JSON of a `PackedFacts`. */
  readonly facts: string;
  /** JSON of the definitions in UTF-8. Parsed on demand; as bytes it stays outside the garbage collector's heap. */
  readonly definitions: Uint8Array;
}

export interface PackedFacts {
  readonly language: string;
  /** True if it defines tests. */
  readonly tests: boolean;
  readonly imports: readonly string[];
  /** Names of the definitions. */
  readonly defined: readonly string[];
  readonly names: readonly string[];
  readonly counts: readonly number[];
  /** Why the file was not indexed. */
  readonly skipped?: SkipReason;
}

export type SkipReason = 'large' | 'minified' | 'binary' | 'slow' | 'unreadable' | 'broke';

/** A replacement of text in a document; offsets in UTF-16. */
export interface DocumentChange {
  readonly from: number;
  readonly removed: number;
  readonly text: string;
}

export interface SyntaxQuestion {
  readonly kind: keyof SyntaxAnswers;
  readonly language: string;
  readonly text: string;
  /** The range asked about: for `enclosing`, `names` and `unbound`. */
  readonly from: number;
  readonly to: number;
}

export interface SyntaxAnswers {
  readonly errors: number;
  readonly definitions: readonly Definition[];
  readonly imports: readonly TextPart[];
  readonly enclosing: SyntaxNode | undefined;
  readonly names: readonly string[];
  readonly unbound: readonly string[];
}

export type ToWorker =
  /** Loads the grammars of these files before any other work. */
  | { readonly type: 'load'; readonly files: readonly string[] }
  /**
   * Sends the saved facts of the files that did not change; answers `restored` with those that must be read. After the
   * message with `last` the saved facts are dropped from memory.
   */
  | { readonly type: 'restore'; readonly files: readonly string[]; readonly last: boolean }
  /** Reads the files from disk; answers `read`. */
  | { readonly type: 'read'; readonly chunk: number; readonly files: readonly string[] }
  /** Acknowledges one `facts` message: the next may be sent. */
  | { readonly type: 'taken' }
  | { readonly type: 'open'; readonly path: string; readonly language: string; readonly text: string }
  | { readonly type: 'change'; readonly path: string; readonly changes: readonly DocumentChange[] }
  | { readonly type: 'close'; readonly path: string }
  | { readonly type: 'ask'; readonly id: number; readonly question: SyntaxQuestion };

export type FromWorker =
  | { readonly type: 'facts'; readonly files: readonly PackedFile[] }
  | { readonly type: 'restored'; readonly files: readonly string[] }
  /** The facts of the chunk's files were sent; `gone` are those that do not exist. */
  | { readonly type: 'read'; readonly chunk: number; readonly gone: readonly string[] }
  /** The facts of an open document's text. */
  | { readonly type: 'typed'; readonly file: PackedFile }
  | { readonly type: 'unsaved'; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly value: SyntaxAnswers[keyof SyntaxAnswers] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

/** The start data of the thread. */
export interface WorkerStart {
  readonly runtime: string;
  /** The files of the grammars, by name. */
  readonly grammars: Readonly<Record<string, string>>;
  /** The file that the facts are saved in; undefined saves none. */
  readonly saved: string | undefined;
  /** Runs at low priority where the system can. */
  readonly background: boolean;
}
