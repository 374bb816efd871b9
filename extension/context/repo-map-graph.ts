import path from 'node:path';
import type { Definition } from './definitions.ts';
import { askedWords, FileWords } from './repo-map-words.ts';
import type { SourceFile } from './source-index.ts';
import { isTestPath } from './workspace-block.ts';

/** A definition that a map may show, and the one around it. */
export interface MapDefinition {
  readonly definition: Definition;
  /** Place of the definition around it among the file's. */
  readonly outer: number | undefined;
}

export interface MapFile {
  readonly name: string; // workspace-relative, `/`
  readonly source: SourceFile;
  readonly definitions: readonly MapDefinition[];
  /** How much it counts by itself: tests and generated files little. */
  readonly standing: number;
}

/** Which definitions an edge leads to: all of that name in that file. */
export interface MapTarget {
  readonly file: number;
  readonly name: string;
}

const standings = { source: 1, test: 0.05, generated: 0.02 };
/** How sure it is that a used name means that definition. */
const trust = { imported: 1, importedMember: 0.4, sameFolder: 0.7, unknown: 0.3, notImported: 0.02, member: 0.04 };
/** Names that more files define say little: get, set, run. */
const definersFew = 5;
const definersMost = 60;
/** Using a name that fits counts so much of defining it. */
const usingShare = 0.7;
/** About a word that one file in fifty has in its name. */
const namedFit = 7;
const testPath = /(^|\/)(tests?|specs?|__tests__|__mocks__|fixtures?|testdata|bench|benchmarks?|examples?|demo)\//;
const generatedPath = /(^|\/)(dist|build|out|vendor|third_party|node_modules|generated|gen|__generated__|__snapshots__|coverage)\/|[.-](min|bundle|generated|gen|pb)\.\w+$|_pb2?(_grpc)?\.\w+$|\.g\.\w+$|\.designer\.\w+$/i;
/** Languages whose files say themselves what they use from where. */
const importing = new Set(['javascript', 'typescript', 'tsx', 'python', 'rust']);

export function standingOf(name: string, isTest: boolean): number {
  if (generatedPath.test(name)) return standings.generated;
  return isTest || isTestPath(name) || testPath.test(name) ? standings.test : standings.source;
}

/** The files of a workspace and who uses whose definitions: what maps are ranked by. Never changes. */
export class RepoGraph {
  readonly files: readonly MapFile[];
  readonly targets: readonly MapTarget[];
  readonly words: FileWords;
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly weight: readonly number[];
  /** The target of each edge. */
  readonly target: readonly number[];

  private constructor(files: readonly MapFile[], targets: readonly MapTarget[], edges: Edges, words: FileWords) {
    this.files = files;
    this.targets = targets;
    this.words = words;
    this.from = edges.from;
    this.to = edges.to;
    this.weight = edges.weight;
    this.target = edges.target;
  }

  get nodes(): number {
    return this.files.length;
  }

  /** How well each file fits what is asked: by its own names, and by the fitting names that it uses. */
  fit(asked: ReadonlySet<string>): Map<number, number> {
    const fit = this.words.fit(asked);
    const names = this.targets.map(({ name }) => this.words.fitOfName(asked, name));
    const users = new Map<number, number>();
    for (const target of this.target) if ((names[target] ?? 0) > 0) users.set(target, (users.get(target) ?? 0) + 1);
    this.target.forEach((target, edge) => {
      const name = names[target] ?? 0;
      if (name === 0) return;
      const file = this.from[edge] ?? 0;
      fit.set(file, (fit.get(file) ?? 0) + (usingShare * name) / Math.sqrt(users.get(target) ?? 1));
    });
    return fit;
  }

  /** Whether a text has words that few files have in their names. */
  isNamedBy(text: string): boolean {
    return Math.max(0, ...this.words.fit(askedWords(text)).values()) >= namedFit;
  }

  /** `name`: workspace-relative, with `/`. `pause` is called often, so that others may run. */
  static async build(sources: readonly { readonly name: string; readonly source: SourceFile }[], pause: () => Promise<void>): Promise<RepoGraph> {
    const files: MapFile[] = [];
    for (const { source, name } of [...sources].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      files.push({ name, source, definitions: shownDefinitions(source.definitions), standing: standingOf(name, source.isTest) });
      await pause();
    }
    const targets: MapTarget[] = [];
    const byName = new Map<string, number[]>();
    files.forEach(({ definitions }, file) => {
      for (const name of new Set(visible(definitions).map(({ definition }) => definition.name))) {
        const known = byName.get(name);
        if (known === undefined) byName.set(name, [targets.length]);
        else known.push(targets.length);
        targets.push({ file, name });
      }
    });
    const edges: Edges = { from: [], to: [], weight: [], target: [] };
    const imports = new ImportedFiles(files);
    for (const [file, { source }] of files.entries()) {
      addEdges(edges, { file, source, files, targets, byName, imported: imports.of(file) });
      await pause();
    }
    return new RepoGraph(files, targets, edges, await FileWords.build(files, pause));
  }
}

interface Edges {
  readonly from: number[];
  readonly to: number[];
  readonly weight: number[];
  readonly target: number[];
}

interface EdgeSource {
  readonly file: number;
  readonly source: SourceFile;
  readonly files: readonly MapFile[];
  readonly targets: readonly MapTarget[];
  readonly byName: ReadonlyMap<string, readonly number[]>;
  readonly imported: ReadonlySet<number>;
}

function addEdges(edges: Edges, { file, source, files, targets, byName, imported }: EdgeSource): void {
  const standing = files[file]?.standing === standings.source ? 1 : 0.3;
  for (const [name, uses] of source.references) {
    const all = byName.get(name) ?? [];
    // A name that the file defines itself means its own definition.
    if (all.some((target) => targets[target]?.file === file)) continue;
    const known = all.filter((target) => imported.has(targets[target]?.file ?? -1));
    if (known.length === 0 && all.length > definersMost) continue;
    const meant = known.length > 0 ? known : all;
    const rare = meant.length > definersFew ? 0.1 : 1;
    for (const target of meant) {
      const to = targets[target]?.file ?? 0;
      const sure = trustOf(name, source, files[to] as MapFile, known.length > 0);
      edges.from.push(file);
      edges.to.push(to);
      edges.target.push(target);
      edges.weight.push((Math.sqrt(uses) * distinctness(name) * sure * rare * standing * (files[to] as MapFile).standing) / meant.length);
    }
  }
}

function trustOf(name: string, user: SourceFile, definer: MapFile, imported: boolean): number {
  const kind = definer.definitions.find(({ definition }) => definition.name === name)?.definition.kind;
  const member = kind === 'method' || kind === 'field';
  if (imported) return member ? trust.importedMember : trust.imported;
  if (member) return trust.member;
  if (importing.has(user.language)) return trust.notImported;
  return path.dirname(user.path) === path.dirname(definer.source.path) ? trust.sameFolder : trust.unknown;
}

/** As in aider: a long name made of words says more, a private one less. */
function distinctness(name: string): number {
  const made = name.length >= 8 && /[a-z][A-Z]|[A-Za-z]_[A-Za-z]|^[A-Z][a-z]+[A-Z]/.test(name) ? 2 : 1;
  return made * (name.startsWith('_') ? 0.3 : 1) * (name.length < 3 ? 0.2 : 1);
}

/** Where a file says what it gives to others, only that can be meant elsewhere. */
function visible(definitions: readonly MapDefinition[]): readonly MapDefinition[] {
  const given = definitions.map(({ definition, outer }) => outer === undefined && /^(export|pub)\b/.test(definition.signature));
  return given.includes(true) ? definitions.filter(({ outer }, at) => given[outer ?? at] === true || outer !== undefined) : definitions;
}

/** Without what stands inside of functions. */
function shownDefinitions(definitions: readonly Definition[]): MapDefinition[] {
  const shown: MapDefinition[] = [];
  const around: { readonly definition: Definition; readonly place: number | undefined }[] = [];
  for (const definition of definitions) {
    while (around.length > 0 && (around.at(-1) as { definition: Definition }).definition.endLine < definition.line) around.pop();
    const inside = around.filter((outer) => outer.definition.endLine >= definition.endLine && outer.definition !== definition);
    const local = inside.some((outer) => outer.definition.kind === 'function' || outer.definition.kind === 'method' || outer.place === undefined);
    if (!local) shown.push({ definition, outer: inside.at(-1)?.place });
    around.push({ definition, place: local ? undefined : shown.length - 1 });
  }
  return shown;
}

/** Finds the files that imports mean, by their paths: as written, or by the ends of their names. */
class ImportedFiles {
  readonly #files: readonly MapFile[];
  readonly #byPath = new Map<string, number>(); // without the ending, and for `index` files and packages also the folder's
  readonly #byEnd = new Map<string, number[]>(); // by the last part of that

  constructor(files: readonly MapFile[]) {
    this.#files = files;
    files.forEach(({ name }, file) => {
      this.#byPath.set(name, file);
      for (const stem of stemsOf(name)) {
        if (!this.#byPath.has(stem)) this.#byPath.set(stem, file);
        const end = path.posix.basename(stem);
        const known = this.#byEnd.get(end);
        if (known === undefined) this.#byEnd.set(end, [file]);
        else known.push(file);
      }
    });
  }

  of(file: number): ReadonlySet<number> {
    const { name = '', source } = this.#files[file] ?? {};
    const found = new Set<number>();
    for (const written of source?.imports ?? []) for (const target of this.#meant(written.replace(/^['"<]|['">]$/g, ''), name)) found.add(target);
    found.delete(file);
    return found;
  }

  #meant(written: string, user: string): readonly number[] {
    if (written.startsWith('./') || written.startsWith('../') || /[\w-]\.(h|hpp|hh|hxx|inc|php|rb|sh|dart)$/.test(written)) {
      const joined = path.posix.normalize(path.posix.join(path.posix.dirname(user), written));
      const direct = this.#byPath.get(joined) ?? this.#byPath.get(withoutEnding(joined));
      if (direct !== undefined) return [direct];
      if (written.startsWith('.')) return [];
    }
    // Packages and modules: `pkg.mod`, `crate::mod::item`, `lib/mod`; of several the one whose path ends alike.
    const parts = (written.includes('/') ? withoutEnding(written) : written).split(/[./:\\]+/).filter((part) => part !== '' && part !== 'crate' && part !== 'self' && part !== 'super');
    for (const length of [parts.length, parts.length - 1]) {
      const end = parts.slice(0, length);
      const named = this.#byEnd.get(end.at(-1) ?? '') ?? [];
      const alike = named.filter((candidate) => stemsOf(this.#files[candidate]?.name ?? '').some((stem) => end.length > 1 ? `/${stem}`.endsWith(`/${end.slice(-2).join('/')}`) : true));
      if (alike.length > 0 && alike.length <= 3) return alike;
    }
    return [];
  }
}

function withoutEnding(name: string): string {
  return name.replace(/(\.d)?\.\w+$/, '');
}

function stemsOf(name: string): string[] {
  const stem = withoutEnding(name);
  const folder = /^(.+)\/(index|__init__|mod|main|lib)$/.exec(stem)?.[1];
  return folder === undefined ? [stem] : [stem, folder];
}
