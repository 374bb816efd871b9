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
  /** Globs of what the editor hides and does not search, beside the ignore files. */
  readonly excludes: (folder: string) => readonly string[];
}

/** Larger files are data, not text that somebody writes. */
const fileSizeMax = '8M';

/** Searches with ripgrep; ignore files count, also outside of a repository. */
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

  /** Whether it was ended because there were too many. */
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
        // An error with an answer says only that some file could not be read.
        if (code === 2 && !answered)
          reject(new ToolError(`the query cannot be read: ${explain(complaint)} Correct it, or search without regex.`));
        else void read.then(() => resolve(cut));
      });
    });
  }
}

/** The query's glob is not among them: ripgrep would search ignored files that match it. */
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
  // Several lines for a match that spans them: the first tells where it is.
  const text = (decode(data.lines).split('\n')[0] ?? '').replace(/\r$/, '');
  return [{ path: path.join(folder, decode(data.path)), line: data.line_number, text: text.slice(0, lineTextMax) }];
}

/** What is no UTF-8 comes in base64. */
function decode({ text, bytes }: RipgrepText): string {
  return text ?? Buffer.from(bytes ?? '', 'base64').toString('latin1');
}

/** The reason below `regex parse error:`, as one sentence. */
function explain(complaint: string): string {
  const reason = /^error: (.+)$/m.exec(complaint)?.[1] ?? complaint.trim().split('\n').at(-1) ?? '';
  return reason.replace(/\.?$/, '.');
}
