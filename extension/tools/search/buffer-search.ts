import path from 'node:path';
import { globMatcher, hitsIn } from './file-scan.ts';
import type { TextHits, TextQuery, TextSearch } from '../../workspace/text-search.ts';

/** The unsaved text of an open document. */
export interface UnsavedText {
  readonly path: string; // absolute
  readonly text: string;
}

/** A search on disk in which the unsaved text of a document replaces its saved text. */
export function withUnsavedTexts(disk: TextSearch, unsaved: () => readonly UnsavedText[]): TextSearch {
  return {
    async search(query: TextQuery, folders: readonly string[], signal: AbortSignal): Promise<TextHits> {
      const buffers = unsaved();
      const found = await disk.search(query, folders, signal);
      if (buffers.length === 0) return found;
      const held = new Set(buffers.map((buffer) => buffer.path));
      const inBuffers = buffers.flatMap((buffer) => {
        const folder = folders.find((one) => !path.relative(one, buffer.path).startsWith('..'));
        return folder !== undefined && globMatcher(query.glob, folder)(buffer.path)
          ? hitsIn(buffer.path, buffer.text, query)
          : [];
      });
      return { hits: [...found.hits.filter((hit) => !held.has(hit.path)), ...inBuffers], cut: found.cut };
    },
  };
}
