import type { Span, TextEdit } from '../workspace/span.ts';

/** Whether undo can go back to the text before an edit, and after it. */
export interface UndoStops {
  readonly before: boolean;
  readonly after: boolean;
}

/** One document of the editor. */
export interface EditBuffer {
  readonly uri: string;
  readonly eol: '\n' | '\r\n';
  /** The text now; opens a closed document again. Undefined if the document is gone. */
  read(): Promise<string | undefined>;
  /** Makes an edit of `text`, the text as it was read; false if the document has changed since or refuses. */
  replace(text: string, edit: TextEdit, stops: UndoStops): Promise<boolean>;
  /**
   * Calls back for every change of the document, including those of `replace`. `rewound` is true for undo and redo.
   * Returns what ends it.
   */
  onChange(listener: (changes: readonly TextEdit[], rewound: boolean) => void): () => void;
  /**
   * To be called before an edit; returns what to call once the edit is taken back. It saves the document if it was
   * saved meanwhile, and removes the mark of unsaved changes if there was none.
   */
  remember(): () => Promise<void>;
}

/**
 * The span after a change of the text: a change within makes it longer or shorter. Text inserted at its edges stays
 * outside, except for undo and redo, which bring back text that was inside.
 */
export function moved({ from, to }: Span, change: TextEdit, { rewound }: { readonly rewound: boolean }): Span {
  const delta = change.text.length - (change.to - change.from);
  if (rewound ? change.to < from : change.to <= from) return { from: from + delta, to: to + delta };
  if (rewound ? change.from > to : change.from >= to) return { from, to };
  return { from: Math.min(from, change.from), to: Math.max(to, change.to) + delta };
}

/** True if a change touches the inside of a span; the edges are outside. */
export function touches({ from, to }: Span, change: TextEdit): boolean {
  return change.from === change.to ? change.from > from && change.from < to : change.from < to && change.to > from;
}
