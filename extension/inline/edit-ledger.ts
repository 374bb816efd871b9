import { linesOf, type Hunk } from '../edits/hunks.ts';
import type { PendingEdits } from '../edits/pending-edits.ts';
import type { EditJournal } from './edit-journal.ts';
import type { Span } from '../workspace/span.ts';

/** Reports inline edits to the review and the journal. Does not own: the documents. */
export class EditLedger {
  readonly #pending: Pick<PendingEdits, 'begin' | 'end' | 'keep' | 'file'>;
  readonly #journal: Pick<EditJournal, 'begin' | 'end'>;
  readonly #failed: (thrown: unknown) => void;
  /** The hunks that were pending before the edit began, by document. */
  readonly #before = new Map<string, ReadonlySet<string>>();
  #closing = false;

  /** `failed` is called if the journal cannot be written: the edit goes on without it. */
  constructor(
    pending: Pick<PendingEdits, 'begin' | 'end' | 'keep' | 'file'>,
    journal: Pick<EditJournal, 'begin' | 'end'>,
    failed: (thrown: unknown) => void,
  ) {
    this.#pending = pending;
    this.#journal = journal;
    this.#failed = failed;
  }

  /** The window is closing: entries stay in the journal, since restored text may not reach the document any more. */
  close(): void {
    this.#closing = true;
  }

  /** A span of a document is about to be written. `original` is the document without the edit. */
  async begin(uri: string, text: string, original: { readonly text: string; readonly span: Span }): Promise<void> {
    if (!this.#before.has(uri)) this.#before.set(uri, this.#contents(uri));
    this.#pending.begin(uri, text, 'inline');
    await this.#journal.begin({ uri, text: original.text, ...original.span }).catch(this.#failed);
  }

  /**
   * Writing has ended: the change waits for the user. `written` is given if the user typed elsewhere meanwhile: new
   * hunks outside of its span are the user's.
   */
  async end(uri: string, written?: { readonly text: string; readonly span: Span }): Promise<void> {
    await this.#pending.end(uri);
    if (!this.#closing) await this.#journal.end(uri).catch(this.#failed);
    const before = this.#before.get(uri) ?? new Set();
    this.#before.delete(uri);
    if (written === undefined) return;
    const own = this.#hunks(uri, written.text, written.span);
    const theirs = this.#all(uri).filter((hunk) => !own.includes(hunk) && !before.has(this.#contentOf(uri, hunk)));
    if (theirs.length > 0) await this.#pending.keep(uri, theirs);
  }

  /** The user keeps the change within a span of the text. */
  async keep(uri: string, text: string, span: Span): Promise<void> {
    const hunks = this.#hunks(uri, text, span);
    if (hunks.length > 0) await this.#pending.keep(uri, hunks);
  }

  /** True if hunks within the span are still to be decided on. */
  isPending(uri: string, text: string, span: Span): boolean {
    return this.#hunks(uri, text, span).length > 0;
  }

  /** The hunks at the lines of the span. */
  #hunks(uri: string, text: string, { from, to }: Span): readonly Hunk[] {
    const first = linesOf(text.slice(0, from)).length - (from === 0 || text[from - 1] === '\n' ? 0 : 1);
    const last = first + Math.max(1, linesOf(text.slice(from, to)).length);
    return this.#all(uri).filter(({ newStart, newLines }) =>
      newLines > 0 ? newStart < last && newStart + newLines > first : newStart >= first && newStart <= last,
    );
  }

  #all(uri: string): readonly Hunk[] {
    return this.#pending.file(uri)?.hunks ?? [];
  }

  #contents(uri: string): ReadonlySet<string> {
    return new Set(this.#all(uri).map((hunk) => this.#contentOf(uri, hunk)));
  }

  /** A key for the content of a hunk, wherever it has moved to. */
  #contentOf(uri: string, { oldStart, oldLines, newStart, newLines }: Hunk): string {
    const file = this.#pending.file(uri);
    return JSON.stringify([
      linesOf(file?.baseline ?? '').slice(oldStart, oldStart + oldLines),
      linesOf(file?.current ?? '').slice(newStart, newStart + newLines),
    ]);
  }
}
