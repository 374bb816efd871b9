// A PendingEdits on an in-memory editor and disk, and functions that change a text.
import { PendingEdits } from '../../../extension/edits/pending-edits.ts';
import { MemoryStorage, MemoryTexts } from './memory-texts.ts';

export class PendingHarness {
  readonly texts = new MemoryTexts();
  readonly storage = new MemoryStorage();
  readonly uri: string;
  pending: PendingEdits;

  /** `uri` is the text that is meant where none is named. */
  constructor(uri: string, text: string) {
    this.uri = uri;
    this.texts.texts.set(uri, text);
    this.pending = this.#open();
  }

  text(): string | undefined {
    return this.texts.texts.get(this.uri);
  }

  hunks() {
    return this.pending.file(this.uri)?.hunks ?? [];
  }

  async assistant(to: string | undefined, of = this.uri, source?: string): Promise<void> {
    this.pending.begin(of, this.texts.texts.get(of), source);
    await this.texts.write(of, to);
    await this.pending.end(of);
  }

  async user(to: string | undefined, of = this.uri): Promise<void> {
    if (to === undefined) this.texts.texts.delete(of);
    else this.texts.texts.set(of, to);
    await this.pending.changed(of);
  }

  /** The window is closed and opened again. */
  async reload(): Promise<void> {
    await this.pending.settled();
    this.pending = this.#open();
    await this.pending.restore();
  }

  #open(): PendingEdits {
    return new PendingEdits(this.texts, this.storage, (thrown) => {
      throw thrown;
    });
  }
}
