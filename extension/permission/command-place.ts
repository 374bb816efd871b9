import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import { placeOf } from './path-place.ts';
import type { PathPlace } from './policy.ts';
import { matchesSecrets, namesSecret } from './secret-names.ts';
import { foldersOf, namedFiles, type NamedFiles } from './shell/named-files.ts';
import type { ShellLine } from './shell/shell-line.ts';

const foldersMax = 6;
const namesMax = 400;
const foundMax = 500;

/**
 * Where the files are that a line names, as far as they exist; globs and links are resolved. `outside` is about files
 * that the line reads by `<` only: the others are not known to be read.
 */
export async function placeOfLine(line: ShellLine, folder: string, roots: readonly string[]): Promise<PathPlace> {
  const named: readonly NamedFiles[] = [...line.seen.map(namedFiles), { names: line.files, globbed: false }];
  const names = named.flatMap((one) => one.names);
  const bases = basesOf(line, folder);
  const found: string[] = [];
  for (const base of bases)
    for (const one of named)
      for (const name of one.names)
        if (found.length < namesMax) found.push(...(await existing(base, name, one.globbed)));
  const place = await placeOf([...new Set(found)], roots);
  const read = await placeOf(
    bases.flatMap((base) => line.files.map((file) => path.resolve(base, file))),
    roots,
  );
  return {
    outside: read.outside,
    secret: place.secret || read.secret || names.some((name) => namesSecret(name) || matchesSecrets(name)),
    relative: [...place.relative, ...read.relative],
  };
}

/** The folder where the line starts, and those that it may go to. */
function basesOf(line: ShellLine, folder: string): readonly string[] {
  let bases = [folder];
  for (const moved of foldersOf(line).slice(0, foldersMax))
    bases = [...new Set([...bases, ...bases.map((base) => path.resolve(base, moved))])].slice(0, foldersMax);
  return bases;
}

async function existing(base: string, name: string, globbed: boolean): Promise<readonly string[]> {
  if (globbed && /[*?[]/.test(name)) return await matching(base, name);
  const file = path.resolve(base, name);
  try {
    await realpath(file);
    return [file];
  } catch {
    // No such file: the word is something else, or nothing can be read there.
    return [];
  }
}

/** The files that bash puts in place of a glob. */
async function matching(base: string, glob: string): Promise<readonly string[]> {
  let found = [glob.startsWith('/') ? '/' : base];
  for (const part of glob.split('/').filter((one) => one !== '')) {
    if (!/[*?[]/.test(part)) {
      found = found.map((folder) => path.join(folder, part));
      continue;
    }
    const matches = picomatch(part.replace(/\*+/g, '*'), { dot: part.startsWith('.'), nobrace: true, noextglob: true });
    const next = await Promise.all(
      found.map(async (folder) => {
        const names = await readdir(folder).catch(() => []); // no folder, or not to be read
        return names.filter((name) => matches(name)).map((name) => path.join(folder, name));
      }),
    );
    found = next.flat().slice(0, foundMax);
  }
  return found;
}
