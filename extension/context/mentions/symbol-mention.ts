import { dataBlock } from '../../agent/data-block.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';
import type { DefinitionPlace, SourceIndex } from '../../workspace/source-index.ts';
import { BestFew } from './best-few.ts';
import {
  byFit,
  cutText,
  fitScore,
  suggestionsMax,
  type Mentioned,
  type MentionKind,
  type MentionSuggestion,
} from './mention-kind.ts';

const textMax = 12_000;
const placesMax = 3;

/** `@symbol:add`, or `@symbol:src/math.js#add` where several have that name: the text of a definition. */
export function symbolMention(files: WorkspaceFiles, index: SourceIndex): MentionKind {
  return {
    name: 'symbol',
    async suggest(query, pause) {
      const [file, wanted] = partsOf(query.toLowerCase());
      if (wanted === '' && file === undefined) return [];
      return file === undefined ? anywhere(wanted, pause) : inFiles(file, wanted, pause);
    },
    async find(word): Promise<Mentioned | undefined> {
      const [file, name] = partsOf(word);
      const places = index
        .definitionsOf(name)
        .filter((place) => file === undefined || files.relative(place.file.path) === file)
        .slice(0, placesMax);
      const [first] = places;
      if (first === undefined) return undefined;
      const path = files.relative(first.file.path);
      return {
        kind: 'symbol',
        label: name,
        words: `${name} (${path}:${first.definition.line})`,
        path,
        full: async () => (await Promise.all(places.map((place) => textOf(place, files)))).join('\n\n'),
      };
    },
  };

  /** Looks at names first: only the definitions of those that fit best are unpacked. */
  async function anywhere(wanted: string, pause: () => Promise<void>): Promise<readonly MentionSuggestion[]> {
    const names = new BestFew<FittingName>(suggestionsMax, byNameFit);
    for (const name of index.definedNames()) {
      const score = fitScore(name.toLowerCase(), wanted);
      if (score > 1) names.add({ name, score });
      await pause();
    }
    const best = new BestFew(suggestionsMax, byFit);
    for (const { name, score } of names.list()) {
      const places = index.definitionsOf(name, suggestionsMax);
      for (const place of places) best.add(suggestion(place, score, places.length === 1));
      await pause();
    }
    return best.list();
  }

  /** The definitions in the files with this in their path. */
  async function inFiles(
    part: string,
    wanted: string,
    pause: () => Promise<void>,
  ): Promise<readonly MentionSuggestion[]> {
    const best = new BestFew(suggestionsMax, byFit);
    for (const file of index.files()) {
      await pause();
      if (!files.relative(file.path).toLowerCase().includes(part)) continue;
      for (const definition of file.definitions) {
        const score = fitScore(definition.name.toLowerCase(), wanted);
        if (score > 0) best.add(suggestion({ file, definition }, score, false));
      }
    }
    return best.list();
  }

  function suggestion({ file, definition: { name, line } }: DefinitionPlace, score: number, alone: boolean) {
    const path = files.relative(file.path);
    return {
      kind: 'symbol' as const,
      label: name,
      detail: `${path}:${line}`,
      insert: `@symbol:${alone ? '' : `${path}#`}${name}`,
      score: score - 0.25,
    };
  }
}

interface FittingName {
  readonly name: string;
  readonly score: number;
}

function byNameFit(a: FittingName, b: FittingName): number {
  return b.score - a.score || a.name.length - b.name.length || (a.name < b.name ? -1 : 1);
}

async function textOf({ file, definition }: DefinitionPlace, files: WorkspaceFiles): Promise<string> {
  const content = await files.read(file.path);
  const lines =
    content?.kind === 'text'
      ? content.text
          .split(/\r?\n/)
          .slice(definition.line - 1, definition.endLine)
          .join('\n')
      : definition.signature;
  const { name, line, endLine } = definition;
  const text = cutText(lines, textMax, 'the rest is left out: read it with read_file');
  return dataBlock('symbol', { name, path: files.relative(file.path), lines: `${line}-${endLine}` }, text);
}

/** `src/a.js#name` -> file and name. */
function partsOf(word: string): [file: string | undefined, name: string] {
  const at = word.lastIndexOf('#');
  return at < 0 ? [undefined, word] : [word.slice(0, at), word.slice(at + 1)];
}
