import { Edit, type Point, type Tree } from 'web-tree-sitter';
import type { LoadedLanguage } from './language-loader.ts';
import type { DocumentChange } from './thread-messages.ts';

interface Entry {
  readonly language: LoadedLanguage;
  text: string;
  tree: Tree;
  /** The open document it belongs to: the tree is kept until the document closes. */
  readonly document: string | undefined;
}

export interface ParsedText {
  readonly text: string;
  readonly tree: Tree;
}

const entriesMax = 8;

/** Trees of open documents and recent texts; a new text is parsed only where it differs from one of them. */
export class TreeCache {
  #entries: Entry[] = []; // the latest last

  /** The text's tree, owned by the cache; undefined when parsing took too many steps. */
  parse(language: LoadedLanguage, text: string): ParsedText | undefined {
    const known = this.#entries.find(
      (entry) =>
        entry.language === language &&
        entry.text === text &&
        (entry.document === undefined || !entry.tree.rootNode.hasError),
    );
    if (known !== undefined) return this.#touched(known);
    const near = nearest(
      this.#entries.filter((entry) => entry.language === language),
      text,
    );
    const former = near?.entry.tree.copy();
    former?.edit(edit(near?.entry.text ?? '', text, near?.change ?? { from: 0, removed: 0, text: '' }));
    let tree = language.parse(text, former);
    former?.delete();
    // Error recovery depends on the former tree. A text with errors is parsed from scratch instead.
    if (former !== undefined && tree?.rootNode.hasError === true) {
      tree.delete();
      tree = language.parse(text);
    }
    if (tree === undefined) return undefined;
    if (near !== undefined && near.entry.document === undefined) this.#drop(near.entry);
    const entry: Entry = { language, text, tree, document: undefined };
    this.#entries.push(entry);
    const loose = this.#entries.filter(({ document }) => document === undefined);
    for (const old of loose.slice(0, -entriesMax)) this.#drop(old);
    return entry;
  }

  /** Keeps the text of an open document. */
  open(document: string, language: LoadedLanguage, text: string): ParsedText | undefined {
    this.close(document);
    const tree = language.parse(text);
    if (tree === undefined) return undefined;
    const entry: Entry = { language, text, tree, document };
    this.#entries.push(entry);
    return entry;
  }

  /** The document after its changes, applied in order; undefined when it is not open or parsing gives up. */
  change(
    document: string,
    changes: readonly DocumentChange[],
  ): (ParsedText & { readonly language: LoadedLanguage }) | undefined {
    const entry = this.#entries.find((candidate) => candidate.document === document);
    if (entry === undefined) return undefined;
    for (const change of changes) {
      const text = entry.text.slice(0, change.from) + change.text + entry.text.slice(change.from + change.removed);
      entry.tree.edit(edit(entry.text, text, change));
      entry.text = text;
    }
    const tree = entry.language.parse(entry.text, entry.tree);
    if (tree === undefined) {
      this.#drop(entry);
      return undefined;
    }
    entry.tree.delete();
    entry.tree = tree;
    return entry;
  }

  close(document: string): void {
    const entry = this.#entries.find((candidate) => candidate.document === document);
    if (entry !== undefined) this.#drop(entry);
  }

  #touched(entry: Entry): Entry {
    this.#entries = [...this.#entries.filter((other) => other !== entry), entry];
    return entry;
  }

  #drop(entry: Entry): void {
    entry.tree.delete();
    this.#entries = this.#entries.filter((other) => other !== entry);
  }
}

/** The cached text most similar to this one, if more than half is the same. */
function nearest(
  entries: readonly Entry[],
  text: string,
): { readonly entry: Entry; readonly change: DocumentChange } | undefined {
  let best: { readonly entry: Entry; readonly change: DocumentChange } | undefined;
  for (const entry of entries) {
    const change = leastChange(entry.text, text);
    if (
      change.text.length < text.length / 2 &&
      change.removed < entry.text.length / 2 &&
      (best === undefined || change.text.length < best.change.text.length)
    )
      best = { entry, change };
  }
  return best;
}

/** The one replacement that makes one text the other. */
export function leastChange(before: string, after: string): DocumentChange {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let tail = 0;
  while (
    tail < shorter - from &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  return { from, removed: before.length - tail - from, text: after.slice(from, after.length - tail) };
}

function edit(before: string, after: string, { from, removed, text }: DocumentChange): Edit {
  const start = pointAt(before, from);
  return new Edit({
    startIndex: from,
    oldEndIndex: from + removed,
    newEndIndex: from + text.length,
    startPosition: start,
    oldEndPosition: pointAt(before, from + removed, start, from),
    newEndPosition: pointAt(after, from + text.length, start, from),
  });
}

/** Row and column of an offset; counting can begin at a known place before it. */
function pointAt(text: string, offset: number, known: Point = { row: 0, column: 0 }, knownOffset = 0): Point {
  let row = known.row;
  let lineStart = knownOffset - known.column;
  for (let at = text.indexOf('\n', knownOffset); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}
