import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../../workspace/file-errors.ts';
import type { TestRun } from './test-runner.ts';

/** Bytes of all reports of a run, and how many files; what is beyond is not read. */
const bytesMax = 256 << 20;
const filesMax = 20_000;

/** What a run wrote: the text of the results file, or the texts of its report files. */
export interface WrittenReports {
  readonly results: string;
  readonly reports: readonly string[];
}

/**
 * To be called before a run. Gives a function that reads, after it, what it wrote: the file or folder `results`, and
 * those of the runner's own reports that changed meanwhile.
 */
export async function watchReports(results: string, { reportFiles }: TestRun): Promise<() => Promise<WrittenReports>> {
  const before = new Map<string, number>();
  for (const file of (await reportFiles?.()) ?? []) before.set(file, (await statOf(file))?.mtimeMs ?? 0);
  return async () => {
    const found = await statOf(results);
    if (found?.isFile() === true) return { results: await readFile(results, 'utf8'), reports: [] };
    const entries = found?.isDirectory() === true ? await readdir(results, { recursive: true }) : [];
    const files = [...entries.map((name) => path.join(results, name)), ...((await reportFiles?.()) ?? [])];
    const reports: string[] = [];
    let bytes = 0;
    for (const file of files.sort().slice(0, filesMax)) {
      const one = await statOf(file);
      if (one?.isFile() !== true || one.mtimeMs === before.get(file)) continue;
      bytes += one.size;
      if (bytes > bytesMax) break;
      reports.push(await readFile(file, 'utf8'));
    }
    return { results: '', reports };
  };
}

async function statOf(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
