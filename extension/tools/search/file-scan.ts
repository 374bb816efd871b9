import path from 'node:path';
import picomatch from 'picomatch';
import { ToolError } from '../tool.ts';
import {
  hitsMax,
  lineTextMax,
  type TextHit,
  type TextHits,
  type TextQuery,
  type TextSearch,
} from '../../workspace/text-search.ts';

export interface FileScanParts {
  /** Absolute paths of the files below a folder, without ignored ones. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** The text of a file; undefined if it is gone, binary or too large. */
  readonly read: (file: string) => Promise<string | undefined>;
}

/** Searches file by file, for systems without ripgrep. */
export class FileScan implements TextSearch {
  readonly #parts: FileScanParts;

  constructor(parts: FileScanParts) {
    this.#parts = parts;
  }

  async search(query: TextQuery, folders: readonly string[], signal: AbortSignal): Promise<TextHits> {
    const hits: TextHit[] = [];
    for (const folder of folders) {
      const matches = globMatcher(query.glob, folder);
      for (const file of (await this.#parts.list(folder)).filter(matches)) {
        if (signal.aborted) return { hits, cut: true };
        const text = await this.#parts.read(file);
        if (text !== undefined) hits.push(...hitsIn(file, text, query));
        if (hits.length >= hitsMax) return { hits: hits.slice(0, hitsMax), cut: true };
      }
    }
    return { hits, cut: false };
  }
}

/** The lines of one text in which the query begins to match. */
export function hitsIn(file: string, text: string, query: TextQuery): TextHit[] {
  const expression = expressionOf(query);
  const lines = text.split(/\r?\n/);
  const line = (at: number): TextHit => ({ path: file, line: at + 1, text: (lines[at] ?? '').slice(0, lineTextMax) });
  if (!query.text.includes('\n')) return lines.flatMap((one, at) => (expression.test(one) ? [line(at)] : []));
  const joined = lines.join('\n');
  const starts = [...joined.matchAll(new RegExp(expression, `${expression.flags}g`))].map(
    (match) => joined.slice(0, match.index).split('\n').length - 1,
  );
  return [...new Set(starts)].map(line);
}

/** Returns a test whether a file below the folder matches the glob. */
export function globMatcher(glob: string | undefined, folder: string): (file: string) => boolean {
  if (glob === undefined) return () => true;
  const matches = picomatch(glob, { dot: true, basename: !glob.includes('/') });
  return (file) => matches(path.relative(folder, file).split(path.sep).join('/'));
}

function expressionOf({ text, regex, word }: TextQuery): RegExp {
  const source = regex ? text : text.replaceAll('\r\n', '\n').replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  try {
    return new RegExp(word === true ? String.raw`(?<![\p{L}\p{N}_])(?:${source})(?![\p{L}\p{N}_])` : source, 'mu');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ToolError(`the query cannot be read: ${error.message}. Correct it, or search without regex.`);
  }
}
