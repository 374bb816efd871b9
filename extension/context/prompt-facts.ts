import type { WorkspaceFiles } from '../workspace/workspace-files.ts';
import { paced } from './paced.ts';
import type { DefinitionReader } from '../workspace/definitions.ts';
import type { PromptFacts } from './prompt-profiles.ts';
import { mapRows } from './repo-map/repo-map.ts';
import type { RepoMapCache } from './repo-map/repo-map-cache.ts';
import { distance, compactBlock, type BlockFile } from './compact-block.ts';

export interface PromptFactParts {
  readonly files: WorkspaceFiles;
  readonly definitions: DefinitionReader;
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
  /** The active file, workspace-relative. */
  readonly near: () => string | undefined;
  readonly surroundings: () => Promise<string>;
  readonly map: Pick<RepoMapCache, 'shared' | 'seeded' | 'concerns'>;
  /** Files that a request is likely about, workspace-relative, with their weights. */
  readonly likely: () => ReadonlyMap<string, number>;
  /** True if the workspace is trusted: only then its instruction files are used. */
  readonly trusted: () => boolean;
  /** True if a path, with links followed, is outside the workspace. */
  readonly leadsOutside: (absolute: string) => Promise<boolean>;
  /** Logs that something was left out. */
  readonly leftOut: (note: string) => void;
  /** The selected text: its names hint at what a request is about. */
  readonly selected: () => string;
}

/** Limits of listed names and of read sources; the nearest come first. */
const namesMax = 50_000;
const readMax = 200;
const instructionFiles = ['AGENTS.md', '.github/copilot-instructions.md', 'CLAUDE.md'];
const instructionMax = 20_000;
/** A file that is mentioned counts more for the map than one that is only open. */
const mentionWeight = 5;
const selectionMax = 1000;

/** Collects the workspace facts that the prompt profiles give the model. */
export function promptFacts({
  files,
  definitions,
  countTokens,
  near,
  surroundings,
  map,
  likely,
  selected,
  trusted,
  leadsOutside,
  leftOut,
}: PromptFactParts): PromptFacts {
  return {
    async block(budget) {
      const from = near();
      const read = await Promise.all((await nearest(await files.all(namesMax), from)).map((name) => blockFile(name)));
      return compactBlock(read, { near: from, budget, count: countTokens });
    },
    async instructions() {
      if (!trusted()) return [];
      const found = await Promise.all(
        files.folders.flatMap((folder) =>
          instructionFiles.map(async (name) => {
            const path = files.folders.length === 1 ? name : `${folder.name}/${name}`;
            const absolute = files.absolute(path);
            if (await leadsOutside(absolute)) {
              leftOut(`${path} leads outside the workspace and is not used as instructions.`);
              return undefined;
            }
            const file = await files.read(absolute);
            return file?.kind === 'text' ? { path, text: file.text.slice(0, instructionMax) } : undefined;
          }),
        ),
      );
      const texts = new Set<string>();
      // Projects often link or copy one of these files to the others.
      return found
        .filter((file) => file !== undefined)
        .filter(({ text }) => !texts.has(text) && texts.add(text) !== undefined);
    },
    map: (model, budget) => map.shared({ model, budget, count: countTokens }),
    async mapFor(request, said, model, budget) {
      const texts = said.filter(({ role }) => role === 'system' || role === 'user').map(({ content }) => content);
      const later = said.some(({ role }) => role === 'user');
      // A later message adds only what it names itself; the first one covered the user's open files.
      if (later && request.paths.length === 0 && !(await map.concerns(request.written))) return '';
      const seeds = new Map(later ? [] : likely());
      for (const path of request.paths) seeds.set(path, mentionWeight);
      const words = later ? request.written : `${request.written}\n${selected().slice(0, selectionMax)}`;
      return map.seeded(
        { model, budget, count: countTokens },
        { request: words, files: seeds },
        mapRows(texts),
        new Set(request.whole),
      );
    },
    surroundings,
    folders: files.folders.map((folder) => folder.name),
    platform: process.platform,
  };

  async function blockFile(name: string): Promise<BlockFile> {
    if (!definitions.knows(name)) return { path: name, definitions: [] };
    const file = await files.read(files.absolute(name));
    return { path: name, definitions: file?.kind === 'text' ? await definitions.read(name, file.text) : [] };
  }
}

/** The names that are nearest to a file, by their distance and in order of the alphabet. */
async function nearest(names: readonly string[], from: string | undefined): Promise<readonly string[]> {
  const pause = paced();
  const byDistance: string[][] = [];
  for (const name of names) {
    (byDistance[distance(name, from)] ??= []).push(name);
    await pause();
  }
  const found: string[] = [];
  for (const group of byDistance) if (found.length < readMax && group !== undefined) found.push(...group.sort());
  return found.slice(0, readMax);
}
