import type { WorkspaceFiles } from '../tools/workspace-files.ts';
import type { DefinitionReader } from './definitions.ts';
import type { WorkspaceFacts } from './prompt-profiles.ts';
import { distance, workspaceBlock, type BlockFile } from './workspace-block.ts';

export interface FactParts {
  readonly files: WorkspaceFiles;
  readonly definitions: () => Promise<DefinitionReader>;
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
  /** The file the user looks at, workspace-relative. */
  readonly near: () => string | undefined;
  readonly surroundings: () => Promise<string>;
}

/** More names and sources than this are not looked at: the nearest come first. */
const namesMax = 5000;
const readMax = 200;
const instructionFiles = ['AGENTS.md', '.github/copilot-instructions.md', 'CLAUDE.md'];
const instructionMax = 20_000;

/** What the prompt profiles are told of the workspace. */
export function workspaceFacts({ files, definitions, countTokens, near, surroundings }: FactParts): WorkspaceFacts {
  return {
    async block(budget) {
      const names = (await Promise.all(files.folders.map((folder) => files.list(folder.path, '**/*', namesMax)))).flat();
      const from = near();
      const nearest = [...names].sort((a, b) => distance(a, from) - distance(b, from)).slice(0, readMax);
      const reader = await definitions();
      const read = await Promise.all(nearest.map((name) => blockFile(name, reader)));
      return workspaceBlock(read, { near: from, budget, count: countTokens });
    },
    async instructions() {
      const found = await Promise.all(files.folders.flatMap((folder) => instructionFiles.map(async (name) => {
        const path = files.folders.length === 1 ? name : `${folder.name}/${name}`;
        const file = await files.read(files.absolute(path));
        return file?.kind === 'text' ? { path, text: file.text.slice(0, instructionMax) } : undefined;
      })));
      const texts = new Set<string>();
      // Projects often link or copy one of these files to the others.
      return found.filter((file) => file !== undefined).filter(({ text }) => !texts.has(text) && texts.add(text) !== undefined);
    },
    surroundings,
    folders: files.folders.map((folder) => folder.name),
    platform: process.platform,
  };

  async function blockFile(name: string, reader: DefinitionReader): Promise<BlockFile> {
    if (!reader.knows(name)) return { path: name, definitions: [] };
    const file = await files.read(files.absolute(name));
    return { path: name, definitions: file?.kind === 'text' ? reader.read(name, file.text) : [] };
  }
}
