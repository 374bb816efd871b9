import type { Definition } from '../../workspace/definitions.ts';
import { ImportedFiles } from './imported-files.ts';
import { ProjectModules, type ProjectFile } from './project-modules.ts';
import { askedWords, FileWords } from './file-words.ts';
import type { SourceFile } from '../../workspace/source-index.ts';
import { isTestCode } from '../../workspace/test-file-name.ts';

/** A definition that a map may show. */
interface MapDefinition {
  readonly definition: Definition;
  /** Index, in this file's list, of the enclosing definition. */
  readonly outer: number | undefined;
  /** The target of edges from files that use it; undefined when other files cannot use it. */
  readonly target?: number | undefined;
}

export interface MapFile {
  readonly name: string; // workspace-relative, `/`
  readonly source: SourceFile;
  readonly definitions: readonly MapDefinition[];
  /** Weight of the file itself: low for tests and generated files. */
  readonly standing: number;
}

/** The target of an edge: all definitions of that name in that file. */
export interface MapTarget {
  readonly file: number;
  readonly name: string;
  /** True for methods and fields, which are used through an object. */
  readonly member: boolean;
}

const standings = { source: 1, test: 0.05, generated: 0.02 };
/** How likely a used name means that definition. */
const trust = { imported: 1, importedMember: 0.4, sameFolder: 0.7, unknown: 0.3, notImported: 0.02, member: 0.04 };
/** Names defined by more files than this carry little information: get, set, run. */
const definersFew = 5;
const definersMost = 12;
/** References from tests count less. */
const testsShare = 0.3;
/** Edges looked at before other work may get a turn. */
const sliceEdges = 10_000;
/** Weight of using a fitting name, relative to defining it. */
const usingShare = 0.7;
/** The fit of a word that about one file in fifty has in its name. */
const namedFit = 7;
/** Code beside the product: it counts as little as tests do. */
const besidePath = /(^|\/)(__mocks__|fixtures?|testdata|bench|benchmarks?|examples?|demo)\//;
const generatedPaths = [
  /(^|\/)(dist|build|out|vendor|third_party|node_modules|generated|gen|__generated__|__snapshots__|coverage)\//i,
  /[.-](min|bundle|generated|gen|pb)\.\w+$|_pb2?(_grpc)?\.\w+$|\.g\.\w+$|\.designer\.\w+$/i,
];
/** Languages with imports that say where each used name comes from. */
const importing = new Set(['javascript', 'typescript', 'tsx', 'python', 'rust']);

function standingOf(name: string, isTest: boolean): number {
  if (generatedPaths.some((pattern) => pattern.test(name))) return standings.generated;
  return isTest || isTestCode(name) || besidePath.test(name) ? standings.test : standings.source;
}

/** The files of a workspace and their uses of each other's definitions; maps are ranked by it. Immutable. */
export class RepoGraph {
  readonly files: readonly MapFile[];
  readonly targets: readonly MapTarget[];
  readonly words: FileWords;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Float64Array;
  /** The target of each edge. */
  readonly target: Int32Array;
  readonly #byName: ReadonlyMap<string, readonly number[]>;

  private constructor(files: readonly MapFile[], targets: Targets, edges: EdgeColumns, words: FileWords) {
    this.files = files;
    this.targets = targets.all;
    this.#byName = targets.byName;
    this.words = words;
    this.from = edges.from;
    this.to = edges.to;
    this.weight = edges.weight;
    this.target = edges.target;
  }

  get nodes(): number {
    return this.files.length;
  }

  /** How well each file fits the asked words: by its own names, and by the fitting names that it uses. */
  async fit(asked: ReadonlySet<string>, pause: () => Promise<void>): Promise<Map<number, number>> {
    const fit = this.words.fit(asked);
    const named = new Map<number, number>();
    for (const [name, score] of this.words.fitOfNames(asked))
      for (const target of this.#byName.get(name) ?? []) named.set(target, score);
    if (named.size === 0) return fit;
    const users = new Map<number, number[]>();
    for (let edge = 0; edge < this.target.length; edge++) {
      if (edge % sliceEdges === 0) await pause();
      const target = this.target[edge] as number;
      if (!named.has(target)) continue;
      const known = users.get(target);
      if (known === undefined) users.set(target, [this.from[edge] as number]);
      else known.push(this.from[edge] as number);
    }
    for (const [target, files] of users)
      for (const file of files)
        fit.set(file, (fit.get(file) ?? 0) + (usingShare * (named.get(target) ?? 0)) / Math.sqrt(files.length));
    return fit;
  }

  /** True if the text has words that are in the names of only a few files. */
  isNamedBy(text: string): boolean {
    return Math.max(0, ...this.words.fit(askedWords(text)).values()) >= namedFit;
  }

  /**
   * `name`: workspace-relative, with `/`. `projects`: the files that say what bare imports mean. `pause` is called
   * often, to yield to other work.
   */
  static async build(
    sources: readonly { readonly name: string; readonly source: SourceFile }[],
    projects: readonly ProjectFile[],
    pause: () => Promise<void>,
  ): Promise<RepoGraph> {
    const files: MapFile[] = [];
    for (const { source, name } of [...sources].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      files.push({
        name,
        source,
        definitions: shownDefinitions(source.definitions),
        standing: standingOf(name, source.isTest),
      });
      await pause();
    }
    const targets = new Targets();
    for (const [at, file] of files.entries()) {
      const own = targets.add(at, visible(file.definitions));
      files[at] = {
        ...file,
        definitions: file.definitions.map((shown) => ({ ...shown, target: own.get(shown.definition.name) })),
      };
      await pause();
    }
    const edges: Edges = { from: [], to: [], weight: [], target: [] };
    const imports = new ImportedFiles(new ProjectModules(projects));
    for (const { name } of files) {
      imports.add(name);
      await pause();
    }
    for (const [file, { source }] of files.entries()) {
      addEdges(edges, { file, files, targets, imported: imports.of(file, source.imports) });
      await pause();
    }
    const columns = await columnsOf(edges, pause);
    return new RepoGraph(files, targets, columns, await FileWords.build(files, pause));
  }
}

/** Edge targets, by file and by name. */
class Targets {
  readonly all: MapTarget[] = [];
  readonly byName = new Map<string, number[]>();
  readonly byFile: ReadonlyMap<string, number>[] = [];

  add(file: number, definitions: readonly MapDefinition[]): ReadonlyMap<string, number> {
    const own = new Map<string, number>();
    for (const {
      definition: { name, kind },
    } of definitions) {
      if (own.has(name)) continue;
      const known = this.byName.get(name);
      if (known === undefined) this.byName.set(name, [this.all.length]);
      else known.push(this.all.length);
      own.set(name, this.all.length);
      this.all.push({ file, name, member: kind === 'method' || kind === 'field' });
    }
    this.byFile[file] = own;
    return own;
  }
}

interface Edges {
  readonly from: number[];
  readonly to: number[];
  readonly weight: number[];
  readonly target: number[];
}

/** Edges as columns that take little memory. */
interface EdgeColumns {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Float64Array;
  readonly target: Int32Array;
}

/** One column after the other: millions of edges take tens of milliseconds each. */
async function columnsOf(edges: Edges, pause: () => Promise<void>): Promise<EdgeColumns> {
  const from = new Int32Array(edges.from);
  await pause();
  const to = new Int32Array(edges.to);
  await pause();
  const weight = new Float64Array(edges.weight);
  await pause();
  return { from, to, weight, target: new Int32Array(edges.target) };
}

interface EdgeSource {
  readonly file: number;
  readonly files: readonly MapFile[];
  readonly targets: Targets;
  readonly imported: ReadonlySet<number>;
}

function addEdges(edges: Edges, { file, files, targets, imported }: EdgeSource): void {
  const user = files[file] as MapFile;
  const own = targets.byFile[file];
  for (const [name, uses] of user.source.references) {
    // A name that the file defines itself refers to its own definition.
    if (own?.has(name) === true) continue;
    const all = targets.byName.get(name);
    if (all === undefined) continue;
    const known = [...imported]
      .map((other) => targets.byFile[other]?.get(name))
      .filter((target) => target !== undefined);
    if (known.length === 0 && all.length > definersMost) continue;
    const meant = known.length > 0 ? known : all;
    const rare = meant.length > definersFew ? 0.1 : 1;
    const worth =
      (Math.sqrt(uses) * distinctness(name) * rare * (user.standing === standings.source ? 1 : testsShare)) /
      meant.length;
    for (const target of meant) {
      const { file: to, member } = targets.all[target] as MapTarget;
      const definer = files[to] as MapFile;
      edges.from.push(file);
      edges.to.push(to);
      edges.target.push(target);
      edges.weight.push(worth * definer.standing * trustOf({ imported: known.length > 0, member }, user, definer));
    }
  }
}

function trustOf(
  { imported, member }: { readonly imported: boolean; readonly member: boolean },
  user: MapFile,
  definer: MapFile,
): number {
  if (imported) return member ? trust.importedMember : trust.imported;
  if (member) return trust.member;
  if (importing.has(user.source.language)) return trust.notImported;
  return folderOf(user.name) === folderOf(definer.name) ? trust.sameFolder : trust.unknown;
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}

/** As in aider: a long name of several words says more, a private name less. */
function distinctness(name: string): number {
  const made = name.length >= 8 && /[a-z][A-Z]|[A-Za-z]_[A-Za-z]|^[A-Z][a-z]+[A-Z]/.test(name) ? 2 : 1;
  return made * (name.startsWith('_') ? 0.3 : 1) * (name.length < 3 ? 0.2 : 1);
}

/** Definitions that other files can use: in a file with exports only those. */
function visible(definitions: readonly MapDefinition[]): readonly MapDefinition[] {
  const given = definitions.map(
    ({ definition, outer }) => outer === undefined && /^(export|pub)\b/.test(definition.signature),
  );
  return given.includes(true)
    ? definitions.filter(({ outer }, at) => given[outer ?? at] === true || outer !== undefined)
    : definitions;
}

/** All definitions except those inside functions, and except members without code: their class says what they are. */
function shownDefinitions(definitions: readonly Definition[]): MapDefinition[] {
  const shown: MapDefinition[] = [];
  const around: { readonly definition: Definition; readonly place: number | undefined }[] = [];
  for (const definition of definitions) {
    while (around.length > 0 && (around.at(-1) as { definition: Definition }).definition.endLine < definition.line)
      around.pop();
    const inside = around.filter(
      (outer) => outer.definition.endLine >= definition.endLine && outer.definition !== definition,
    );
    const local = inside.some(
      (outer) =>
        outer.definition.kind === 'function' || outer.definition.kind === 'method' || outer.place === undefined,
    );
    if (isPlainMember(definition, inside.at(-1)?.definition)) continue;
    if (!local) shown.push({ definition, outer: inside.at(-1)?.place });
    around.push({ definition, place: local ? undefined : shown.length - 1 });
  }
  return shown;
}

/** Fields, but not the settings in sections of a configuration, and members of enums. */
function isPlainMember({ kind }: Definition, outer: Definition | undefined): boolean {
  if (kind === 'field') return outer?.kind !== 'module';
  return kind === 'constant' && outer?.kind === 'enum';
}
