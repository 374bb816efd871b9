import * as z from 'zod';
import type { DefinitionReader } from '../../workspace/definitions.ts';
import { translate } from '../../translation.ts';
import description from './find-symbol.md';
import { hitLine, sortedHits } from '../search/hit-lines.ts';
import type { TextHit, TextSearch } from '../../workspace/text-search.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({
  name: z.string().min(1).describe('The exact name, without its class or module'),
  calls: z.enum(['callers', 'callees']).optional().describe('Only who calls it, or what it calls'),
});

const linesMax = 200;
/** How many files are parsed for definitions when no language server answers. */
const parsedMax = 200;

/** A place in a file; lines and columns from 1. */
export interface SymbolPlace {
  readonly path: string; // absolute
  readonly line: number;
  readonly column: number;
}

/** Asks the editor's language servers; empty where there is none. */
export interface SymbolLookup {
  /** Definitions of symbols with exactly that name. */
  definitions(name: string, signal: AbortSignal): Promise<readonly SymbolPlace[]>;
  /** Uses of the symbol defined there. */
  references(definition: SymbolPlace, signal: AbortSignal): Promise<readonly SymbolPlace[]>;
  /** Calls of the symbol, or calls that it makes; undefined if the language server has no call hierarchy. */
  calls(
    definition: SymbolPlace,
    direction: 'callers' | 'callees',
    signal: AbortSignal,
  ): Promise<readonly Call[] | undefined>;
}

/** One call. */
export interface Call extends SymbolPlace {
  /** The caller, or the called symbol. */
  readonly name: string;
}

export interface FindSymbolParts {
  readonly files: WorkspaceFiles;
  readonly lookup: SymbolLookup;
  /** Reads definitions by syntax where no language server answers. */
  readonly reader: DefinitionReader;
  /** Files that define a name according to the source index: they are read first. */
  readonly definers: (name: string) => ReadonlySet<string>;
  readonly search: TextSearch;
  readonly isSecret: (path: string) => boolean;
}

/** find_symbol: definitions, then references, from the language server or by syntax. */
export function findSymbol(parts: FindSymbolParts): Tool<typeof schema> {
  const { files, isSecret } = parts;
  return {
    name: 'find_symbol',
    description,
    schema,
    intent({ name, calls }) {
      const folders = files.folders.map((folder) => folder.path);
      if (folders.length === 0) throw new ToolError('no folder is open. Ask the user to open one.');
      return {
        access: { kind: 'read', paths: folders },
        title: translate('Find {0}', name),
        async run({ signal }) {
          if (calls !== undefined) return { text: await callsText(name, calls, parts, signal), failed: false };
          const known = await fromLanguageServer(name, parts, signal);
          const { definitions, references } =
            known.definitions.length > 0 ? known : await bySyntax(name, folders, parts, signal);
          const lines = [...new Set([...show(definitions), ...show(references)])];
          if (lines.length === 0)
            return { text: `No symbol ${name}. Look for a part of it with search_text.`, failed: false };
          return { text: cut(lines), failed: false };
        },
      };
    },
  };

  function show(hits: readonly TextHit[]): string[] {
    return sortedHits(hits, (file) => files.relative(file))
      .filter((entry) => !isSecret(entry.name))
      .map(({ hit, name }) => hitLine(name, hit));
  }
}

function cut(lines: readonly string[]): string {
  const more = lines.length > linesMax ? [`[${lines.length - linesMax} more are not shown]`] : [];
  return [...lines.slice(0, linesMax), ...more].join('\n');
}

/** One line per call, with the caller or the called symbol: `src/a.js:3: total(items) (in checkout)`. */
async function callsText(
  name: string,
  direction: 'callers' | 'callees',
  parts: FindSymbolParts,
  signal: AbortSignal,
): Promise<string> {
  const { files, lookup, isSecret } = parts;
  const found = await Promise.all(
    (await lookup.definitions(name, signal)).map((definition) => lookup.calls(definition, direction, signal)),
  );
  if (found.every((calls) => calls === undefined))
    throw new ToolError(`no language server knows the calls of ${name} here. Use find_symbol without calls.`);
  const calls = found.flatMap((each) => each ?? []);
  const lines = new Map(
    (await withText(calls, files)).map((hit, at) => {
      const who = calls[at]?.name ?? '';
      const line = hitLine(files.relative(hit.path), hit);
      return [
        `${hit.path}:${hit.line}:${who}`,
        isSecret(files.relative(hit.path))
          ? ''
          : direction === 'callers'
            ? `${line} (in ${who})`
            : `${line} (calls ${who})`,
      ] as const;
    }),
  );
  const shown = [...lines.values()].filter((line) => line !== '');
  return shown.length === 0 ? `No ${direction} of ${name}` : cut(shown);
}

interface Found {
  readonly definitions: readonly TextHit[];
  readonly references: readonly TextHit[];
}

async function fromLanguageServer(
  name: string,
  { files, lookup }: FindSymbolParts,
  signal: AbortSignal,
): Promise<Found> {
  const definitions = await lookup.definitions(name, signal);
  const references: SymbolPlace[] = [];
  for (const definition of definitions) references.push(...(await lookup.references(definition, signal)));
  return { definitions: await withText(definitions, files), references: await withText(references, files) };
}

async function withText(places: readonly SymbolPlace[], files: WorkspaceFiles): Promise<TextHit[]> {
  const lines = new Map<string, readonly string[]>();
  for (const file of new Set(places.map((place) => place.path))) {
    const content = await files.read(file);
    if (content?.kind === 'text') lines.set(file, content.text.split(/\r?\n/));
  }
  return places.map(({ path, line, column }) => {
    const text = lines.get(path)?.[line - 1] ?? '';
    return { path, line, text, at: column - 1 };
  });
}

/** Every line with the word; parsing tells which of them are definitions. */
async function bySyntax(
  name: string,
  folders: readonly string[],
  { files, reader, definers, search }: FindSymbolParts,
  signal: AbortSignal,
): Promise<Found> {
  const { hits } = await search.search({ text: name, regex: false, word: true }, folders, signal);
  const likely = definers(name);
  const known = [...new Set(hits.map((hit) => hit.path))].filter((file) => reader.knows(file));
  const sources = [...known.filter((file) => likely.has(file)), ...known.filter((file) => !likely.has(file))].slice(
    0,
    parsedMax,
  );
  const defining = new Set<string>();
  for (const file of sources) {
    if (signal.aborted) break;
    const content = await files.read(file);
    if (content?.kind !== 'text') continue;
    for (const definition of await reader.read(file, content.text))
      if (definition.name === name) defining.add(`${file}:${definition.line}`);
  }
  const defines = (hit: TextHit) => defining.has(`${hit.path}:${hit.line}`);
  return { definitions: hits.filter(defines), references: hits.filter((hit) => !defines(hit)) };
}
