import { isBuiltin } from 'node:module';
import path from 'node:path';
import { isRecord } from '../../workspace/is-record.ts';
import { jsonWithComments } from './json-with-comments.ts';

/** A file that says what bare imports of JavaScript mean: a package.json, a tsconfig, pnpm's workspace. */
export interface ProjectFile {
  readonly name: string; // workspace-relative, `/`
  readonly text: string;
}

/** What names stand for: by the name itself, or by a pattern with one `*`. */
interface Targets {
  readonly exact: ReadonlyMap<string, readonly string[]>;
  /** The longest start first. */
  readonly patterns: readonly { readonly start: string; readonly end: string; readonly targets: readonly string[] }[];
}

/** What a folder's package.json says. Paths are as written there. */
interface Package {
  readonly name: string | undefined;
  readonly folder: string;
  /** By subpath (`.`, `./feature`, `./*`). */
  readonly exports: Targets;
  /** By name (`#internal`, `#lib/*`). */
  readonly imports: Targets;
}

/** The aliases of one tsconfig, with its `extends` followed. Folders are workspace-relative. */
interface Aliases {
  readonly base: string | undefined;
  readonly paths: Targets;
}

/** Folders that builds write to. Packages name them, and their sources lie beside them. */
const builtFolder = /^(lib|libs|dist|build|out|output|es|esm|cjs|umd|types)(\/|$)/;

/** True for a file that says what bare imports mean. */
export function isProjectFile(name: string): boolean {
  return /(^|\/)((package|[tj]sconfig(\.[\w.-]+)?)\.json|pnpm-workspace\.yaml)$/.test(name);
}

/**
 * What bare imports of JavaScript and TypeScript mean: the packages that a workspace of npm, yarn or pnpm links, by
 * their names and exports, the `imports` of a package, the `paths` and `baseUrl` of tsconfig files. All else is Node's
 * or npm's.
 */
export class ProjectModules {
  /** The linked packages, by name. A package.json elsewhere may be a fixture that is called like one of npm. */
  readonly #packages = new Map<string, Package>();
  readonly #byFolder = new Map<string, Package>();
  /** By folder, that of `tsconfig.json` first. */
  readonly #aliases = new Map<string, readonly Aliases[]>();

  constructor(files: readonly ProjectFile[]) {
    const configs = new Map<string, unknown>();
    const linked: ((folder: string) => boolean)[] = [];
    for (const { name, text } of files) {
      const folder = folderOf(name);
      const value = name.endsWith('.json') ? jsonWithComments(text) : undefined;
      if (name.endsWith('.yaml')) linked.push(membersOf(folder, yamlPackages(text)));
      else if (path.posix.basename(name) !== 'package.json') configs.set(name, value);
      else if (isRecord(value)) {
        const globs = workspacesOf(value);
        if (globs.length > 0) linked.push(membersOf(folder, globs));
        this.#byFolder.set(folder, packageOf(folder, value));
      }
    }
    for (const found of this.#byFolder.values()) {
      const { name, folder } = found;
      if (name !== undefined && !this.#packages.has(name) && linked.some((isMember) => isMember(folder)))
        this.#packages.set(name, found);
    }
    const reader = new AliasReader(configs);
    for (const name of [...configs.keys()].sort(byPlainness)) {
      const aliases = reader.of(name);
      if (aliases !== noAliases) this.#aliases.set(folderOf(name), [...this.#aliasesIn(folderOf(name)), aliases]);
    }
  }

  /** Workspace-relative paths, perhaps without ending, that a bare import in `user` may mean; best first. */
  candidates(written: string, user: string): readonly string[] {
    if (isBuiltin(written)) return [];
    const outer = foldersAround(user);
    const own = outer.map((folder) => this.#byFolder.get(folder)).find((found) => found !== undefined);
    const internal = own === undefined || !written.startsWith('#') ? [] : matching(own.imports, written);
    if (own !== undefined && internal.length > 0) return inPackage(own, internal);
    const aliases = new Set(outer.flatMap((folder) => this.#aliasesIn(folder)));
    return [...[...aliases].flatMap((each) => aliased(each, written)), ...this.#ofPackage(written, own)];
  }

  #aliasesIn(folder: string): readonly Aliases[] {
    return this.#aliases.get(folder) ?? [];
  }

  #ofPackage(written: string, own: Package | undefined): readonly string[] {
    const parts = written.split('/');
    const length = written.startsWith('@') ? 2 : 1;
    const name = parts.slice(0, length).join('/');
    const found = own?.name === name ? own : this.#packages.get(name);
    if (found === undefined) return [];
    const inside = parts.slice(length).join('/');
    const exported = matching(found.exports, inside === '' ? '.' : `./${inside}`);
    return inPackage(found, [...exported, ...(inside === '' ? ['src/index', 'index', 'src/main', ''] : [inside])]);
  }
}

function packageOf(folder: string, manifest: Readonly<Record<string, unknown>>): Package {
  const { name } = manifest;
  return {
    name: typeof name === 'string' && name !== '' ? name : undefined,
    folder,
    exports: exportsOf(manifest),
    imports: targetsOf(manifest['imports']),
  };
}

function workspacesOf({ workspaces }: Readonly<Record<string, unknown>>): readonly string[] {
  return leaves(isRecord(workspaces) ? workspaces['packages'] : workspaces);
}

/** The list below `packages:` in pnpm-workspace.yaml. */
function yamlPackages(text: string): readonly string[] {
  const list = /^packages:[ \t]*\r?\n((?:[ \t]*(?:-.*|#.*)?(?:\r?\n|$))*)/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^[ \t]*-[ \t]*['"]?([^'"#\r\n]+?)['"]?[ \t]*(?:#.*)?$/gm)].map(([, glob = '']) => glob);
}

/** Tells whether a folder is a package of the workspace in `root`; its globs may have `*`, `**` and a leading `!`. */
function membersOf(root: string, globs: readonly string[]): (folder: string) => boolean {
  const patterns = globs.map((glob) => ({
    isMember: !glob.startsWith('!'),
    pattern: new RegExp(`^${globSource(joined(root, glob.replace(/^!/, '')) ?? glob)}$`),
  }));
  return (folder) => patterns.findLast(({ pattern }) => pattern.test(folder))?.isMember ?? false;
}

function globSource(glob: string): string {
  return glob.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replace(/\*\*\/?|\*/g, (stars) => (stars === '*' ? '[^/]*' : '.*'));
}

/** `tsconfig.json` before those of parts, such as `tsconfig.app.json`. */
function byPlainness(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function folderOf(name: string): string {
  const folder = path.posix.dirname(name);
  return folder === '.' ? '' : folder;
}

/** The folders around a file, the innermost first; the last is the workspace, ''. */
function foldersAround(file: string): readonly string[] {
  const parts = file.split('/').slice(0, -1);
  return [...parts.keys(), parts.length].reverse().map((length) => parts.slice(0, length).join('/'));
}

/** Places in a package; for those in a folder of a build also where its source may be. */
function inPackage({ folder }: Package, targets: readonly string[]): readonly string[] {
  return targets.flatMap((target) => {
    const inside = path.posix.normalize(target).replace(/^(\.\/|\.$)/, '');
    const sources = builtFolder.test(inside)
      ? [inside.replace(builtFolder, 'src$2'), inside.replace(builtFolder, '')]
      : [`src/${inside}`];
    return [inside, ...sources].map((place) => joined(folder, place)).filter((place) => place !== undefined);
  });
}

function exportsOf(manifest: Readonly<Record<string, unknown>>): Targets {
  const written = manifest['exports'];
  const { exact, patterns } = targetsOf(isSubpaths(written) ? written : { '.': written });
  const entries = ['source', 'types', 'typings', 'module', 'main'].flatMap((key) => leaves(manifest[key]));
  return { exact: new Map([...exact, ['.', [...(exact.get('.') ?? []), ...entries]]]), patterns };
}

function isSubpaths(written: unknown): boolean {
  return isRecord(written) && Object.keys(written).some((key) => key.startsWith('.'));
}

/** The targets of each key, whatever conditions they stand under. `place` makes paths of them. */
function targetsOf(written: unknown, place: (target: string) => string | undefined = (target) => target): Targets {
  const exact = new Map<string, readonly string[]>();
  const patterns: Targets['patterns'][number][] = [];
  for (const [key, value] of isRecord(written) ? Object.entries(written) : []) {
    const targets = leaves(value)
      .map(place)
      .filter((target) => target !== undefined);
    const [start = '', end, more] = key.split('*');
    if (end === undefined) exact.set(key, targets);
    else if (more === undefined) patterns.push({ start, end, targets });
  }
  return { exact, patterns: patterns.sort((a, b) => b.start.length - a.start.length) };
}

function leaves(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isRecord(value) ? Object.values(value).flatMap(leaves) : [];
}

/** The targets of the key that fits best: the name itself, else the pattern with the longest start. */
function matching({ exact, patterns }: Targets, name: string): readonly string[] {
  const found = exact.get(name);
  if (found !== undefined) return found;
  const fitting = patterns.find(
    ({ start, end }) => name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end),
  );
  if (fitting === undefined) return [];
  const middle = name.slice(fitting.start.length, name.length - fitting.end.length);
  return fitting.targets.map((target) => target.replaceAll('*', () => middle));
}

function aliased({ base, paths }: Aliases, written: string): readonly string[] {
  const based = base === undefined ? undefined : joined(base, written);
  return [...matching(paths, written), ...(based === undefined ? [] : [based])];
}

const noAliases: Aliases = { base: undefined, paths: targetsOf(undefined) };

/** Reads the aliases of tsconfig files, each once. */
class AliasReader {
  readonly #configs: ReadonlyMap<string, unknown>;
  readonly #read = new Map<string, Aliases>();

  constructor(configs: ReadonlyMap<string, unknown>) {
    this.#configs = configs;
  }

  of(name: string): Aliases {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    this.#read.set(name, noAliases); // for one that extends itself
    const aliases = this.#aliases(name, this.#configs.get(name));
    this.#read.set(name, aliases);
    return aliases;
  }

  #aliases(name: string, config: unknown): Aliases {
    if (!isRecord(config)) return noAliases;
    const folder = folderOf(name);
    const parent = leaves(config['extends']).findLast((written) => written.startsWith('.'));
    const inherited = parent === undefined ? noAliases : this.#parent(joined(folder, parent));
    const options = isRecord(config['compilerOptions']) ? config['compilerOptions'] : {};
    const { baseUrl, paths } = options;
    const base = typeof baseUrl === 'string' ? joined(folder, baseUrl) : inherited.base;
    if (!isRecord(paths)) return base === inherited.base ? inherited : { base, paths: inherited.paths };
    return { base, paths: targetsOf(paths, (target) => joined(base ?? folder, target)) };
  }

  #parent(place: string | undefined): Aliases {
    const found = [place, `${place}.json`, `${place}/tsconfig.json`].find((name) => this.#configs.has(name ?? ''));
    return found === undefined ? noAliases : this.of(found);
  }
}

/** The path below the workspace; undefined if it leads out of it. */
function joined(folder: string, inside: string): string | undefined {
  const place = path.posix.join(folder, inside).replace(/\/$/, '');
  if (place === '..' || place.startsWith('../') || place.startsWith('/')) return undefined;
  return place === '.' ? '' : place;
}
