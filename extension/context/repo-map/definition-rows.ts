import { type Definition, definitionKinds } from '../../workspace/definitions.ts';
import type { NameTable } from '../name-table.ts';
import { bytes, Groups, integers } from './columns.ts';

/**
 * The definitions of all files as columns: numbers instead of objects, which would take ten times the memory. Their
 * texts are read from the source where a map shows them.
 */
export interface DefinitionColumns {
  /** Index in the source's definitions. */
  readonly place: Int32Array;
  /** Its name, in the graph's table. */
  readonly name: Int32Array;
  /** Index in `definitionKinds`. */
  readonly kind: Uint8Array;
  /** The row of the enclosing definition; -1 for none. */
  readonly outer: Int32Array;
  /** The target of edges from files that use it; -1 when other files cannot use it. */
  readonly target: Int32Array;
}

/** Targets of edges as columns. A target is all definitions of one name in one file. */
export interface TargetColumns {
  readonly file: Int32Array;
  /** 1 for methods and fields, which are used through an object. */
  readonly member: Uint8Array;
  /** By name, in the order of files. */
  readonly byName: Groups;
  readonly count: number;
}

/** Collects the definitions of all files, and the targets of edges among them. */
export class DefinitionRows {
  readonly #names: NameTable;
  readonly #place = integers();
  readonly #name = integers();
  readonly #kind = bytes();
  readonly #outer = integers();
  readonly #target = integers();
  readonly #targetFile = integers();
  readonly #targetName = integers();
  readonly #member = bytes();

  constructor(names: NameTable) {
    this.#names = names;
  }

  /** Adds those of a file that a map may show. Returns their rows: from `first` to before `end`. */
  add(file: number, all: readonly Definition[]): { readonly first: number; readonly end: number } {
    const first = this.#place.length;
    const shown = shownDefinitions(all);
    const isVisible = visible(shown);
    const targets = new Map<string, number>();
    for (const [at, { definition, place, outer }] of shown.entries()) {
      this.#place.push(place);
      this.#name.push(this.#names.id(definition.name));
      this.#kind.push(definitionKinds.indexOf(definition.kind));
      this.#outer.push(outer === undefined ? -1 : first + outer);
      if (isVisible(at) && !targets.has(definition.name))
        targets.set(definition.name, this.#addTarget(file, definition));
    }
    // A definition that others cannot use counts with its namesake that they can.
    for (const { definition } of shown) this.#target.push(targets.get(definition.name) ?? -1);
    return { first, end: this.#place.length };
  }

  async done(
    pause: () => Promise<void>,
  ): Promise<{ readonly definitions: DefinitionColumns; readonly targets: TargetColumns }> {
    const definitions = {
      place: this.#place.done(),
      name: this.#name.done(),
      kind: this.#kind.done(),
      outer: this.#outer.done(),
      target: this.#target.done(),
    };
    await pause();
    const byName = new Groups(this.#targetName.done(), this.#names.size);
    const file = this.#targetFile.done();
    return { definitions, targets: { file, member: this.#member.done(), byName, count: file.length } };
  }

  #addTarget(file: number, { name, kind }: Definition): number {
    this.#targetFile.push(file);
    this.#targetName.push(this.#names.id(name));
    this.#member.push(kind === 'method' || kind === 'field' ? 1 : 0);
    return this.#targetFile.length - 1;
  }
}

interface ShownDefinition {
  readonly definition: Definition;
  /** Index in the source's definitions. */
  readonly place: number;
  /** Index, among the shown ones, of the enclosing definition. */
  readonly outer: number | undefined;
}

/** Tells which definitions other files can use: in a file with exports only those, and members. */
function visible(shown: readonly ShownDefinition[]): (at: number) => boolean {
  const given = shown.map(
    ({ definition, outer }) => outer === undefined && /^(export|pub)\b/.test(definition.signature),
  );
  if (!given.includes(true)) return () => true;
  return (at) => given[at] === true || shown[at]?.outer !== undefined;
}

/** All definitions except those inside functions, and except members without code: their class says what they are. */
function shownDefinitions(definitions: readonly Definition[]): ShownDefinition[] {
  const shown: ShownDefinition[] = [];
  const around: { readonly definition: Definition; readonly place: number | undefined }[] = [];
  for (const [place, definition] of definitions.entries()) {
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
    if (!local) shown.push({ definition, place, outer: inside.at(-1)?.place });
    around.push({ definition, place: local ? undefined : shown.length - 1 });
  }
  return shown;
}

/** Fields, but not the settings in sections of a configuration, and members of enums. */
function isPlainMember({ kind }: Definition, outer: Definition | undefined): boolean {
  if (kind === 'field') return outer?.kind !== 'module';
  return kind === 'constant' && outer?.kind === 'enum';
}
