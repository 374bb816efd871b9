const messageMax = 200;

/**
 * Tells a client that its call goes on: at once, then with the last line of output at each interval. Clients that end
 * calls without an answer start their clock again with it.
 */
export class CallProgress {
  readonly #timer: NodeJS.Timeout;
  readonly #send: (progress: number, message: string) => void;
  #sent = 0;
  #line: string;

  /** `first` is told as long as there is no output. */
  constructor(send: (progress: number, message: string) => void, first: string, intervalMs: number) {
    this.#send = send;
    this.#line = first;
    this.#timer = setInterval(() => this.#tell(), intervalMs).unref();
    this.#tell();
  }

  readonly add = (output: string): void => {
    const line = output.trimEnd().split('\n').at(-1)?.trim();
    if (line !== undefined && line !== '') this.#line = line.slice(0, messageMax);
  };

  end(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    this.#send(this.#sent, this.#line);
    this.#sent += 1;
  }
}
