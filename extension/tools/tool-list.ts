import type { Problems } from '../workspace/problem.ts';
import type { ConversationHooks } from './conversation/conversation-hooks.ts';
import { askUser } from './conversation/ask-user.ts';
import { delegate } from './conversation/delegate.ts';
import { deleteFile } from './files/delete-file.ts';
import { editFile } from './files/edit-file.ts';
import { externalTools, type ExternalTool } from './external-tools.ts';
import { getDiagnostics } from './symbols/get-diagnostics.ts';
import { findSymbol, type FindSymbolParts } from './symbols/find-symbol.ts';
import { listFiles } from './files/list-files.ts';
import { readFile, type OutlineLine } from './files/read-file.ts';
import { readOutput } from './commands/read-output.ts';
import { renameSymbol, type RenameParts } from './symbols/rename-symbol.ts';
import { runCommand, type RunCommandParts } from './commands/run-command.ts';
import { runTests, type RunTestsParts } from './test-runners/run-tests.ts';
import { searchText } from './search/search-text.ts';
import type { Tool } from './tool.ts';
import { updatePlan } from './conversation/update-plan.ts';
import type { WorkspaceEdits, WorkspaceFiles } from '../workspace/workspace-files.ts';
import { writeFile } from './files/write-file.ts';

/** What the tools are built from. */
export interface ToolParts extends FindSymbolParts, RenameParts, RunCommandParts, RunTestsParts {
  readonly files: WorkspaceFiles;
  readonly edits: WorkspaceEdits;
  readonly problems: Problems;
  readonly outline: (absolute: string, text: string) => Promise<readonly OutlineLine[]>;
  readonly external: () => readonly ExternalTool[];
}

/** Every tool there is, in the order the model reads them. */
export function toolList(parts: ToolParts, hooks: ConversationHooks): readonly Tool[] {
  const { files, edits } = parts;
  const own: readonly Tool[] = [
    runTests(parts),
    readFile(files, parts.outline),
    searchText(parts),
    listFiles(files),
    findSymbol(parts),
    editFile(files, edits),
    writeFile(files, edits),
    deleteFile(files, edits),
    renameSymbol(parts),
    getDiagnostics(files, parts.problems),
    runCommand(parts),
    readOutput(parts.commands),
    updatePlan(hooks.plan),
    askUser(hooks.question),
    delegate(hooks.delegate),
  ];
  return [...own, ...externalTools(parts.external(), new Set(own.map((tool) => tool.name)))];
}
