export type MentionName = 'file' | 'folder' | 'symbol' | 'problems' | 'selection' | 'terminal' | 'git';

/** What completes a mention that is being written. */
export interface MentionSuggestion {
  readonly kind: MentionName;
  readonly label: string;
  readonly detail: string;
  /** What stands in the text in place of what was typed. One that ends in `:` is completed further. */
  readonly insert: string;
  /** How well it fits, from 1 on. */
  readonly score: number;
}

/** What a mention in a request stands for. */
export interface Mentioned {
  readonly kind: MentionName;
  /** How the user sees it. */
  readonly label: string;
  /** What the request says in its place. */
  readonly words: string;
  /** Its contents for larger models, in tags that say that they are data. */
  full(): Promise<string>;
  /** For small models; undefined where the words are enough. */
  readonly short?: () => Promise<string>;
  /** The file or folder it is about, workspace-relative. */
  readonly path?: string;
  /** Whether all of the file is in `full`. */
  readonly whole?: boolean;
  /** Its contents go along only when the user says so. */
  readonly secret?: boolean;
}

/** One kind of mention. */
export interface MentionKind {
  readonly name: MentionName;
  /** Best first or not: they are sorted by their scores. */
  suggest(query: string): Promise<readonly MentionSuggestion[]>;
  /** What the word means; undefined when it is no such thing. */
  find(word: string): Promise<Mentioned | undefined>;
}

/** A request with its mentions read. */
export interface AskedRequest {
  /** What the model gets. */
  readonly text: string;
  /** What the user wrote. */
  readonly written: string;
  /** Files that mentions are about, workspace-relative. */
  readonly paths: readonly string[];
  /** Those of them whose text is in `text` already. */
  readonly whole: readonly string[];
}

/** A request that mentions nothing. */
export function plainRequest(text: string): AskedRequest {
  return { text, written: text, paths: [], whole: [] };
}

/** How well a name fits what was typed, both in lower case; 0 where it does not. The start of a file's name counts most. */
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

/** The text up to `limit` characters, with a note where more is left out. */
export function cutText(text: string, limit: number, note: string): string {
  return text.length > limit ? `${text.slice(0, limit)}\n[${note}]` : text;
}
