import { declaredName, usedDeclarations } from './declarations.ts';
import type { ReleaseFacts } from './release-facts.ts';

interface NameChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface DeclarationChange {
  readonly name: string;
  readonly before: string;
  /** Undefined: the release has it no more. */
  readonly after: string | undefined;
}

/** How a release differs from another one, in what concerns the project. */
export interface ReleaseChanges {
  readonly from: string;
  readonly to: string;
  readonly architectures: NameChanges;
  readonly tokenizers: NameChanges;
  readonly metadataKeys: NameChanges;
  readonly templates: NameChanges & { readonly changed: readonly string[] };
  /** Of what the addon uses: functions, and the structs, enums and types that they need. */
  readonly declarations: readonly DeclarationChange[];
}

/** Compares two releases. `addonSource`: the text of the addon's sources, which tells what of the headers is used. */
export function compareReleases(before: ReleaseFacts, after: ReleaseFacts, addonSource: string): ReleaseChanges {
  const used = [...usedDeclarations(addonSource, before.declarations)].map(
    (name) => before.declarations.get(name) ?? '',
  );
  const templates = compareNames(new Set(before.templates.keys()), new Set(after.templates.keys()));
  const kept = [...before.templates.keys()].filter((name) => after.templates.has(name));
  const changed = kept.filter((name) => before.templates.get(name) !== after.templates.get(name));
  return {
    from: before.release,
    to: after.release,
    architectures: compareNames(before.architectures, after.architectures),
    tokenizers: compareNames(before.tokenizers, after.tokenizers),
    metadataKeys: compareNames(before.metadataKeys, after.metadataKeys),
    templates: { ...templates, changed: changed.sort() },
    declarations: [...new Set(used)].sort().flatMap((old) => {
      const name = declaredName(old);
      const now = after.declarations.get(name);
      return old === now ? [] : [{ name, before: old, after: now }];
    }),
  };
}

/** Whether nothing differs. */
export function isSame(changes: ReleaseChanges): boolean {
  const { architectures, tokenizers, metadataKeys, templates, declarations } = changes;
  const names = [architectures, tokenizers, metadataKeys, templates].flatMap(({ added, removed }) => [
    ...added,
    ...removed,
  ]);
  return names.length + templates.changed.length + declarations.length === 0;
}

function compareNames(before: ReadonlySet<string>, after: ReadonlySet<string>): NameChanges {
  return {
    added: [...after].filter((name) => !before.has(name)).sort(),
    removed: [...before].filter((name) => !after.has(name)).sort(),
  };
}
