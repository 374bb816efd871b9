import type { FileListener } from './download-file.ts';
import { DownloadRate } from './download-rate.ts';
import type { DownloadProgress } from './download-store.ts';

/** The least time between two notes of the same phase. */
const noteMs = 1000;

interface LastNote {
  /** `waiting`: it was stopped, and may go on. */
  readonly phase: 'done' | 'failed' | 'paused' | 'waiting';
  readonly error?: string;
  readonly file?: string;
}

/** Adds up how far the files of one download are, and notes it: each new phase at once, bytes once a second. */
export class ProgressNotes {
  readonly #attempt: number;
  readonly #total: number;
  readonly #write: (progress: DownloadProgress) => Promise<void>;
  readonly #rate = new DownloadRate(() => performance.now());
  #bytes: number[] = [];
  #phase: DownloadProgress['phase'] = 'waiting';
  #notedMs = 0;
  /** One write after the other: an older note never replaces a newer one. */
  #writing: Promise<void> = Promise.resolve();

  /** `total`: bytes of all files. `write` never rejects. */
  constructor(attempt: number, total: number, write: (progress: DownloadProgress) => Promise<void>) {
    this.#attempt = attempt;
    this.#total = total;
    this.#write = write;
  }

  /** `here`: bytes of each file that earlier attempts left. */
  begin(here: readonly number[]): void {
    this.#bytes = [...here];
    this.#tell('running');
  }

  /** For the file at `index`. */
  listener(index: number): FileListener {
    return {
      arrived: (bytes) => {
        this.#bytes[index] = bytes;
        this.#rate.add(this.#sum);
        this.#tell('running');
      },
      checking: () => {
        this.#rate.reset();
        this.#tell('checking');
      },
    };
  }

  /** Notes bytes that arrived since the last note, and a speed that falls while nothing arrives. */
  look(): void {
    if (this.#phase === 'running') this.#tell('running');
  }

  /** Notes how it ended. Resolves when that is written. */
  end(last: LastNote): Promise<void> {
    const bytes = last.phase === 'done' ? this.#total : this.#sum;
    return this.#note({ attempt: this.#attempt, bytes, ...last });
  }

  get #sum(): number {
    return this.#bytes.reduce((sum, bytes) => sum + bytes, 0);
  }

  #tell(phase: 'running' | 'checking'): void {
    const now = performance.now();
    if (phase === this.#phase && now - this.#notedMs < noteMs) return;
    this.#phase = phase;
    this.#notedMs = now;
    const bytes = this.#sum;
    const bytesPerSecond = this.#rate.bytesPerSecond;
    const secondsLeft = this.#rate.secondsLeft(this.#total - bytes);
    void this.#note({ attempt: this.#attempt, phase, bytes, bytesPerSecond, secondsLeft });
  }

  #note(progress: DownloadProgress): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(progress));
    return this.#writing;
  }
}
