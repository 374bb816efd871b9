import { linesOf, type Hunk } from '../edits/hunks.ts';
import type { PendingEdits } from '../edits/pending-edits.ts';
import type { EditJournal } from './edit-journal.ts';
import type { Span } from './edit-target.ts';

/** Tells the review and the journal of what inline edits do to documents. Does not own: the documents. */
export class EditLedger {
  readonly #pending: Pick<PendingEdits, 'begin' | 'end' | 'keep' | 'file'>;
  readonly #journal: Pick<EditJournal, 'begin' | 'end'>;
  readonly #failed: (thrown: unknown) => void;

  /** `failed` hears when the journal could not be written: the edit goes on without it. */
  constructor(pending: Pick<PendingEdits, 'begin' | 'end' | 'keep' | 'file'>, journal: Pick<EditJournal, 'begin' | 'end'>, failed: (thrown: unknown) => void) {
    this.#pending = pending;
    this.#journal = journal;
    this.#failed = failed;
  }

  /** A part of a document is about to be written; `original`: the document as it would be without it. */
  async begin(uri: string, text: string, original: { readonly text: string; readonly span: Span }): Promise<void> {
    this.#pending.begin(uri, text, 'inline');
    await this.#journal.begin({ uri, text: original.text, ...original.span }).catch(this.#failed);
  }

  /** What stands there now stands there until the user decides. */
  async end(uri: string): Promise<void> {
    await this.#pending.end(uri);
    await this.#journal.end(uri).catch(this.#failed);
  }

  /** The user keeps what was written into the span of the text. */
  async keep(uri: string, text: string, span: Span): Promise<void> {
    const hunks = this.#hunks(uri, text, span);
    if (hunks.length > 0) await this.#pending.keep(uri, hunks);
  }

  /** Whether the review still has something to decide on there. */
  isPending(uri: string, text: string, span: Span): boolean {
    return this.#hunks(uri, text, span).length > 0;
  }

  /** Hunks that touch the span's lines. */
  #hunks(uri: string, text: string, { from, to }: Span): readonly Hunk[] {
    const first = linesOf(text.slice(0, from)).length - (from === 0 || text[from - 1] === '\n' ? 0 : 1);
    const last = first + Math.max(1, linesOf(text.slice(from, to)).length);
    return (this.#pending.file(uri)?.hunks ?? []).filter(({ newStart, newLines }) => (newLines > 0 ? newStart < last && newStart + newLines > first : newStart >= first && newStart <= last));
  }
}
