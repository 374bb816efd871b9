export type MentionName = 'file' | 'folder' | 'symbol' | 'problems' | 'selection' | 'terminal' | 'git';

/** A completion for a mention that is being typed. */
export interface MentionSuggestion {
  readonly kind: MentionName;
  readonly label: string;
  readonly detail: string;
  /** Replaces the typed text. A text that ends in `:` is completed further. */
  readonly insert: string;
  /** How well it fits, from 1 on. */
  readonly score: number;
}

/** Suggestions that the user sees. */
export const suggestionsMax = 20;

/** Orders suggestions, the best first. */
export function byFit(a: MentionSuggestion, b: MentionSuggestion): number {
  return b.score - a.score || a.insert.length - b.insert.length || (a.insert < b.insert ? -1 : 1);
}

/** The thing that a mention in a request names. */
export interface Mentioned {
  readonly kind: MentionName;
  /** The name that the user sees. */
  readonly label: string;
  /** The words that replace the mention in the request. */
  readonly words: string;
  /** Its contents for larger models, in tags that mark them as data. */
  full(): Promise<string>;
  /** Its contents for small models; undefined if the name is enough. */
  readonly short?: () => Promise<string>;
  /** The file or folder it is about, workspace-relative. */
  readonly path?: string;
  /** True if `full` holds the whole file. */
  readonly whole?: boolean;
  /** True if its contents are attached only after the user agreed. */
  readonly secret?: boolean;
}

/** One kind of mention. */
export interface MentionKind {
  readonly name: MentionName;
  /**
   * At least the best `suggestionsMax`, in any order. `pause` is awaited between pieces of work; it rejects when the
   * suggestions are no longer wanted.
   */
  suggest(query: string, pause: () => Promise<void>): Promise<readonly MentionSuggestion[]>;
  /** Resolves the word; undefined if it names nothing of this kind. */
  find(word: string): Promise<Mentioned | undefined>;
}

/** A request with its mentions expanded. */
export interface AskedRequest {
  /** The text that the model gets. */
  readonly text: string;
  /** The text that the user wrote. */
  readonly written: string;
  /** The mentioned files, workspace-relative. */
  readonly paths: readonly string[];
  /** The paths from `paths` that occur whole in `text`. */
  readonly whole: readonly string[];
}

/** A request without mentions. */
export function plainRequest(text: string): AskedRequest {
  return { text, written: text, paths: [], whole: [] };
}

/** Score of a name against typed text, both in lower case; 0 for no match. The start of a file's name counts most. */
export function fitScore(name: string, wanted: string): number {
  if (wanted === '') return 1;
  const base = name.slice(name.replace(/\/$/, '').lastIndexOf('/') + 1);
  if (base === wanted || name === wanted) return 6;
  if (base.startsWith(wanted)) return 5;
  if (name.startsWith(wanted)) return 4;
  if (base.includes(wanted)) return 3;
  if (name.includes(wanted)) return 2;
  return isSubsequence(wanted, name) ? 1 : 0;
}

function isSubsequence(wanted: string, name: string): boolean {
  let at = 0;
  for (const character of name) if (character === wanted[at]) at++;
  return at === wanted.length;
}

/** `@name`, in quotes where it has spaces. */
export function writtenMention(name: string): string {
  return /[\s"]/.test(name) ? `@"${name}"` : `@${name}`;
}

/** The text up to `limit` characters, with a note when it is cut. */
export function cutText(text: string, limit: number, note: string): string {
  return text.length > limit ? `${text.slice(0, limit)}\n[${note}]` : text;
}
