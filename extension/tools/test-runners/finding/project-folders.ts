import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** How deep to look for projects below a folder. */
const depthMax = 4;
/** Folders that hold no projects of the user's, or projects that are data of tests. */
const passedOver = /^(\..*|node_modules|target|vendor|__pycache__|fixtures|__fixtures__|testdata|__mocks__)$/;

/**
 * The nearest folders below a folder for which `isProject` holds, sorted; what is inside of them is not looked at.
 * `isProject` gets a folder and the names in it.
 */
export async function foldersBelow(
  folder: string,
  isProject: (folder: string, names: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const found: string[] = [];
  let level = await innerFolders(folder);
  for (let depth = 0; depth < depthMax && level.length > 0; depth++) {
    const next: string[] = [];
    for (const inner of level) {
      const names = await readdir(inner);
      // A virtual environment of Python.
      if (names.includes('pyvenv.cfg')) continue;
      if (isProject(inner, names)) found.push(inner);
      else next.push(...(await innerFolders(inner)));
    }
    level = next;
  }
  return found.sort();
}

/** The folder and its parents, up to and including `top`. */
export function upwards(start: string, top: string): string[] {
  const folders = [start];
  for (let current = start; current !== top && path.dirname(current) !== current;)
    folders.push((current = path.dirname(current)));
  return folders;
}

/** The nearest of the folder and its parents that has this path in it; undefined if none has. */
export function nearestWith(folder: string, inside: string): string | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    const found = path.join(current, inside);
    if (existsSync(found)) return found;
    if (path.dirname(current) === current) return undefined;
  }
}

/**
 * A file that a runner named relative to its root, which may be the folder or one above it; resolved in the folder. As
 * it is if it exists, or exists nowhere.
 */
export function fileUpwards(file: string, folder: string): string {
  const inside = path.relative(folder, file);
  if (existsSync(file) || inside.startsWith('..') || path.isAbsolute(inside)) return file;
  return nearestWith(path.dirname(folder), inside) ?? file;
}

async function innerFolders(folder: string): Promise<string[]> {
  return (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !passedOver.test(entry.name))
    .map((entry) => path.join(folder, entry.name));
}
