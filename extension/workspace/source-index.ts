import type { Definition } from './definitions.ts';

/** The facts about one file. The object stays the same until the file's text changes. */
export interface SourceFile {
  readonly path: string; // absolute
  /** The grammar it was read with: `typescript`, `tsx`, `python`, ... */
  readonly language: string;
  readonly definitions: readonly Definition[];
  /** Used names, with the number of uses. */
  readonly references: ReadonlyMap<string, number>;
  /** Imports as written: `./a.ts`, `node:path`, `os.path`, `stdio.h`. */
  readonly imports: readonly string[];
  readonly isTest: boolean;
}

export interface IndexProgress {
  readonly done: number;
  readonly total: number;
}

/** Definitions and references of all source files of the workspace, kept up to date. */
export interface SourceIndex {
  /** Resolves when every file has been read once; rejects when the signal aborts. */
  ready(signal?: AbortSignal): Promise<void>;
  /** All files by path; during the first pass those read so far. */
  files(): readonly SourceFile[];
  file(absolute: string): SourceFile | undefined;
  /** The definitions with that name, by path; with `filesMax` those of at most so many files. */
  definitionsOf(name: string, filesMax?: number): readonly DefinitionPlace[];
  /** Every defined name, once. */
  definedNames(): Iterable<string>;
  /** Files that use the name. Looks at every file: not for inner loops. */
  usedIn(name: string): readonly SourceFile[];
  /** `listener` is called after files were added, removed or changed. Returns a function that unsubscribes. */
  onChange(listener: () => void): () => void;
  readonly progress: IndexProgress;
}

export interface DefinitionPlace {
  readonly file: SourceFile;
  readonly definition: Definition;
}
