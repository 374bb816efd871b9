import type { DocumentChange, ToWorker } from './thread-messages.ts';

interface Typed {
  readonly language: string;
  readonly text: () => string;
  readonly changes: DocumentChange[];
}

/** Keystrokes within this time are one change. */
const typingMs = 250;

/** Sends unsaved text to the thread: the whole text once, then batches of changes. */
export class TypedDocuments {
  readonly #post: (message: ToWorker) => void;
  /** Documents that the thread holds the text of. */
  readonly #open = new Set<string>();
  /** Changes not yet sent to the thread. */
  readonly #typed = new Map<string, Typed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(post: (message: ToWorker) => void) {
    this.#post = post;
  }

  change(file: string, language: string, text: () => string, changes: readonly DocumentChange[]): void {
    const before = this.#typed.get(file);
    if (before === undefined) this.#typed.set(file, { language, text, changes: [...changes] });
    else before.changes.push(...changes);
    this.#timer ??= setTimeout(() => this.#tell(), typingMs);
  }

  /** True if the thread has the document's text: it counts instead of the file's. */
  holds(file: string): boolean {
    return this.#open.has(file);
  }

  /** True if the document had unsaved text that the thread used. */
  close(file: string): boolean {
    this.#typed.delete(file);
    if (!this.#open.delete(file)) return false;
    this.#post({ type: 'close', path: file });
    return true;
  }

  /** The thread was restarted: the next change of each document sends its whole text. */
  forget(): void {
    this.#open.clear();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = undefined;
    for (const [file, { language, text, changes }] of this.#typed) {
      if (this.#open.has(file)) this.#post({ type: 'change', path: file, changes });
      else this.#post({ type: 'open', path: file, language, text: text() });
      this.#open.add(file);
    }
    this.#typed.clear();
  }
}
