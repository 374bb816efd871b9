// Faked: a document of the editor, with its undo.
import { leastEdit } from '../../../extension/edits/least-edit.ts';
import type { EditBuffer, UndoStops } from '../../../extension/inline/edit-buffer.ts';
import type { TextEdit } from '../../../extension/workspace/span.ts';

export class MemoryBuffer implements EditBuffer {
  readonly uri: string;
  readonly eol: '\n' | '\r\n';
  text: string | undefined;
  /** Refuses every change, as a read-only document does. */
  readOnly = false;
  settled = 0;
  edits = 0;
  /** Texts that undo goes back to, the last one first. */
  readonly #stops: string[] = [];
  readonly #listeners = new Set<(changes: readonly TextEdit[], rewound: boolean) => void>();

  constructor(text: string, uri = 'file:///w/src/math.js') {
    this.uri = uri;
    this.text = text;
    this.eol = text.includes('\r\n') ? '\r\n' : '\n';
  }

  async read(): Promise<string | undefined> {
    return this.text;
  }

  async replace(text: string, edit: TextEdit, stops: UndoStops): Promise<boolean> {
    await Promise.resolve(); // like the real one: others may come first
    if (this.readOnly || text !== this.text) return false;
    if (stops.before || this.#stops.length === 0) this.#stops.push(text);
    this.edits++;
    this.#apply(edit, false);
    return true;
  }

  /** The user types. */
  type(at: number, text: string, removed = 0): void {
    this.#stops.push(this.text ?? '');
    this.#apply({ from: at, to: at + removed, text }, false);
  }

  /** One step of the editor's undo. */
  undo(): void {
    const to = this.#stops.pop();
    if (to === undefined || this.text === undefined) return;
    this.#apply(leastEdit(this.text, to), true);
  }

  onChange(listener: (changes: readonly TextEdit[], rewound: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  remember(): () => Promise<void> {
    return async () => {
      this.settled++;
    };
  }

  #apply({ from, to, text }: TextEdit, rewound: boolean): void {
    this.text = (this.text ?? '').slice(0, from) + text + (this.text ?? '').slice(to);
    for (const listener of this.#listeners) listener([{ from, to, text }], rewound);
  }
}
