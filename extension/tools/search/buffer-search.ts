import path from 'node:path';
import { globMatcher } from './glob-matcher.ts';
import {
  hitsMax,
  type SearchEngine,
  type TextHits,
  type TextQuery,
  type TextSearch,
  type UnsavedText,
} from '../../workspace/text-search.ts';

/** A search in which the unsaved text of a document replaces its saved text. */
export function withUnsavedTexts(engine: SearchEngine, unsaved: () => readonly UnsavedText[]): TextSearch {
  return {
    async search(query: TextQuery, folders: readonly string[], signal: AbortSignal): Promise<TextHits> {
      const buffers = unsaved();
      const found = await engine.search(query, folders, signal);
      if (buffers.length === 0) return found;
      const held = new Set(buffers.map((buffer) => buffer.path));
      const matches = query.glob === undefined ? () => true : globMatcher(query.glob);
      const meant = buffers.filter((buffer) => {
        const names = folders.map((folder) => path.relative(folder, buffer.path).split(path.sep).join('/'));
        const name = names.find((one) => one !== '..' && !one.startsWith('../') && !path.isAbsolute(one));
        return name !== undefined && matches(name);
      });
      const inBuffers = await engine.searchTexts(query, meant, signal);
      const hits = [...found.hits.filter((hit) => !held.has(hit.path)), ...inBuffers.hits];
      return { hits: hits.slice(0, hitsMax), cut: found.cut || inBuffers.cut || hits.length > hitsMax };
    },
  };
}
