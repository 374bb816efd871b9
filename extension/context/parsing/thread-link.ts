import type { FromWorker, PackedFile, SyntaxAnswers, SyntaxQuestion, ToWorker } from './thread-messages.ts';

/** A parsing thread, seen from the editor's thread. */
export interface ThreadPort {
  post(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Called when the thread ended for any reason. */
  onEnd(listener: (reason: string) => void): void;
  end(): void;
}

export type StartThread = (options: { readonly background: boolean }) => ThreadPort;

export interface ThreadListener {
  /** Called with facts that the thread found. */
  facts(files: readonly PackedFile[]): void;
  /** Called with the facts of an open document's text. */
  typed(file: PackedFile): void;
  /** Called with a line for the log. */
  said(line: string): void;
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

/** The connection to one parsing thread, with its open questions. */
export class ThreadLink {
  readonly #port: ThreadPort;
  readonly #questions = new Map<number, Waiting<unknown>>();
  readonly #chunks = new Map<number, Waiting<readonly string[]>>();
  #restoring: Waiting<readonly string[]> | undefined;
  #next = 0;
  #retired = false;
  ended = false;

  constructor(port: ThreadPort, listener: ThreadListener) {
    this.#port = port;
    port.onMessage((message) => {
      if (message.type === 'facts') {
        listener.facts(message.files);
        this.post({ type: 'taken' });
      } else if (message.type === 'typed') listener.typed(message.file);
      else if (message.type === 'unsaved') listener.said(`The source index is not saved: ${message.message}`);
      else this.#settle(message);
      this.#endIfDone();
    });
    port.onEnd((reason) => {
      if (this.ended) return;
      this.ended = true;
      this.#rejectAll(reason);
      listener.said(`A parsing thread ended: ${reason}`);
    });
  }

  post(message: ToWorker): void {
    if (!this.ended) this.#port.post(message);
  }

  ask<Kind extends SyntaxQuestion['kind']>(
    question: SyntaxQuestion & { readonly kind: Kind },
  ): Promise<SyntaxAnswers[Kind]> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#questions.set(id, { resolve: (value) => resolve(value as SyntaxAnswers[Kind]), reject });
      this.#port.post({ type: 'ask', id, question });
    });
  }

  /**
   * Resolves when the facts of all files have come, with those that do not exist; rejects when the thread ended before
   * that.
   */
  read(files: readonly string[]): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const chunk = this.#next++;
      this.#chunks.set(chunk, { resolve, reject });
      this.#port.post({ type: 'read', chunk, files });
    });
  }

  /** Resolves with the files that must be read; the saved facts of the others have come. */
  restore(files: readonly string[], last: boolean): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      this.#restoring = { resolve, reject };
      this.#port.post({ type: 'restore', files, last });
    });
  }

  /** Ends the thread when its questions are answered; it gets no more work. */
  retire(): void {
    this.#retired = true;
    this.#endIfDone();
  }

  end(): void {
    this.ended = true;
    this.#port.end();
    this.#rejectAll('it was ended');
  }

  #settle(message: Exclude<FromWorker, { type: 'facts' | 'typed' | 'unsaved' }>): void {
    switch (message.type) {
      case 'answer':
        return this.#take(this.#questions, message.id)?.resolve(message.value);
      case 'failed':
        return this.#take(this.#questions, message.id)?.reject(new Error(message.message));
      case 'read':
        return this.#take(this.#chunks, message.chunk)?.resolve(message.gone);
      case 'restored':
        return this.#restoring?.resolve(message.files);
    }
  }

  #endIfDone(): void {
    if (this.#retired && !this.ended && this.#questions.size === 0) this.end();
  }

  #take<T>(from: Map<number, Waiting<T>>, id: number): Waiting<T> | undefined {
    const waiting = from.get(id);
    from.delete(id);
    return waiting;
  }

  #rejectAll(reason: string): void {
    const error = new Error(`The parsing thread ended: ${reason}.`);
    for (const waiting of [
      ...this.#questions.values(),
      ...this.#chunks.values(),
      ...(this.#restoring === undefined ? [] : [this.#restoring]),
    ])
      waiting.reject(error);
    this.#questions.clear();
    this.#chunks.clear();
    this.#restoring = undefined;
  }
}
