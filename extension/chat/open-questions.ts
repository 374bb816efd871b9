/** The model's questions that the user has not answered. */
export class OpenQuestions {
  readonly #waiting = new Map<string, (answer: string) => void>();

  /** Resolves with the user's answer, or with an empty one when the turn is stopped. */
  wait(id: string, signal: AbortSignal): Promise<string> {
    return new Promise((resolve) => {
      const settle = (answer: string): void => {
        signal.removeEventListener('abort', stop);
        if (this.#waiting.delete(id)) resolve(answer);
      };
      const stop = (): void => settle('');
      this.#waiting.set(id, settle);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  }

  /** Returns false if the question is not open. */
  answer(id: string, text: string): boolean {
    const settle = this.#waiting.get(id);
    settle?.(text);
    return settle !== undefined;
  }
}
