// Faked: the editor and the disk, as a map of texts; the storage, as JSON that outlives a PendingEdits.
import type { PendingStorage, PendingTexts } from '../../../extension/edits/pending-edits.ts';
import type { StoredPending } from '../../../extension/edits/pending-text.ts';

export class MemoryTexts implements PendingTexts {
  readonly texts = new Map<string, string>();
  /** Called with every text before it is written; returns the formatted text. */
  format: (text: string) => string = (text) => text;
  writes = 0;

  async read(uri: string): Promise<string | undefined> {
    return this.texts.get(uri);
  }

  async write(uri: string, text: string | undefined): Promise<void> {
    this.writes++;
    if (text === undefined) this.texts.delete(uri);
    else this.texts.set(uri, this.format(text));
  }
}

export class MemoryStorage implements PendingStorage {
  json = '[]';

  async load(): Promise<readonly StoredPending[]> {
    return JSON.parse(this.json) as StoredPending[];
  }

  async save(files: readonly StoredPending[]): Promise<void> {
    this.json = JSON.stringify(files);
  }
}
