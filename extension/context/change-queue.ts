/** What may have changed since the last pass. */
export interface Changes {
  /** Absolute paths of files and folders that came, changed or went. */
  readonly paths: readonly string[];
  /** True if any file may have come or gone, as when ignore files changed. */
  readonly all: boolean;
}

/** A pass begins when nothing was noted for this long, in milliseconds: a checkout is one change. */
const quietMs = 300;
/** A pass begins at the latest this long after the first note, in milliseconds. */
const waitMaxMs = 1500;

/**
 * Hands noted changes to one pass at a time. Closed at first: notes are kept until `open`. Then notes start a pass
 * after a short while; what is noted during a pass goes to the next one, and so do the changes of a pass that failed.
 */
export class ChangeQueue {
  readonly #pass: (changes: Changes) => Promise<void>;
  readonly #failed: (thrown: unknown) => void;
  #paths = new Set<string>();
  #all = false;
  #isOpen = false;
  #running: Promise<boolean> | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #latest: NodeJS.Timeout | undefined;

  constructor(pass: (changes: Changes) => Promise<void>, failed: (thrown: unknown) => void) {
    this.#pass = pass;
    this.#failed = failed;
  }

  note({ paths = [], all = false }: Partial<Changes>): void {
    for (const path of paths) this.#paths.add(path);
    this.#all ||= all;
    this.#wait();
  }

  /** Lets passes begin. */
  open(): void {
    this.#isOpen = true;
    this.#wait();
  }

  /** Runs passes now, until one ends without new notes or fails. */
  async settled(): Promise<void> {
    while (this.#running !== undefined || (this.#isOpen && this.#hasChanges)) if (!(await this.#begin())) return;
  }

  /** No pass begins any more. */
  close(): void {
    this.#isOpen = false;
    this.#stopWaiting();
  }

  get #hasChanges(): boolean {
    return this.#all || this.#paths.size > 0;
  }

  #wait(): void {
    if (!this.#isOpen || this.#running !== undefined || !this.#hasChanges) return;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => void this.#begin(), quietMs);
    this.#latest ??= setTimeout(() => void this.#begin(), waitMaxMs);
  }

  #stopWaiting(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#latest);
    this.#latest = undefined;
  }

  /** Runs a pass, or joins the running one. Resolves with false if it failed. */
  #begin(): Promise<boolean> {
    this.#stopWaiting();
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<boolean> {
    const changes: Changes = { paths: [...this.#paths], all: this.#all };
    this.#paths = new Set();
    this.#all = false;
    try {
      await this.#pass(changes);
      this.#running = undefined;
      this.#wait();
      return true;
    } catch (error) {
      for (const path of changes.paths) this.#paths.add(path);
      this.#all ||= changes.all;
      this.#running = undefined; // the next note starts it again
      this.#failed(error);
      return false;
    }
  }
}
