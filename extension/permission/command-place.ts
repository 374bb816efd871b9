import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { placeOf } from './path-place.ts';
import type { PathPlace } from './policy.ts';
import { matchesSecrets, namesSecret } from './secret-names.ts';
import { matchesGlob } from './shell/glob-match.ts';
import { foldersOf, namedFiles, type NamedFiles } from './shell/named-files.ts';
import type { ShellLine } from './shell/shell-line.ts';

const foldersMax = 4;
const basesMax = 10;
/** Names that are looked up on disk, and what a glob costs in their place. */
const workMax = 2000;
const globWork = 40;
const foundMax = 500;

/** Where a line is about. */
export interface LinePlace extends PathPlace {
  /** Whether a file that it names is outside the workspace. */
  readonly namesOutside: boolean;
  /** The folders where its commands may run. */
  readonly bases: readonly string[];
  /** Whether all names and folders could be looked at, and no file that a glob finds looks like an option. */
  readonly known: boolean;
}

/**
 * Where the files are that a line names, as far as they exist; globs and links are resolved. `outside` is about files
 * that the line reads by `<` only: the others are not known to be read.
 */
export async function placeOfLine(line: ShellLine, folder: string, roots: readonly string[]): Promise<LinePlace> {
  const named: readonly NamedFiles[] = [
    ...line.seen.map(namedFiles),
    { names: line.files, stored: [], globbed: false },
  ];
  const names = named.flatMap((one) => one.names);
  const { bases, known } = await basesOf(line, folder);
  const found: string[] = [];
  let left = workMax;
  for (const base of bases)
    for (const one of named)
      for (const name of one.names) {
        left -= one.globbed && isGlob(name) ? globWork : 1;
        if (left >= 0) found.push(...(await existing(base, name, one.globbed)));
      }
  const place = await placeOf([...new Set(found)], roots);
  const read = await placeOf(
    bases.flatMap((base) => line.files.map((file) => path.resolve(base, file))),
    roots,
  );
  const stored = await placeOf(
    named.flatMap((one) => one.stored.flatMap((name) => bases.map((base) => path.resolve(base, name)))),
    roots,
  );
  const dashed = found.some((file) => path.basename(file).startsWith('-'));
  return {
    outside: read.outside || (line.files.length > 0 && place.outside),
    secret: place.secret || read.secret || names.some((name) => namesSecret(name) || matchesSecrets(name)),
    relative: [...place.relative, ...read.relative, ...stored.relative],
    namesOutside: place.outside || read.outside,
    bases,
    known: known && left >= 0 && !dashed,
  };
}

/** The folder where the line starts, and those that it may go to, also by links. */
async function basesOf(
  line: ShellLine,
  folder: string,
): Promise<{ readonly bases: readonly string[]; readonly known: boolean }> {
  const bases = new Set([folder]);
  for (const moved of foldersOf(line).slice(0, foldersMax)) {
    const before = Array.from(bases);
    for (const base of before) {
      bases.add(path.resolve(base, moved));
      bases.add(await realpath(joined(base, moved)).catch(() => folder)); // no such folder: nothing runs there
    }
  }
  const list = [...bases];
  return { bases: list.slice(0, basesMax), known: list.length <= basesMax && foldersOf(line).length <= foldersMax };
}

/** The path as the system reads it: `..` after a link leads to the parent of the link's target. */
function joined(base: string, name: string): string {
  return path.isAbsolute(name) ? name : `${base}${path.sep}${name}`;
}

async function existing(base: string, name: string, globbed: boolean): Promise<readonly string[]> {
  if (globbed && isGlob(name)) return await matching(base, name);
  try {
    return [path.resolve(base, name), await realpath(joined(base, name))];
  } catch {
    // No such file: the word is something else, or nothing can be read there.
    return [];
  }
}

/** The files that bash puts in place of a glob. */
async function matching(base: string, glob: string): Promise<readonly string[]> {
  let found = [glob.startsWith('/') ? '/' : base];
  for (const part of glob.split('/').filter((one) => one !== '')) {
    if (!isGlob(part)) {
      found = found.map((folder) => path.join(folder, part));
      continue;
    }
    const mayHaveDot = part.startsWith('.');
    const next = await Promise.all(
      found.map(async (folder) => {
        const names = await readdir(folder).catch(() => []); // no folder, or not to be read
        return names
          .filter((name) => (mayHaveDot || !name.startsWith('.')) && matchesGlob(part, name))
          .map((name) => path.join(folder, name));
      }),
    );
    found = next.flat().slice(0, foundMax);
  }
  return found;
}

function isGlob(name: string): boolean {
  return /[*?[]/.test(name);
}
