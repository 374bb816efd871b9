import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isRecord } from '../../../workspace/is-record.ts';
import { globMatcher } from '../../search/glob-matcher.ts';
import { readManifest, type PackageManifest } from './package-script.ts';
import { foldersBelow } from './project-folders.ts';

/** A package of a monorepo. */
export interface WorkspacePackage {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: PackageManifest;
}

/**
 * The packages that a monorepo's root names, for npm, yarn, pnpm, bun, lerna or Nx, sorted by folder. Undefined if the
 * folder is not such a root.
 */
export async function workspacePackages(root: string): Promise<readonly WorkspacePackage[] | undefined> {
  const patterns = packagePatterns(root);
  if (!isWorkspaceRoot(root)) return undefined;
  const nx = existsSync(path.join(root, 'nx.json'));
  const wanted = (patterns ?? []).filter((pattern) => !pattern.startsWith('!')).map(matcherOf);
  const unwanted = (patterns ?? [])
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => matcherOf(pattern.slice(1)));
  const found: WorkspacePackage[] = [];
  const pending = [root];
  for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
    const holders = await foldersBelow(
      from,
      (_, names) => names.includes('package.json') || names.includes('project.json'),
    );
    // A package may lie inside another one.
    pending.push(...holders);
    for (const folder of holders) {
      const name = path.relative(root, folder).split(path.sep).join('/');
      const named = wanted.some((matches) => matches(name)) && !unwanted.some((matches) => matches(name));
      const ofNx = nx && existsSync(path.join(folder, 'project.json'));
      const manifest = manifestIn(folder) ?? (ofNx ? readManifest('{}') : undefined);
      if ((named || ofNx) && manifest !== undefined) found.push({ folder, manifest });
    }
  }
  return found.sort((a, b) => Number(a.folder > b.folder) - Number(a.folder < b.folder));
}

/** Whether a folder names the packages of a monorepo. */
export function isWorkspaceRoot(folder: string): boolean {
  return packagePatterns(folder) !== undefined || existsSync(path.join(folder, 'nx.json'));
}

/** The package.json of a folder; undefined if there is none, or none that can be read. */
export function manifestIn(folder: string): PackageManifest | undefined {
  const file = path.join(folder, 'package.json');
  return existsSync(file) ? readManifest(readFileSync(file, 'utf8')) : undefined;
}

/** Whether a package is meant by a filter of a package manager or task runner: its name, its folder, a pattern. */
export function isMeant({ folder, manifest }: WorkspacePackage, root: string, filter: string): boolean {
  // Filters of dependents and of changes cannot be told without the tool: they take everything.
  if (/\.{3}|[[\]^!{}]/.test(filter)) return true;
  const inside = path.relative(root, folder).split(path.sep).join('/');
  const name = typeof manifest.fields['name'] === 'string' ? manifest.fields['name'] : path.basename(folder);
  const matches = matcherOf(filter);
  return [name, inside, path.basename(folder), name.replace(/^@[^/]+\//, '')].some((one) => matches(one));
}

function packagePatterns(root: string): readonly string[] | undefined {
  const workspaces = manifestIn(root)?.fields['workspaces'];
  const inner = isRecord(workspaces) ? workspaces['packages'] : workspaces;
  const lerna = path.join(root, 'lerna.json');
  const named =
    textList(inner) ??
    pnpmPatterns(path.join(root, 'pnpm-workspace.yaml')) ??
    (existsSync(lerna) ? textList(readManifest(readFileSync(lerna, 'utf8'))?.fields['packages']) : undefined);
  return named;
}

function textList(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

/** The list below `packages:`, which pnpm itself writes one entry a line. */
function pnpmPatterns(file: string): string[] | undefined {
  if (!existsSync(file)) return undefined;
  const list = /^packages:\s*\n((?:\s*(?:-.*|#.*)?\n?)*)/m.exec(`${readFileSync(file, 'utf8')}\n`)?.[1] ?? '';
  return [...list.matchAll(/^\s*-\s*(["']?)(.*?)\1\s*(?:#.*)?$/gm)].map((match) => match[2] ?? '');
}

function matcherOf(pattern: string): (name: string) => boolean {
  return globMatcher(`./${pattern.replace(/^\.?\//, '').replace(/\/+$/, '')}`);
}
