import { linesOf, type Hunk } from '../edits/hunks.ts';
import type { PendingEdits } from '../edits/pending-edits.ts';
import type { EditJournal } from './edit-journal.ts';
import type { Span } from '../workspace/span.ts';

/** Tells the review and the journal of what inline edits do to documents. Does not own: the documents. */
export class EditLedger {
  readonly #pending: Pick<PendingEdits, 'begin' | 'end' | 'keep' | 'file'>;
  readonly #journal: Pick<EditJournal, 'begin' | 'end'>;
  readonly #failed: (thrown: unknown) => void;
  /** What was pending when a part began to be written, by document. */
  readonly #before = new Map<string, ReadonlySet<string>>();
  #closing = false;

  /** `failed` hears when the journal could not be written: the edit goes on without it. */
  constructor(
    pending: Pick<PendingEdits, 'begin' | 'end' | 'keep' | 'file'>,
    journal: Pick<EditJournal, 'begin' | 'end'>,
    failed: (thrown: unknown) => void,
  ) {
    this.#pending = pending;
    this.#journal = journal;
    this.#failed = failed;
  }

  /** The window is closing: whether what is put back now still reaches the document is for the next window to find out. */
  close(): void {
    this.#closing = true;
  }

  /** A part of a document is about to be written; `original`: the document as it would be without it. */
  async begin(uri: string, text: string, original: { readonly text: string; readonly span: Span }): Promise<void> {
    if (!this.#before.has(uri)) this.#before.set(uri, this.#contents(uri));
    this.#pending.begin(uri, text, 'inline');
    await this.#journal.begin({ uri, text: original.text, ...original.span }).catch(this.#failed);
  }

  /**
   * What stands there now stands there until the user decides. `written`: given when the user wrote elsewhere meanwhile:
   * what is outside of the part, and was not pending before, is theirs.
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

  /** What a hunk says, wherever it has moved to. */
  #contentOf(uri: string, { oldStart, oldLines, newStart, newLines }: Hunk): string {
    const file = this.#pending.file(uri);
    return JSON.stringify([
      linesOf(file?.baseline ?? '').slice(oldStart, oldStart + oldLines),
      linesOf(file?.current ?? '').slice(newStart, newStart + newLines),
    ]);
  }
}
