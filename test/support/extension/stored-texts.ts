import type { StoredPending } from '../../../extension/edits/pending-text.ts';

/** The name and the text of what is stored as number `at`. Some texts are long, so that a write of them can be cut. */
export function storedName(at: number): string {
  return `item-${at}`;
}

export function storedText(at: number): string {
  return `${at}: ${'é漢🎉\n'.repeat(at % 7 === 0 ? 20_000 : at % 50)}end`;
}

export function storedEntry(name: string, at: number): StoredPending {
  return { uri: `file:///${name}`, baseline: '', current: storedText(at), changing: false, sources: [String(at)] };
}
