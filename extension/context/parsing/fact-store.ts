import type { Definition } from '../../workspace/definitions.ts';
import type { DefinitionPlace, SourceFile } from '../../workspace/source-index.ts';
import { isTestCode } from '../../workspace/test-file-name.ts';
import { NameTable } from '../name-table.ts';
import type { PackedFacts, PackedFile, SkipReason } from './thread-messages.ts';

const decoder = new TextDecoder();

/** The names a file uses, as ascending ids with their number of uses: a few bytes per name. */
class References implements ReadonlyMap<string, number> {
  readonly #table: NameTable;
  readonly #ids: Uint32Array;
  readonly #counts: Uint16Array;

  constructor(table: NameTable, names: readonly string[], counts: readonly number[]) {
    this.#table = table;
    const order = names.map((name, at) => ({ id: table.id(name), count: counts[at] ?? 0 })).sort((a, b) => a.id - b.id);
    this.#ids = Uint32Array.from(order, ({ id }) => id);
    this.#counts = Uint16Array.from(order, ({ count }) => Math.min(count, 0xffff));
  }

  get size(): number {
    return this.#ids.length;
  }

  get(name: string): number | undefined {
    const id = this.#table.known(name);
    return id === undefined ? undefined : this.count(id);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Uses of a name by its id. */
  count(id: number): number | undefined {
    let low = 0;
    let high = this.#ids.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#ids[middle] as number;
      if (found === id) return this.#counts[middle];
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  *entries(): MapIterator<[string, number]> {
    for (let at = 0; at < this.#ids.length; at++)
      yield [this.#table.name(this.#ids[at] as number), this.#counts[at] as number];
  }

  *keys(): MapIterator<string> {
    for (const id of this.#ids) yield this.#table.name(id);
  }

  *values(): MapIterator<number> {
    yield* this.#counts;
  }

  [Symbol.iterator](): MapIterator<[string, number]> {
    return this.entries();
  }

  forEach(visit: (value: number, key: string, map: ReadonlyMap<string, number>) => void): void {
    for (const [name, count] of this) visit(count, name, this);
  }
}

class StoredFile implements SourceFile {
  readonly path: string;
  readonly language: string;
  readonly imports: readonly string[];
  readonly isTest: boolean;
  readonly references: References;
  readonly skipped: SkipReason | undefined;
  /** Ids of the defined names. */
  readonly defined: Uint32Array;
  readonly #packed: Uint8Array;
  #definitions: WeakRef<readonly Definition[]> | undefined;

  constructor({ path, definitions }: PackedFile, facts: PackedFacts, isTest: boolean, table: NameTable) {
    this.path = path;
    this.language = facts.language;
    this.imports = facts.imports;
    this.isTest = isTest;
    this.skipped = facts.skipped;
    this.references = new References(table, facts.names, facts.counts);
    this.defined = Uint32Array.from(new Set(facts.defined), (name) => table.id(name));
    this.#packed = definitions;
  }

  /** Unpacked on demand; the garbage collector may drop it again. */
  get definitions(): readonly Definition[] {
    let definitions = this.#definitions?.deref();
    if (definitions === undefined) {
      definitions = JSON.parse(decoder.decode(this.#packed)) as readonly Definition[];
      this.#definitions = new WeakRef(definitions);
    }
    return definitions;
  }
}

/** The facts of all files, compact. */
export class FactStore {
  readonly #relative: (absolute: string) => string;
  readonly #names = new NameTable();
  readonly #files = new Map<string, StoredFile>();
  /** The files that define a name. */
  readonly #definers = new Map<number, StoredFile | StoredFile[]>();
  /** By path, without skipped files. */
  readonly #sorted: StoredFile[] = [];
  #shown: readonly StoredFile[] | undefined;

  constructor(relative: (absolute: string) => string) {
    this.#relative = relative;
  }

  get size(): number {
    return this.#files.size;
  }

  put(packed: PackedFile): void {
    this.remove(packed.path);
    const facts = JSON.parse(packed.facts) as PackedFacts;
    const file = new StoredFile(packed, facts, facts.tests || isTestCode(this.#relative(packed.path)), this.#names);
    this.#files.set(file.path, file);
    if (file.skipped === undefined) this.#sorted.splice(this.#placeOf(file.path), 0, file);
    for (const id of file.defined) {
      const before = this.#definers.get(id);
      if (before === undefined) this.#definers.set(id, file);
      else if (Array.isArray(before)) before.push(file);
      else this.#definers.set(id, [before, file]);
    }
    this.#shown = undefined;
  }

  remove(path: string): boolean {
    const file = this.#files.get(path);
    if (file === undefined) return false;
    this.#files.delete(path);
    if (file.skipped === undefined) this.#sorted.splice(this.#placeOf(path), 1);
    for (const id of file.defined) {
      const before = this.#definers.get(id);
      const left = Array.isArray(before) ? before.filter((other) => other !== file) : [];
      const last = left.length === 1 ? left[0] : left;
      if (last === undefined || (Array.isArray(last) && last.length === 0)) this.#definers.delete(id);
      else this.#definers.set(id, last);
    }
    this.#shown = undefined;
    return true;
  }

  paths(): IterableIterator<string> {
    return this.#files.keys();
  }

  /** By path, without skipped files. */
  files(): readonly SourceFile[] {
    this.#shown ??= [...this.#sorted];
    return this.#shown;
  }

  /** Index of the path in the sorted files, or where it would be inserted. */
  #placeOf(path: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as StoredFile).path < path) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  file(path: string): SourceFile | undefined {
    const file = this.#files.get(path);
    return file?.skipped === undefined ? file : undefined;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** True for a file that could not be opened or read: another try may succeed. */
  failed(path: string): boolean {
    const reason = this.#files.get(path)?.skipped;
    return reason === 'unreadable' || reason === 'broke';
  }

  /** Why files were skipped, by path. */
  skipped(): ReadonlyMap<string, SkipReason> {
    return new Map(
      [...this.#files.values()].flatMap((file) => (file.skipped === undefined ? [] : [[file.path, file.skipped]])),
    );
  }

  *definedNames(): Iterable<string> {
    for (const id of this.#definers.keys()) yield this.#names.name(id);
  }

  definitionsOf(name: string, filesMax = Number.POSITIVE_INFINITY): readonly DefinitionPlace[] {
    const id = this.#names.known(name);
    const found = id === undefined ? undefined : this.#definers.get(id);
    if (found === undefined) return [];
    const files = Array.isArray(found) ? [...found].sort((a, b) => (a.path < b.path ? -1 : 1)) : [found];
    return files
      .slice(0, filesMax)
      .flatMap((file) =>
        file.definitions.filter((definition) => definition.name === name).map((definition) => ({ file, definition })),
      );
  }

  usedIn(name: string): readonly SourceFile[] {
    const id = this.#names.known(name);
    if (id === undefined) return [];
    return this.#sorted.filter((file) => file.references.count(id) !== undefined);
  }
}
