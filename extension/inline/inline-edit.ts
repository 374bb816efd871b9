import type { Span } from '../workspace/span.ts';

import { moved, type EditBuffer } from './edit-buffer.ts';
import type { EditLedger } from './edit-ledger.ts';
import { ProvisionalEdit } from './provisional-edit.ts';

/**
 * The place of an inline chat in its document, and the edit that is open there, if any. Owns: beginning, taking back
 * and ending the edit, together with the review and the journal. Does not own: the new text, the user's decision.
 */
export class InlineEdit {
  readonly #buffer: EditBuffer;
  readonly #ledger: EditLedger;
  readonly #touched: (rewound: boolean) => void;
  readonly #stopListening: () => void;
  /** Where the chat is while no edit is open. */
  #place: Span;
  #open: ProvisionalEdit | undefined;
  /** To be called after the original text is back. */
  #settle: (() => Promise<void>) | undefined;
  #isWriting = false;

  /** `touched` is called when the user, or undo, changes the open edit. */
  constructor(buffer: EditBuffer, ledger: EditLedger, place: Span, touched: (rewound: boolean) => void) {
    this.#buffer = buffer;
    this.#ledger = ledger;
    this.#place = place;
    this.#touched = touched;
    this.#stopListening = buffer.onChange((changes, rewound) => {
      if (this.#open !== undefined) return;
      for (const change of [...changes].sort((a, b) => b.from - a.from))
        this.#place = moved(this.#place, change, { rewound });
    });
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Where the edit is, or would be. */
  get span(): Span {
    return this.#open?.span ?? this.#place;
  }

  /** The text before the edit; undefined if none is open. */
  get original(): string | undefined {
    return this.#open?.original;
  }

  /** Moves the chat to another place; only while no edit is open. */
  moveTo(place: Span): void {
    this.#place = place;
  }

  /** Begins writing, into the open edit or a new one. `text` is the whole document's text now. */
  async begin(text: string): Promise<ProvisionalEdit> {
    this.#isWriting = true;
    this.#open ??= new ProvisionalEdit(this.#buffer, text, this.#place, this.#touched);
    this.#settle ??= this.#buffer.remember();
    const { span, original } = this.#open;
    const before = text.slice(0, span.from) + original + text.slice(span.to);
    await this.#ledger.begin(this.#buffer.uri, text, {
      text: before,
      span: { from: span.from, to: span.from + original.length },
    });
    return this.#open;
  }

  /** Ends writing: the change is pending. The user's own changes elsewhere are not. */
  async endWriting(): Promise<void> {
    const edit = this.#open;
    if (edit === undefined || !this.#isWriting) return;
    this.#isWriting = false;
    const text = edit.othersWrote ? await this.#buffer.read() : undefined;
    await this.#ledger.end(this.#buffer.uri, text === undefined ? undefined : { text, span: edit.span });
  }

  /** Puts the original text back and closes the edit; false if the text could not be put back. */
  async takeBack(): Promise<boolean> {
    const edit = this.#open;
    if (edit === undefined) return true;
    if (!this.#isWriting) {
      this.#isWriting = true;
      const text = (await this.#buffer.read()) ?? '';
      await this.#ledger.begin(this.#buffer.uri, text, { text, span: edit.span });
    }
    const restored = await edit.restore();
    if (restored) await this.#settle?.();
    await this.endWriting();
    this.close();
    return restored;
  }

  /** Like `takeBack` while writing, for a document that was closed with `text` in it. */
  async takeBackClosed(text: string): Promise<void> {
    const settle = this.#settle;
    if ((await this.#open?.restoreClosed(text)) === true) await settle?.();
    this.close();
    if (!this.#isWriting) return;
    this.#isWriting = false;
    await this.#ledger.end(this.#buffer.uri);
  }

  /** The user keeps the change; closes the edit. */
  async keep(): Promise<void> {
    const text = await this.#buffer.read();
    if (text !== undefined) await this.#ledger.keep(this.#buffer.uri, text, this.span);
    this.close();
  }

  /**
   * Whether undo took the open edit back, or the review kept or undid it. Undefined if it is still pending.
   */
  async outcome(): Promise<'undone' | 'kept' | undefined> {
    const edit = this.#open;
    const text = await this.#buffer.read();
    if (edit === undefined || text === undefined || this.#open !== edit) return undefined;
    if (text.slice(edit.span.from, edit.span.to) === edit.original) return 'undone';
    return this.#ledger.isPending(this.#buffer.uri, text, edit.span) ? undefined : 'kept';
  }

  /** Forgets the edit; the chat stays where it was. */
  close(): void {
    if (this.#open === undefined) return;
    this.#place = this.#open.span;
    this.#open.close();
    this.#open = undefined;
    this.#settle = undefined;
  }

  dispose(): void {
    this.#open?.close();
    this.#stopListening();
  }
}
