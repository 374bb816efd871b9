import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

/** Names that are compared with a missing path, and those that are suggested. */
const comparedMax = 50_000;
const suggestedMax = 3;

/** A sentence with the files that a missing path may mean, with a leading blank; empty if there are none. */
export async function didYouMean(files: WorkspaceFiles, name: string): Promise<string> {
  const meant = await meantPaths(files, name);
  return meant.length === 0 ? '' : ` Did you mean ${meant.join(' or ')}?`;
}

/**
 * Files and folders of the workspace that end with as much of the path as any, whatever quotes, `@` or line numbers are
 * around it, and whatever its case. Only looks at names that list_files shows.
 */
export async function meantPaths(files: WorkspaceFiles, name: string): Promise<readonly string[]> {
  const wanted = partsOf(bare(name)).map(folded);
  const last = wanted.at(-1);
  if (last === undefined) return [];
  let best: string[] = [];
  let bestScore = 0;
  for (const candidate of await allNames(files)) {
    const parts = partsOf(candidate).map(folded);
    if (parts.at(-1) !== last) continue;
    let score = 1;
    while (score < wanted.length && parts.at(-1 - score) === wanted.at(-1 - score)) score++;
    if (score < bestScore) continue;
    best = score === bestScore ? [...best, candidate] : [candidate];
    bestScore = score;
  }
  return best.length > suggestedMax ? [] : best;
}

/** The path without what people and models put around it: quotes, `@`, a line number. */
export function bare(name: string): string {
  return name
    .trim()
    .replace(/^(["'`])(.*)\1$/s, '$2')
    .replace(/^@/, '')
    .replace(/:\d+(?:[-:]\d+)?$/, '');
}

async function allNames(files: WorkspaceFiles): Promise<Set<string>> {
  const names = new Set<string>();
  for (const folder of files.folders) {
    for (const file of await files.list(folder.path, '**', comparedMax)) {
      const parts = file.split('/');
      for (let length = 1; length < parts.length; length++) names.add(`${parts.slice(0, length).join('/')}/`);
      names.add(file);
    }
  }
  return names;
}

function partsOf(name: string): string[] {
  return name.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
