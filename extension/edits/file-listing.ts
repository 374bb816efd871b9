import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { globMatcher } from '../tools/search/glob-matcher.ts';

/** Lists files with ripgrep. */
interface ListingParts {
  /** The ripgrep binary. */
  readonly ripgrep: string;
  /** The globs of the exclude settings. */
  readonly excludes: (folder: string) => readonly string[];
  /** Lists only what is at or below these paths, relative to the folder with `/`. Walks no other folders. */
  readonly only?: readonly string[] | undefined;
  /** Finds the files that are not hidden although an ignore file of git names them. */
  readonly tracked?: (only: readonly string[] | undefined) => Promise<readonly string[]>;
}

/** Longer listings are cut. */
const namesMax = 500_000;

/**
 * Paths below a folder, relative to it with `/`, that no ignore file and no exclude setting hides, and those of
 * `tracked`. Unsorted: sorting a large folder would take long. Rejects with `file.failed` if ripgrep fails.
 */
export async function namesBelow(folder: string, parts: ListingParts, signal?: AbortSignal): Promise<string[]> {
  const globs = parts.excludes(folder).flatMap((glob) => ['--glob', `!${glob}`]);
  const options = [
    '--files',
    '--no-config',
    '--hidden',
    '--no-require-git',
    '--no-messages',
    '--null',
    '--glob',
    '!.git',
    ...globs,
  ];
  const { only } = parts;
  const list = (more: readonly string[]): Promise<string[]> =>
    output(parts.ripgrep, [...options, ...more], folder, signal);
  const [shown, tracked] = await Promise.all([
    // A rule is one line: a name of several cannot be told.
    only === undefined || only.some(isSeveralLines) ? list([]) : listAmong(only, list),
    parts.tracked?.(only) ?? [],
  ]);
  const named = tracked.filter((name) => !isSeveralLines(name));
  const more = named.length === 0 ? [] : await listAmong(named, (rules) => list([...gitIgnoresNothing, ...rules]));
  return (more.length === 0 ? shown : [...new Set([...shown, ...more])]).slice(0, namesMax);
}

const gitIgnoresNothing = ['--no-ignore-vcs', '--no-ignore-global', '--no-ignore-exclude'];

function isSeveralLines(name: string): boolean {
  return /[\r\n]/.test(name);
}

/** Calls `list` with the options that leave only these paths and what is below them. */
async function listAmong(
  names: readonly string[],
  list: (options: readonly string[]) => Promise<string[]>,
): Promise<string[]> {
  const rules = await mkdtemp(path.join(os.tmpdir(), 'moonwright-listing-'));
  try {
    const file = path.join(rules, 'rules');
    await writeFile(file, rulesFor(names), { mode: 0o600 });
    return await list(['--ignore-file', file]);
  } finally {
    await rm(rules, { recursive: true, force: true });
  }
}

/** Ignore rules that leave only these paths and the folders on the way to them. Those of the project come first. */
function rulesFor(only: readonly string[]): string {
  const wanted = new Set(only);
  const hidden = new Set(['/*']);
  const shown = new Set<string>();
  for (const name of wanted) {
    const parts = name.split('/');
    const outer = parts.map((_, at) => parts.slice(0, at).join('/')).slice(1);
    if (outer.some((folder) => wanted.has(folder))) continue; // it is shown with that folder
    for (const folder of outer) hidden.add(`/${escaped(folder)}/*`);
    for (const shownPath of [...outer, name]) shown.add(`!/${escaped(shownPath)}`);
  }
  return [...hidden, ...shown].join('\n'); // the last rule that matches counts
}

function escaped(name: string): string {
  return name.replace(/[\\*?[\]!# ]/g, '\\$&');
}

/** The direct children of the listed folder, folders with `/`; with a glob, all files that match it. Sorted if new. */
export function namesOf(files: readonly string[], glob: string | undefined): string[] {
  if (glob !== undefined) return files.filter(globMatcher(glob));
  const children = new Set(
    files.map((file) => {
      const slash = file.indexOf('/');
      return slash < 0 ? file : file.slice(0, slash + 1);
    }),
  );
  return [...children].sort(byPath);
}

function byPath(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function output(
  command: string,
  options: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, options, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      windowsHide: true,
    });
    const names: string[] = [];
    let rest = '';
    let complaint = '';
    // Split piece by piece: splitting the output of a large folder at once would block for long.
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      const parts = (rest + piece).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts)
        names.push((path.sep === '/' ? part : part.split(path.sep).join('/')).replace(/^\.\//, ''));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString().slice(0, 1000);
    });
    child.on('error', reject);
    // Status 1: no files. Status 2: a folder could not be read.
    child.on('close', (status) =>
      status === 2 && names.length === 0
        ? reject(new CodedError('file.failed', `The files of ${folder} could not be listed. ${complaint.trim()}`))
        : resolve(names),
    );
  });
}
