import { NameTable } from '../name-table.ts';
import type { Groups } from './columns.ts';
import { DefinitionRows, type DefinitionColumns, type TargetColumns } from './definition-rows.ts';
import { askedWords, FileWords } from './file-words.ts';
import { ImportedFiles } from './imported-files.ts';
import { standingOf, type MapFile } from './map-file.ts';
import { ProjectModules, type ProjectFile } from './project-modules.ts';
import { UseEdges, type EdgeColumns } from './use-edges.ts';
import type { SourceFile } from '../../workspace/source-index.ts';

/** Edges looked at before other work may get a turn. */
const sliceEdges = 10_000;
/** Weight of using a fitting name, relative to defining it. */
const usingShare = 0.7;
/** The fit of a word that about one file in fifty has in its name. */
const namedFit = 7;
/** The files of a workspace and their uses of each other's definitions; maps are ranked by it. Immutable. */
export class RepoGraph {
  readonly files: readonly MapFile[];
  readonly definitions: DefinitionColumns;
  /** Number of targets. */
  readonly targets: number;
  readonly words: FileWords;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Float32Array;
  /** The target of each edge. */
  readonly target: Int32Array;
  readonly #byName: Groups;

  private constructor(parts: {
    readonly files: readonly MapFile[];
    readonly definitions: DefinitionColumns;
    readonly targets: TargetColumns;
    readonly edges: EdgeColumns;
    readonly words: FileWords;
  }) {
    this.files = parts.files;
    this.definitions = parts.definitions;
    this.targets = parts.targets.count;
    this.#byName = parts.targets.byName;
    this.words = parts.words;
    this.from = parts.edges.from;
    this.to = parts.edges.to;
    this.weight = parts.edges.weight;
    this.target = parts.edges.target;
  }

  get nodes(): number {
    return this.files.length;
  }

  /** How well each file fits the asked words: by its own names, and by the fitting names that it uses. */
  async fit(asked: ReadonlySet<string>, pause: () => Promise<void>): Promise<Map<number, number>> {
    const numbers = this.words.numbersOf(asked);
    const fit = this.words.fit(numbers);
    const named = new Map<number, number>();
    for (const [name, score] of this.words.fitOfNames(numbers))
      for (const target of this.#byName.of(name)) named.set(target, score);
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
    const fit = this.words.fit(this.words.numbersOf(askedWords(text)));
    let best = 0;
    for (const score of fit.values()) best = Math.max(best, score);
    return best >= namedFit;
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
    const names = new NameTable();
    const rows = new DefinitionRows(names);
    const files: MapFile[] = [];
    for (const { source, name } of [...sources].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { first, end } = rows.add(files.length, source.definitions);
      files.push({ name, source, first, end, standing: standingOf(name, source.isTest) });
      await pause();
    }
    const { definitions, targets } = await rows.done(pause);
    const imports = new ImportedFiles(new ProjectModules(projects));
    for (const { name } of files) {
      imports.add(name);
      await pause();
    }
    const edges = new UseEdges(files, names, targets);
    for (const [file, { source }] of files.entries()) {
      edges.add(file, imports.of(file, source.imports));
      await pause();
    }
    const named = function* () {
      for (const { name, first, end } of files) yield { name, defined: definitions.name.subarray(first, end) };
    };
    const words = await FileWords.build(named(), names, pause);
    return new RepoGraph({ files, definitions, targets, edges: await edges.done(pause), words });
  }
}
