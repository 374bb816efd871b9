import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { translate } from '../../translation.ts';
import type { ToolOutcome } from '../../agent/agent-tools.ts';
import description from './rename-symbol.md';
import { editedText, textOf } from '../files/file-change.ts';
import type { TextSearch } from '../../workspace/text-search.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { EditResult, WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({
  path: z.string().describe('Workspace-relative path'),
  line: z.int().min(1).describe('Line of the name, from 1'),
  name: z.string(),
  new_name: z.string(),
});

/** A position in a file: line and character from 0. */
export interface SymbolPlace {
  readonly absolute: string;
  readonly line: number;
  readonly character: number;
}

/** The changes of a rename; nothing is changed before `apply`. */
export interface PlannedRename {
  readonly files: readonly { readonly absolute: string; readonly changes: number }[];
  apply(): Promise<EditResult>;
}

/** Plans the language server's rename; undefined where it cannot rename. */
export type PlanRename = (place: SymbolPlace, newName: string) => Promise<PlannedRename | undefined>;

export interface RenameParts {
  readonly files: WorkspaceFiles;
  readonly rename: PlanRename;
  readonly search: TextSearch;
}

/** A language server that is still loading the project renames in one file only: it is asked again for this long. */
const patienceMs = 6000;
const pauseMs = 500;

/** rename_symbol: the language server's rename, shown before it is made. */
export function renameSymbol({ files, rename, search }: RenameParts): Tool<typeof schema> {
  return {
    name: 'rename_symbol',
    description,
    schema,
    intent({ path, line, name, new_name: newName }) {
      const absolute = files.absolute(path);
      const title = translate('Rename {0} to {1}', name, newName);
      return {
        access: { kind: 'write', paths: [absolute] },
        title,
        look: async (signal) => {
          const target: Target = { absolute, line, name, newName };
          const place = placeOf(await textOf(files, absolute, files.relative(absolute)), target, files);
          const planned = await planWhole(target, place, signal);
          return {
            access: { kind: 'write', paths: planned.files.map((changed) => changed.absolute) },
            title,
            preview: {
              kind: 'text',
              text: planned.files
                .map((changed) => `${files.relative(changed.absolute)}: ${counted(changed.changes, 'change')}`)
                .join('\n'),
            },
            run: () => make(target, place, planned),
          };
        },
      };
    },
  };

  async function make(target: Target, place: Position, shown: PlannedRename): Promise<ToolOutcome> {
    // Files may have changed while the user was asked, but only files the user saw may be changed.
    const made = await planHere(target, place);
    const extra = made.files.find((changed) => !shown.files.some((seen) => seen.absolute === changed.absolute));
    if (extra !== undefined) throw new ToolError('the files changed meanwhile. Rename again.');
    const result = await made.apply();
    const changes = made.files.reduce((sum, changed) => sum + changed.changes, 0);
    const where = `${counted(changes, 'change')} in ${counted(made.files.length, 'file')}`;
    return {
      text: editedText(`Renamed ${target.name} to ${target.newName}: ${where}.`, result),
      failed: false,
      changed: made.files.map((changed) => files.relative(changed.absolute)),
    };
  }

  /** Asks again while the language server would change one file although others contain the name. */
  async function planWhole(target: Target, place: Position, signal: AbortSignal): Promise<PlannedRename> {
    let found = await planHere(target, place);
    if (found.files.length > 1) return found;
    const { hits } = await search.search(
      { text: target.name, regex: false, word: true },
      files.folders.map((folder) => folder.path),
      signal,
    );
    if (hits.every((hit) => hit.path === target.absolute)) return found;
    for (let waited = 0; waited < patienceMs && found.files.length <= 1 && !signal.aborted; waited += pauseMs) {
      await delay(pauseMs);
      found = await planHere(target, place);
    }
    return found;
  }

  async function planHere({ absolute, name, newName }: Target, place: Position): Promise<PlannedRename> {
    const found = await rename({ absolute, ...place }, newName);
    if (found !== undefined && found.files.length > 0) return found;
    throw new ToolError(
      `no language server can rename ${name} in ${files.relative(absolute)}. Use search_text and edit_file.`,
    );
  }
}

/** The arguments of a call, with the file's absolute path. */
interface Target {
  readonly absolute: string;
  readonly line: number;
  readonly name: string;
  readonly newName: string;
}

type Position = Pick<SymbolPlace, 'line' | 'character'>;

/** Finds the name in that line, as a whole word. */
function placeOf(text: string, { absolute, line, name }: Target, files: WorkspaceFiles): Position {
  const file = files.relative(absolute);
  const lines = text.split(/\r?\n/);
  const here = lines[line - 1];
  if (here === undefined) throw new ToolError(`${file} has only ${lines.length} lines.`);
  const word = new RegExp(`(?<![\\w$])${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\w$])`);
  const character = here.search(word);
  if (character < 0) throw new ToolError(`${name} is not on line ${line} of ${file}. Read the file again.`);
  return { line: line - 1, character };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
