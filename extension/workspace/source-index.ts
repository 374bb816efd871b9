import type { Definition } from './definitions.ts';

/** What the index knows of one file. The same object stands for the file until its text changes. */
export interface SourceFile {
  readonly path: string; // absolute
  /** The grammar it was read with: `typescript`, `tsx`, `python`, ... */
  readonly language: string;
  readonly definitions: readonly Definition[];
  /** Names that are used in the file, with the number of uses. */
  readonly references: ReadonlyMap<string, number>;
  /** What the file imports, as written: `./a.ts`, `node:path`, `os.path`, `stdio.h`. */
  readonly imports: readonly string[];
  readonly isTest: boolean;
}

export interface IndexProgress {
  readonly done: number;
  readonly total: number;
}

/** Definitions and references of all source files of the workspace, kept up to date. */
export interface SourceIndex {
  /** When every file has been read for the first time; rejects when the signal aborts. */
  ready(signal?: AbortSignal): Promise<void>;
  /** By path; also during the first pass, with what is there already. */
  files(): readonly SourceFile[];
  file(absolute: string): SourceFile | undefined;
  definitionsOf(name: string): readonly DefinitionPlace[];
  /** Files that use the name; looks at every file, so it is no inner loop. */
  usedIn(name: string): readonly SourceFile[];
  /** Called after files came, went or changed; returns what ends it. */
  onChange(listener: () => void): () => void;
  readonly progress: IndexProgress;
}

export interface DefinitionPlace {
  readonly file: SourceFile;
  readonly definition: Definition;
}
