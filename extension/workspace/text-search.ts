/** A search for lines in the workspace's files. */
export interface TextQuery {
  readonly text: string;
  /** The text is a regular expression. */
  readonly regex: boolean;
  /** Only whole words. */
  readonly word?: boolean;
  /** Only files that match, relative to the folder; without `/` it matches names. */
  readonly glob?: string;
}

export interface TextHit {
  readonly path: string; // absolute
  readonly line: number; // from 1
  /** The line, without its line end; of a very long one the part around the match. */
  readonly text: string;
  /** Where the match begins in `text`. */
  readonly at?: number;
}

export interface TextHits {
  readonly hits: readonly TextHit[];
  /** True if the search stopped at its limit. */
  readonly cut: boolean;
}

/** Finds lines in the files below folders. Rejects with a ToolError for an invalid query. */
export interface TextSearch {
  search(query: TextQuery, folders: readonly string[], signal: AbortSignal): Promise<TextHits>;
}

/** The unsaved text of an open document. */
export interface UnsavedText {
  readonly path: string; // absolute
  readonly text: string;
}

/** Finds lines in files, and in texts that are not on disk. */
export interface SearchEngine extends TextSearch {
  searchTexts(query: TextQuery, texts: readonly UnsavedText[], signal: AbortSignal): Promise<TextHits>;
}

/** A search stops after this many lines. */
export const hitsMax = 20_000;
/** Characters kept of a line. */
export const lineTextMax = 2000;
