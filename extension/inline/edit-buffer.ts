import type { Span } from '../rewrite/edit-target.ts';

/** One replacement in a text, as the editor reports it. */
export interface BufferChange extends Span {
  readonly text: string;
}

/** Where the editor may go back to with undo: before and after an edit. */
export interface UndoStops {
  readonly before: boolean;
  readonly after: boolean;
}

/** One document of the editor. */
export interface EditBuffer {
  readonly uri: string;
  readonly eol: '\n' | '\r\n';
  /** The text now; opens the document again when it was closed. Undefined: it is gone. */
  read(): Promise<string | undefined>;
  /** Replaces a part of `text`, which is what was read; false when the document has changed since, or refuses. */
  replace(text: string, part: Span, by: string, stops: UndoStops): Promise<boolean>;
  /** Hears every change of the document, also those made through `replace`, as they happen; `rewound`: by undo or redo. */
  onChange(listener: (changes: readonly BufferChange[], rewound: boolean) => void): () => void;
  /** Says what to do once the text is as it was: a document without unsaved changes shall be so again, a saved one be saved. */
  remember(): () => Promise<void>;
}

/**
 * Where a span is after a change of the text around it; a change within makes it longer or shorter. What is inserted
 * at its edges stands outside, but for the editor's undo, which brings back what stood within.
 */
export function moved({ from, to }: Span, change: BufferChange, { rewound }: { readonly rewound: boolean }): Span {
  const delta = change.text.length - (change.to - change.from);
  if (rewound ? change.to < from : change.to <= from) return { from: from + delta, to: to + delta };
  if (rewound ? change.from > to : change.from >= to) return { from, to };
  return { from: Math.min(from, change.from), to: Math.max(to, change.to) + delta };
}

/** Whether a change touches what is within a span; its edges are outside. */
export function touches({ from, to }: Span, change: BufferChange): boolean {
  return change.from === change.to ? change.from > from && change.from < to : change.from < to && change.to > from;
}

/** The least part of a text that has to be replaced so that it becomes another one. Line ends are not parted. */
export function leastReplacement(before: string, after: string): { readonly part: Span; readonly by: string } {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  while (head > 0 && isGlued(before, head, after)) head--;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  while (tail > 0 && (isGlued(before, before.length - tail, after) || isGlued(after, after.length - tail, before)))
    tail--;
  return { part: { from: head, to: before.length - tail }, by: after.slice(head, after.length - tail) };
}

/** Whether a cut here would part a line end or a surrogate pair. */
function isGlued(text: string, at: number, other: string): boolean {
  const left = text.charCodeAt(at - 1);
  return (text[at - 1] === '\r' && (text[at] === '\n' || other[at] === '\n')) || (left >= 0xd800 && left <= 0xdbff);
}
