import { PlainText } from './plain-text.ts';
import { endsInQuestion } from './unanswered-question.ts';

const lastMax = 200;

/** Tells once when a command has been quiet for a while behind a question. Whoever makes it disposes it. */
export class QuestionWatch {
  readonly #plain = new PlainText();
  readonly #quietMs: number;
  readonly #found: () => void;
  #last = '';
  #told = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(quietMs: number, found: () => void) {
    this.#quietMs = quietMs;
    this.#found = found;
  }

  /** Takes raw output. */
  push(raw: string): void {
    this.#last = (this.#last + this.#plain.push(raw)).slice(-lastMax);
    clearTimeout(this.#timer);
    if (this.#told || !endsInQuestion(this.#last)) return;
    this.#timer = setTimeout(() => {
      this.#told = true;
      this.#found();
    }, this.#quietMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
