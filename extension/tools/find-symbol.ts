import * as z from 'zod';
import type { DefinitionReader } from '../context/definitions.ts';
import { translate } from '../translation.ts';
import description from './find-symbol.md';
import { hitLine, sortedHits } from './search/hit-lines.ts';
import type { TextHit, TextSearch } from './search/text-search.ts';
import { ToolError, type Tool } from './tool.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

const schema = z.object({ name: z.string().min(1).describe('The exact name, without its class or module') });

const linesMax = 200;
/** Files that are parsed for definitions when no language server helps. */
const parsedMax = 200;

/** A place in a file; lines and columns from 1. */
export interface SymbolPlace {
  readonly path: string; // absolute
  readonly line: number;
  readonly column: number;
}

/** What the language servers of the editor know; empty where there is none. */
export interface SymbolLookup {
  /** Definitions of symbols with exactly that name. */
  definitions(name: string, signal: AbortSignal): Promise<readonly SymbolPlace[]>;
  /** Uses of the symbol that is defined there. */
  references(definition: SymbolPlace, signal: AbortSignal): Promise<readonly SymbolPlace[]>;
}

export interface FindSymbolParts {
  readonly files: WorkspaceFiles;
  readonly lookup: SymbolLookup;
  /** Reads definitions by syntax, for where no language server answers. */
  readonly reader: () => Promise<DefinitionReader>;
  readonly search: TextSearch;
  readonly isSecret: (path: string) => boolean;
}

/** find_symbol: definitions, then references, from the language server or by syntax. */
export function findSymbol(parts: FindSymbolParts): Tool<typeof schema> {
  const { files, isSecret } = parts;
  return {
    name: 'find_symbol', description, schema,
    async plan({ name }) {
      const folders = files.folders.map((folder) => folder.path);
      if (folders.length === 0) throw new ToolError('no folder is open. Ask the user to open one.');
      return {
        access: { kind: 'read', paths: folders }, title: translate('Find {0}', name),
        async run({ signal }) {
          const known = await fromLanguageServer(name, parts, signal);
          const { definitions, references } = known.definitions.length > 0 ? known : await bySyntax(name, folders, parts, signal);
          const lines = [...new Set([...show(definitions), ...show(references)])];
          if (lines.length === 0) return { text: `No symbol ${name}. Look for a part of it with search_text.`, failed: false };
          const more = lines.length > linesMax ? [`[${lines.length - linesMax} more are not shown]`] : [];
          return { text: [...lines.slice(0, linesMax), ...more].join('\n'), failed: false };
        },
      };
    },
  };

  function show(hits: readonly TextHit[]): string[] {
    return sortedHits(hits, (file) => files.relative(file)).filter((entry) => !isSecret(entry.name)).map(({ hit, name }) => hitLine(name, hit.line, hit.text));
  }
}

interface Found {
  readonly definitions: readonly TextHit[];
  readonly references: readonly TextHit[];
}

async function fromLanguageServer(name: string, { files, lookup }: FindSymbolParts, signal: AbortSignal): Promise<Found> {
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
  return places.map(({ path, line }) => ({ path, line, text: lines.get(path)?.[line - 1] ?? '' }));
}

/** Every line with the word; those that define it are found by parsing the files they are in. */
async function bySyntax(name: string, folders: readonly string[], { files, reader, search }: FindSymbolParts, signal: AbortSignal): Promise<Found> {
  const { hits } = await search.search({ text: name, regex: false, word: true }, folders, signal);
  const read = await reader();
  const sources = [...new Set(hits.map((hit) => hit.path))].filter((file) => read.knows(file)).slice(0, parsedMax);
  const defining = new Set<string>();
  for (const file of sources) {
    if (signal.aborted) break;
    const content = await files.read(file);
    if (content?.kind !== 'text') continue;
    for (const definition of await read.read(file, content.text)) if (definition.name === name) defining.add(`${file}:${definition.line}`);
  }
  const defines = (hit: TextHit) => defining.has(`${hit.path}:${hit.line}`);
  return { definitions: hits.filter(defines), references: hits.filter((hit) => !defines(hit)) };
}
