import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Files of the repository (tracked, or new and not ignored) whose path matches, relative to the root, sorted. */
export function sourceFiles(pattern: RegExp): string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return [...new Set(out.split('\0'))].filter((file) => pattern.test(file) && existsSync(path.join(root, file))).sort();
}

export function readSource(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
