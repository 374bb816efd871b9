import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFacts } from './file-facts.ts';
import type { LanguageLoader } from './language-loader.ts';
import { languageOfFile, type Language } from './languages.ts';
import type { PackedFile } from './thread-messages.ts';
import { bodyOf, type SavedFile } from './record-log.ts';
import { pack, skippedFile } from './skipped-file.ts';
import { textOf } from './source-text.ts';
import type { ParsedText } from './tree-cache.ts';

/** Larger sources are usually generated. */
const bytesMax = 1 << 20;

export interface FileState {
  readonly modified: number; // ms
  readonly size: number;
}

/**
 * Time and size of a file; undefined when it is gone. Synchronous on purpose: this thread has nothing else to do, and
 * synchronous calls cost half of asynchronous ones.
 */
export function stateOf(file: string): FileState | undefined {
  try {
    const found = statSync(file);
    return found.isFile() ? { modified: found.mtimeMs, size: found.size } : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

export function hashOfFile(file: string): string | undefined {
  const bytes = bytesOf(file);
  return bytes && hashOf(bytes);
}

/**
 * Reads one file from disk; undefined when there is none. A file that cannot be opened has no facts to save: the next
 * try may succeed.
 */
export async function readSourceFile(
  file: string,
  languages: LanguageLoader,
): Promise<SavedFile | PackedFile | undefined> {
  const state = stateOf(file);
  const language = languageOfFile(file);
  if (state === undefined || language === undefined) return undefined;
  if (state.size > bytesMax) return saved(file, state, '', skippedFile(file, language, 'large'));
  const bytes = bytesOf(file);
  if (bytes === undefined) return stateOf(file) && skippedFile(file, language, 'unreadable');
  const hash = hashOf(bytes);
  const text = textOf(bytes);
  if (text === undefined) return saved(file, state, hash, skippedFile(file, language, 'binary'));
  if (isMinified(text)) return saved(file, state, hash, skippedFile(file, language, 'minified'));
  const loaded = await languages.load(language);
  const tree = loaded.parse(text);
  if (tree === undefined) return saved(file, state, hash, skippedFile(file, language, 'slow'));
  try {
    return saved(file, state, hash, packText(file, { text, tree }, loaded.query, language));
  } finally {
    tree.delete();
  }
}

/** The facts of a parsed text, packed. */
export function packText(
  file: string,
  { text, tree }: ParsedText,
  query: Parameters<typeof readFacts>[2],
  language: Language,
): PackedFile {
  const { definitions, names, counts, imports, tests } = readFacts(tree.rootNode, text, query, language);
  return pack(
    file,
    {
      language: language.grammar,
      tests: tests && language.testsInside !== true,
      imports,
      defined: definitions.map(({ name }) => name),
      names,
      counts,
    },
    JSON.stringify(definitions),
  );
}

/** True for text with lines too long to be written by hand. */
function isMinified(text: string): boolean {
  if (text.length < 5000) return false;
  let lines = 1;
  let longest = 0;
  let last = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', last)) {
    lines++;
    longest = Math.max(longest, at - last);
    last = at + 1;
  }
  longest = Math.max(longest, text.length - last);
  return text.length / lines > 300 || (longest > 20_000 && longest > text.length / 2);
}

function saved(file: string, { modified, size }: FileState, hash: string, packed: PackedFile): SavedFile {
  return { path: file, modified, size, hash, body: bodyOf(packed) };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64');
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
