import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ToolError } from '../tool.ts';
import { globMatcher } from './glob-matcher.ts';
import { hitAt } from './hit-lines.ts';
import { searchPattern } from './search-pattern.ts';
import {
  hitsMax,
  type SearchEngine,
  type TextHit,
  type TextHits,
  type TextQuery,
  type UnsavedText,
} from '../../workspace/text-search.ts';

export interface RipgrepParts {
  /** The binary. */
  readonly binary: string;
  /** Globs that the editor's settings exclude, beside the ignore files. */
  readonly excludes: (folder: string) => readonly string[];
}

/** Larger files are data rather than source text. */
const fileSizeMax = '50M';

/** Searches with ripgrep; honours ignore files, also outside of a repository. */
export class RipgrepSearch implements SearchEngine {
  readonly #parts: RipgrepParts;

  constructor(parts: RipgrepParts) {
    this.#parts = parts;
  }

  async search(query: TextQuery, folders: readonly string[], signal: AbortSignal): Promise<TextHits> {
    const matches = query.glob === undefined ? () => true : globMatcher(query.glob);
    const hits: TextHit[] = [];
    for (const folder of folders) {
      const excluded = ['.git', ...this.#parts.excludes(folder)].flatMap((one) => ['--glob', `!${one}`]);
      const options = ['--hidden', '--no-require-git', '--max-filesize', fileSizeMax, ...excluded];
      // The query's glob is left out of the options: with it ripgrep would search ignored files that match.
      const cut = await this.#run({ query, options, target: './', folder }, signal, ({ data }) => {
        const name = decode(data.path).split(path.sep).join('/').replace(/^\.\//, '');
        return matches(name) && add(hits, hitOf(path.join(folder, name), data));
      });
      if (cut) return { hits, cut };
    }
    return { hits, cut: false };
  }

  /** The texts go to ripgrep's standard input: nothing unsaved is written to disk. */
  async searchTexts(query: TextQuery, texts: readonly UnsavedText[], signal: AbortSignal): Promise<TextHits> {
    const hits: TextHit[] = [];
    for (const { path: file, text } of texts) {
      if (signal.aborted) return { hits, cut: true };
      const cut = await this.#run({ query, options: ['--text'], target: '-', text }, signal, ({ data }) =>
        add(hits, hitOf(file, data)),
      );
      if (cut) return { hits, cut };
    }
    return { hits, cut: false };
  }

  /** Calls `found` for each match until it returns true. Resolves to true if the search was stopped there. */
  #run(run: RipgrepRun, signal: AbortSignal, found: (line: RipgrepLine) => boolean): Promise<boolean> {
    const child = spawn(this.#parts.binary, argumentsFor(run), {
      ...(run.folder !== undefined && { cwd: run.folder }),
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
      windowsHide: true,
    });
    let complaint = '';
    let cut = false;
    let answered = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, 4000);
    });
    // ripgrep may end before it has read all: what it says counts.
    child.stdin.on('error', () => undefined).end(run.text ?? '');
    const lines = createInterface({ input: child.stdout });
    const read = new Promise((resolve) => lines.once('close', resolve));
    lines.on('line', (line) => {
      answered = true;
      if (cut) return;
      const parsed = JSON.parse(line) as RipgrepLine;
      if (parsed.type !== 'match' || !found(parsed)) return;
      cut = true;
      child.kill();
    });
    return new Promise((resolve, reject) => {
      child.once('error', (error) =>
        signal.aborted ? resolve(cut) : reject(new ToolError(`the search could not be started: ${error.message}.`)),
      );
      child.once('close', (code) => {
        // An error after hits only means that some file could not be read.
        if (code === 2 && !answered)
          reject(new ToolError(`the query cannot be read: ${explain(complaint)} Correct it, or search without regex.`));
        else void read.then(() => resolve(cut));
      });
    });
  }
}

interface RipgrepRun {
  readonly query: TextQuery;
  readonly options: readonly string[];
  readonly target: string;
  readonly folder?: string;
  /** What `-` reads. */
  readonly text?: string;
}

function argumentsFor({ query, options, target }: RipgrepRun): string[] {
  const { pattern, literal, multiline } = searchPattern(query);
  return [
    '--json',
    '--no-config',
    '--case-sensitive',
    '--no-messages',
    '--crlf',
    ...options,
    ...(literal ? ['--fixed-strings'] : []),
    ...(multiline ? ['--multiline'] : []),
    ...(query.word === true ? ['--word-regexp'] : []),
    '--regexp',
    pattern,
    '--',
    target,
  ];
}

interface RipgrepText {
  readonly text?: string;
  readonly bytes?: string;
}
interface RipgrepLine {
  readonly type: string;
  readonly data: RipgrepMatch;
}
interface RipgrepMatch {
  readonly path: RipgrepText;
  readonly lines: RipgrepText;
  readonly line_number: number;
  /** Offsets in bytes. */
  readonly submatches: readonly { readonly start: number }[];
}

/** A match may span several lines: the first one is shown. */
function hitOf(file: string, { lines, line_number: line, submatches }: RipgrepMatch): TextHit {
  const text = (decode(lines).split('\n')[0] ?? '').replace(/\r$/, '');
  const [first] = submatches;
  const before = lines.text === undefined ? first?.start : charactersIn(lines.text, first?.start ?? 0);
  return hitAt(file, line, text, before ?? 0);
}

/** The characters that this many bytes of the text hold. */
function charactersIn(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length;
}

/** True once the limit is reached. */
function add(hits: TextHit[], hit: TextHit): boolean {
  return hits.push(hit) >= hitsMax;
}

/** ripgrep sends text that is not UTF-8 in base64. */
function decode({ text, bytes }: RipgrepText): string {
  return text ?? Buffer.from(bytes ?? '', 'base64').toString('latin1');
}

/** The reason that ripgrep gives below `regex parse error:`, as one sentence. */
function explain(complaint: string): string {
  const reason = /^error: (.+)$/m.exec(complaint)?.[1] ?? complaint.trim().split('\n').at(-1) ?? '';
  return reason.replace(/\.?$/, '.');
}
