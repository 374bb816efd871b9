import path from 'node:path';
import { ToolError } from '../tool.ts';
import { globMatcher } from './glob-matcher.ts';
import { hitAt } from './hit-lines.ts';
import {
  hitsMax,
  type SearchEngine,
  type TextHit,
  type TextHits,
  type TextQuery,
  type UnsavedText,
} from '../../workspace/text-search.ts';

export interface FileScanParts {
  /** Absolute paths of the files below a folder, without ignored ones. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** The text of a file; undefined if it is gone, binary or too large. */
  readonly read: (file: string) => Promise<string | undefined>;
}

const wordCharacter = /[\p{L}\p{N}_]/u;

/**
 * Searches file by file for literal texts, for systems without ripgrep. Refuses regular expressions: JavaScript's
 * can take forever.
 */
export class FileScan implements SearchEngine {
  readonly #parts: FileScanParts;

  constructor(parts: FileScanParts) {
    this.#parts = parts;
  }

  async search(query: TextQuery, folders: readonly string[], signal: AbortSignal): Promise<TextHits> {
    checkLiteral(query);
    const matches = query.glob === undefined ? () => true : globMatcher(query.glob);
    const hits: TextHit[] = [];
    for (const folder of folders) {
      for (const file of await this.#parts.list(folder)) {
        if (!matches(path.relative(folder, file).split(path.sep).join('/'))) continue;
        if (signal.aborted) return { hits, cut: true };
        const text = await this.#parts.read(file);
        if (text !== undefined) hits.push(...hitsIn(file, text, query));
        if (hits.length >= hitsMax) return { hits: hits.slice(0, hitsMax), cut: true };
      }
    }
    return { hits, cut: false };
  }

  async searchTexts(query: TextQuery, texts: readonly UnsavedText[]): Promise<TextHits> {
    checkLiteral(query);
    return { hits: texts.flatMap(({ path: file, text }) => hitsIn(file, text, query)), cut: false };
  }
}

function checkLiteral({ regex }: TextQuery): void {
  if (regex) throw new ToolError('ripgrep was not found, and regular expressions need it. Search for a literal text.');
}

/** The lines of one text in which the query begins to match. */
function hitsIn(file: string, text: string, { text: query, word }: TextQuery): TextHit[] {
  const plain = text.replaceAll('\r\n', '\n');
  const wanted = query.replaceAll('\r\n', '\n');
  const hits: TextHit[] = [];
  let [line, lineStart] = [1, 0];
  for (let at = plain.indexOf(wanted); at >= 0; at = plain.indexOf(wanted, at + 1)) {
    if (word === true && !isWord(plain, at, at + wanted.length)) continue;
    for (let end = plain.indexOf('\n', lineStart); end >= 0 && end < at; end = plain.indexOf('\n', lineStart)) {
      line++;
      lineStart = end + 1;
    }
    if (hits.at(-1)?.line === line) continue;
    const end = plain.indexOf('\n', lineStart);
    hits.push(hitAt(file, line, plain.slice(lineStart, end < 0 ? plain.length : end), at - lineStart));
  }
  return hits;
}

function isWord(text: string, start: number, end: number): boolean {
  return !wordCharacter.test(text[start - 1] ?? ' ') && !wordCharacter.test(text[end] ?? ' ');
}
