import { rm } from 'node:fs/promises';
import { replacePrivateFile } from '../context/private-file.ts';
import { isRecord } from '../workspace/is-record.ts';
import type { PendingStorage } from './pending-edits.ts';
import type { StoredPending } from './pending-text.ts';
import { textIfThere } from './disk-files.ts';
import { jsonLines } from './line-log.ts';

/** Raised if older versions would misread the file. */
const version = 2;
/** Longer texts are not stored: the two texts of one file, and all texts together, in characters. */
const fileLengthMax = 4 << 20;
const totalLengthMax = 32 << 20;

/**
 * Pending edits in one file of JSON lines, replaced as a whole: the version, then a line for each changed file. A line
 * that cannot be read is dropped; the changed file stays as it is.
 */
export class PendingStore implements PendingStorage {
  readonly #file: string;
  readonly #warn: (text: string) => void;
  /** The text on disk, so that it is not written twice. */
  #written = '';

  /** `warn` gets a sentence about each failed write. */
  constructor(file: string, warn: (text: string) => void) {
    this.#file = file;
    this.#warn = warn;
  }

  async load(): Promise<readonly StoredPending[]> {
    const text = await textIfThere(this.#file);
    if (text === undefined) return [];
    const [first, ...lines] = [...jsonLines(text)];
    const known = isRecord(first) && first['version'] === version;
    const files = lines.filter(isStored);
    if (!known || files.length < lines.length) this.#warn(`Some pending edits in ${this.#file} cannot be read.`);
    // Texts that are undefined are left out in JSON.
    return files.map(({ uri, baseline, current, changing, sources, link }) => ({
      uri,
      baseline,
      current,
      changing,
      sources,
      ...(link !== undefined && { link }),
    }));
  }

  async save(files: readonly StoredPending[]): Promise<void> {
    const lines = files.length === 0 ? [] : [{ version }, ...this.#bounded(files)];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    if (text === this.#written) return;
    if (text === '') await rm(this.#file, { force: true });
    else await replacePrivateFile(this.#file, [text]);
    this.#written = text;
  }

  /** The newest files are kept first. */
  #bounded(files: readonly StoredPending[]): StoredPending[] {
    const kept: StoredPending[] = [];
    let total = 0;
    for (const file of [...files].reverse()) {
      const length = (file.baseline?.length ?? 0) + (file.current?.length ?? 0);
      if (length > fileLengthMax || total + length > totalLengthMax)
        this.#warn(`The pending edits of ${file.uri} are too long to outlive the window.`);
      else {
        total += length;
        kept.unshift(file);
      }
    }
    return kept;
  }
}

function isStored(file: unknown): file is StoredPending {
  if (!isRecord(file)) return false;
  const { uri, baseline, current, changing, sources, link } = file;
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string';
  return (
    typeof uri === 'string' &&
    isText(baseline) &&
    isText(current) &&
    isText(link) &&
    typeof changing === 'boolean' &&
    Array.isArray(sources) &&
    sources.every((source) => typeof source === 'string')
  );
}
