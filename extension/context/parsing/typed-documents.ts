import type { DocumentChange, ToWorker } from './thread-messages.ts';

interface OpenDocument {
  readonly language: string;
  /** Its text now. */
  readonly text: () => string;
}

interface Typed extends OpenDocument {
  readonly changes: DocumentChange[];
}

/** Keystrokes within this time are one change. */
const typingMs = 250;

/** Sends unsaved text to the thread: the whole text once, then batches of changes. */
export class TypedDocuments {
  readonly #post: (message: ToWorker) => void;
  /** Documents whose text was given to a thread. */
  readonly #open = new Map<string, OpenDocument>();
  /** Those of them that the thread of today does not have. */
  readonly #lost = new Set<string>();
  /** Changes not yet sent to the thread. */
  #typed = new Map<string, Typed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(post: (message: ToWorker) => void) {
    this.#post = post;
  }

  change(file: string, language: string, text: () => string, changes: readonly DocumentChange[]): void {
    const before = this.#typed.get(file);
    if (before === undefined) this.#typed.set(file, { language, text, changes: [...changes] });
    else before.changes.push(...changes);
    this.#tellSoon();
  }

  /** True if a thread was given the document's text: it counts instead of the file's. */
  holds(file: string): boolean {
    return this.#open.has(file);
  }

  /** True if the document had unsaved text that the thread used. */
  close(file: string): boolean {
    this.#typed.delete(file);
    this.#lost.delete(file);
    if (!this.#open.delete(file)) return false;
    this.#post({ type: 'close', path: file });
    return true;
  }

  /** The thread is another one: it gets the whole text of each document. */
  reopen(): void {
    for (const [file, document] of this.#open) {
      this.#lost.add(file);
      if (!this.#typed.has(file)) this.#typed.set(file, { ...document, changes: [] });
    }
    if (this.#typed.size > 0) this.#tellSoon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => this.#tell(), typingMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const typed = this.#typed;
    this.#typed = new Map(); // posting may start a thread, which must get all documents
    for (const [file, { language, text, changes }] of typed) {
      const isKnown = !this.#lost.delete(file) && this.#open.has(file);
      this.#open.set(file, { language, text });
      if (isKnown) this.#post({ type: 'change', path: file, changes });
      else this.#post({ type: 'open', path: file, language, text: text() });
    }
  }
}
