import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The repository; found from wherever this code was bundled to. */
export const root = findRoot(import.meta.dirname);
export const cache = path.join(root, '.cache');
export const screenshots = path.join(cache, 'screenshots');
export const samples = path.join(root, 'test/fixtures');

function findRoot(folder: string): string {
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'moonwright')
    return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('The repository of Moonwright is not above this file.');
  return findRoot(parent);
}
