import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ToolError } from '../tool.ts';
import { globMatcher } from './file-scan.ts';
import {
  hitsMax,
  lineTextMax,
  type TextHit,
  type TextHits,
  type TextQuery,
  type TextSearch,
} from '../../workspace/text-search.ts';

export interface RipgrepParts {
  /** The binary. */
  readonly binary: string;
  /** Globs that the editor's settings exclude, beside the ignore files. */
  readonly excludes: (folder: string) => readonly string[];
}

/** Larger files are data rather than source text. */
const fileSizeMax = '8M';

/** Searches with ripgrep; honours ignore files, also outside of a repository. */
export class RipgrepSearch implements TextSearch {
  readonly #parts: RipgrepParts;

  constructor(parts: RipgrepParts) {
    this.#parts = parts;
  }

  async search(query: TextQuery, folders: readonly string[], signal: AbortSignal): Promise<TextHits> {
    const hits: TextHit[] = [];
    for (const folder of folders) {
      const cut = await this.#searchFolder(query, folder, hits, signal);
      if (cut) return { hits, cut };
    }
    return { hits, cut: false };
  }

  /** Resolves to true if the search was stopped at the limit. */
  #searchFolder(query: TextQuery, folder: string, hits: TextHit[], signal: AbortSignal): Promise<boolean> {
    const meant = globMatcher(query.glob, folder);
    const child = spawn(this.#parts.binary, argumentsFor(query, this.#parts.excludes(folder)), {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      windowsHide: true,
    });
    let complaint = '';
    let cut = false;
    let answered = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, 4000);
    });
    const lines = createInterface({ input: child.stdout });
    const read = new Promise((resolve) => lines.once('close', resolve));
    lines.on('line', (line) => {
      answered = true;
      if (cut) return;
      hits.push(...hitsOf(line, folder).filter((hit) => meant(hit.path)));
      if (hits.length < hitsMax) return;
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

/** Leaves out the query's glob: with it ripgrep would search ignored files that match. */
function argumentsFor({ text, regex, word }: TextQuery, excludes: readonly string[]): string[] {
  const excluded = ['.git', ...excludes].flatMap((one) => ['--glob', `!${one}`]);
  return [
    '--json',
    '--no-config',
    '--hidden',
    '--no-require-git',
    '--case-sensitive',
    '--no-messages',
    '--crlf',
    '--max-filesize',
    fileSizeMax,
    ...(regex ? [] : ['--fixed-strings']),
    ...(text.includes('\n') || (regex && text.includes('\\n')) ? ['--multiline'] : []),
    ...(word === true ? ['--word-regexp'] : []),
    ...excluded,
    '--regexp',
    text,
    '--',
    './',
  ];
}

interface RipgrepText {
  readonly text?: string;
  readonly bytes?: string;
}
interface RipgrepLine {
  readonly type: string;
  readonly data: { readonly path: RipgrepText; readonly lines: RipgrepText; readonly line_number: number };
}

function hitsOf(line: string, folder: string): TextHit[] {
  const { type, data } = JSON.parse(line) as RipgrepLine;
  if (type !== 'match') return [];
  // A match may span several lines: the first one is shown.
  const text = (decode(data.lines).split('\n')[0] ?? '').replace(/\r$/, '');
  return [{ path: path.join(folder, decode(data.path)), line: data.line_number, text: text.slice(0, lineTextMax) }];
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
