import { dataBlock } from '../../agent/data-block.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';
import type { DefinitionPlace, SourceIndex } from '../../workspace/source-index.ts';
import { cutText, fitScore, type Mentioned, type MentionKind, type MentionSuggestion } from './mention-kind.ts';

const textMax = 12_000;
const placesMax = 3;
const suggestionsMax = 50;

/** `@symbol:add`, or `@symbol:src/math.js#add` where several have that name: the text of a definition. */
export function symbolMention(files: WorkspaceFiles, index: SourceIndex): MentionKind {
  return {
    name: 'symbol',
    async suggest(query) {
      const [file, wanted] = partsOf(query.toLowerCase());
      if (wanted === '' && file === undefined) return [];
      const found: MentionSuggestion[] = [];
      for (const source of index.files()) {
        const path = files.relative(source.path);
        if (file !== undefined && !path.toLowerCase().includes(file)) continue;
        for (const { name, line } of source.definitions) {
          const score = fitScore(name.toLowerCase(), wanted);
          if (score === 0 || (score === 1 && file === undefined)) continue;
          const alone = index.definitionsOf(name).length <= 1;
          found.push({
            kind: 'symbol',
            label: name,
            detail: `${path}:${line}`,
            insert: `@symbol:${alone ? '' : `${path}#`}${name}`,
            score: score - 0.25,
          });
        }
      }
      return found.sort((a, b) => b.score - a.score || a.label.length - b.label.length).slice(0, suggestionsMax);
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
