import path from 'node:path';
import type { WorkspaceFiles } from '../tools/workspace-files.ts';
import type { Suggestion } from '../../webview/messages.ts';

const suggestionsMax = 20;
const namesMax = 50_000;
/** A listing is good for so long: completion asks at every key. */
const freshMs = 5000;
const textMax = 40_000;
const mention = /(?<=^|\s)@([^\s@]+)/g;

/** `@path` in a request: what to offer while it is typed, and what the model gets for it. */
export class Mentions {
  readonly #files: WorkspaceFiles;
  #names: { readonly at: number; readonly list: Promise<readonly string[]> } | undefined;

  constructor(files: WorkspaceFiles) {
    this.#files = files;
  }

  /** Files whose path fits what was typed after the `@`, best first. */
  async suggest(query: string): Promise<readonly Suggestion[]> {
    const wanted = query.replace(/^@/, '').toLowerCase();
    const scored = (await this.#list()).map((name) => ({ name, score: score(name.toLowerCase(), wanted) })).filter(({ score }) => score > 0);
    scored.sort((a, b) => b.score - a.score || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
    return scored.slice(0, suggestionsMax).map(({ name }) => ({ label: path.posix.basename(name), detail: path.posix.dirname(name) === '.' ? '' : path.posix.dirname(name), insert: `@${name} ` }));
  }

  /** For small models the bare paths: they read the files themselves. For others the texts stand at the end. */
  async expand(request: string, profile: 'compact' | 'full'): Promise<string> {
    const named = new Map<string, string>();
    for (const [, word = ''] of request.matchAll(mention)) {
      const name = await this.#existing(word);
      if (name !== undefined) named.set(word, name);
    }
    const plain = request.replace(mention, (whole, word: string) => {
      const name = named.get(word);
      return name === undefined ? whole : name + word.slice(name.length);
    });
    if (profile === 'compact' || named.size === 0) return plain;
    const texts = await Promise.all([...new Set(named.values())].map((name) => this.#text(name)));
    return [plain, ...texts].join('\n\n');
  }

  /** The word, or the word without the punctuation behind it, when that is a file or a folder. */
  async #existing(word: string): Promise<string | undefined> {
    for (const name of new Set([word, word.replace(/[.,;:!?)\]}'"]+$/, '')])) {
      if (name !== '' && this.#isInside(name) && (await this.#files.read(this.#files.absolute(name))) !== undefined) return name;
    }
    return undefined;
  }

  #isInside(name: string): boolean {
    return this.#files.folders.length > 0 && !path.isAbsolute(this.#files.relative(this.#files.absolute(name)));
  }

  async #text(name: string): Promise<string> {
    const absolute = this.#files.absolute(name);
    const file = await this.#files.read(absolute);
    switch (file?.kind) {
      case 'text': return `<file path="${name}">\n${file.text.slice(0, textMax)}${file.text.length > textMax ? '\n[the rest is left out: read it with read_file]' : ''}\n</file>`;
      case 'folder': return `<folder path="${name}">\n${(await this.#files.list(absolute, undefined, 200)).join('\n')}\n</folder>`;
      case 'binary': case 'large': case undefined: return `<file path="${name}">[no text, or too long]</file>`;
    }
  }

  #list(): Promise<readonly string[]> {
    const now = Date.now();
    if (this.#names === undefined || now - this.#names.at > freshMs) {
      const all = Promise.all(this.#files.folders.map((folder) => this.#files.list(folder.path, '**/*', namesMax)));
      this.#names = { at: now, list: all.then((lists) => lists.flat()) };
    }
    return this.#names.list;
  }
}

/** 0 where it does not fit; a hit at the start of the file's name counts most. */
function score(name: string, wanted: string): number {
  if (wanted === '') return 1;
  const base = path.posix.basename(name);
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
