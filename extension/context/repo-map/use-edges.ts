import type { NameTable } from '../name-table.ts';
import { integers, weights } from './columns.ts';
import type { TargetColumns } from './definition-rows.ts';
import { standings, type MapFile } from './map-file.ts';

/** How likely a used name means that definition. */
const trust = { imported: 1, importedMember: 0.4, sameFolder: 0.7, unknown: 0.3, notImported: 0.02, member: 0.04 };
/** Names defined by more files than this carry little information: get, set, run. */
const definersFew = 5;
const definersMost = 12;
/** References from tests count less. */
const testsShare = 0.3;
/** Languages with imports that say where each used name comes from. */
const importing = new Set(['javascript', 'typescript', 'tsx', 'python', 'rust']);

/** Edges as columns that take little memory. */
export interface EdgeColumns {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Float32Array;
  readonly target: Int32Array;
}

/** Collects the uses of definitions in other files. */
export class UseEdges {
  readonly #files: readonly MapFile[];
  readonly #names: NameTable;
  readonly #targets: TargetColumns;
  readonly #from = integers();
  readonly #to = integers();
  readonly #weight = weights();
  readonly #target = integers();

  constructor(files: readonly MapFile[], names: NameTable, targets: TargetColumns) {
    this.#files = files;
    this.#names = names;
    this.#targets = targets;
  }

  /** Adds the edges of one file, which imports those others. */
  add(file: number, imported: ReadonlySet<number>): void {
    const user = this.#files[file] as MapFile;
    for (const [name, uses] of user.source.references) {
      const id = this.#names.known(name);
      const all = id === undefined ? noTargets : this.#targets.byName.of(id);
      // A name that the file defines itself refers to its own definition.
      if (all.length === 0 || this.#isIn(all, file)) continue;
      const known = imported.size === 0 ? noTargets : all.filter((target) => imported.has(this.#fileOf(target)));
      if (known.length === 0 && all.length > definersMost) continue;
      const meant = known.length > 0 ? known : all;
      const rare = meant.length > definersFew ? 0.1 : 1;
      const worth =
        (Math.sqrt(uses) * distinctness(name) * rare * (user.standing === standings.source ? 1 : testsShare)) /
        meant.length;
      for (const target of meant) {
        const to = this.#fileOf(target);
        const definer = this.#files[to] as MapFile;
        const member = this.#targets.member[target] === 1;
        this.#from.push(file);
        this.#to.push(to);
        this.#target.push(target);
        this.#weight.push(worth * definer.standing * trustOf({ imported: known.length > 0, member }, user, definer));
      }
    }
  }

  /** One column after the other: millions of edges take tens of milliseconds each. */
  async done(pause: () => Promise<void>): Promise<EdgeColumns> {
    const from = this.#from.done();
    await pause();
    const to = this.#to.done();
    await pause();
    const weight = this.#weight.done();
    await pause();
    return { from, to, weight, target: this.#target.done() };
  }

  #fileOf(target: number): number {
    return this.#targets.file[target] as number;
  }

  /** True if one of the targets, which are in the order of files, is in that file. */
  #isIn(targets: Int32Array, file: number): boolean {
    let low = 0;
    let high = targets.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#fileOf(targets[middle] as number);
      if (found === file) return true;
      if (found < file) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}

const noTargets = new Int32Array(0);

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
