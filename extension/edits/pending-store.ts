import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../workspace/is-record.ts';
import type { PendingStorage } from './pending-edits.ts';
import type { StoredPending } from './pending-text.ts';
import { textIfThere } from './disk-files.ts';

/** Raised if older versions would misread the file. */
const version = 1;
/** Longer texts are not stored: the two texts of one file, and all texts together, in characters. */
const fileLengthMax = 4 << 20;
const totalLengthMax = 32 << 20;

/**
 * Pending edits in one file, replaced as a whole. If it cannot be read, it is deleted; the changed files stay as they
 * are.
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
    const files = parse(text);
    if (files === undefined) {
      this.#warn(`The pending edits in ${this.#file} cannot be read and are dropped.`);
      await rm(this.#file, { force: true });
    }
    return files ?? [];
  }

  async save(files: readonly StoredPending[]): Promise<void> {
    const text = files.length === 0 ? '' : JSON.stringify({ version, files: this.#bounded(files) });
    if (text === this.#written) return;
    if (text === '') await rm(this.#file, { force: true });
    else await replace(this.#file, text);
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

async function replace(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${randomUUID()}`;
  try {
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Undefined if this version did not write it. Texts that are undefined are left out in JSON. */
function parse(text: string): StoredPending[] | undefined {
  try {
    const found: unknown = JSON.parse(text);
    if (!isRecord(found) || found['version'] !== version || !Array.isArray(found['files'])) return undefined;
    const files: readonly unknown[] = found['files'];
    return files.every(isStored)
      ? files.map((file) => ({
          uri: file.uri,
          baseline: file.baseline,
          current: file.current,
          changing: file.changing,
          sources: file.sources,
        }))
      : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function isStored(file: unknown): file is StoredPending {
  if (!isRecord(file)) return false;
  const { uri, baseline, current, changing, sources } = file;
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string';
  return (
    typeof uri === 'string' &&
    isText(baseline) &&
    isText(current) &&
    typeof changing === 'boolean' &&
    Array.isArray(sources) &&
    sources.every((source) => typeof source === 'string')
  );
}
