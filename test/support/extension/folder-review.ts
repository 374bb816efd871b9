// Faked: the editor and its URIs, which are absolute paths here. Real: pending edits, and how turns get into them.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeLink } from '../../../extension/edits/disk-files.ts';
import { PendingEdits, type PendingStorage, type PendingTexts } from '../../../extension/edits/pending-edits.ts';
import { TurnReview, type ReviewPair } from '../../../extension/edits/turn-review.ts';
import type { FolderStates } from './folder-states.ts';

export const nowhere: PendingStorage = { load: async () => [], save: async () => undefined };

/** Texts of a folder's files; an unsaved buffer counts. */
class FolderTexts implements PendingTexts {
  readonly #states: FolderStates;

  constructor(states: FolderStates) {
    this.#states = states;
  }

  async read(uri: string): Promise<string | undefined> {
    return this.#states.buffers.get(uri) ?? (await readFile(uri, 'utf8').catch(() => undefined));
  }

  async write(uri: string, text: string | undefined, link?: string): Promise<void> {
    if (link !== undefined) return makeLink(link, uri);
    if (text === undefined) return rm(uri, { force: true });
    if (this.#states.buffers.has(uri)) this.#states.buffers.set(uri, text);
    else {
      await mkdir(path.dirname(uri), { recursive: true });
      await writeFile(uri, text);
    }
  }
}

export interface FolderReview {
  readonly pending: PendingEdits;
  readonly turns: TurnReview;
  readonly shown: (readonly ReviewPair[])[];
  readonly opened: string[];
}

export function folderReview(states: FolderStates, work: string, storage: PendingStorage = nowhere): FolderReview {
  const pending = new PendingEdits(new FolderTexts(states), storage, (thrown) => {
    throw thrown;
  });
  const shown: (readonly ReviewPair[])[] = [];
  const opened: string[] = [];
  const turns = new TurnReview(pending, {
    uriOf: (absolute) => absolute,
    pathOf: (uri) => uri,
    relative: (absolute) => path.relative(work, absolute),
    decode: async (_, bytes) => (bytes.includes(0) ? undefined : Buffer.from(bytes).toString('utf8')),
    show: async (pairs) => {
      shown.push(pairs);
    },
    open: async (uri) => {
      opened.push(uri);
    },
  });
  return { pending, turns, shown, opened };
}
