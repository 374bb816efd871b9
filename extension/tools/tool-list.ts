import { askUser } from './conversation/ask-user.ts';
import type { ConversationHooks } from './conversation/conversation-hooks.ts';
import { delegate } from './conversation/delegate.ts';
import { updatePlan } from './conversation/update-plan.ts';
import { externalTools, type ExternalTool } from './external-tools.ts';
import type { Tool } from './tool.ts';

/** The tools of a workspace, in groups by what they work with. */
export interface ToolGroups {
  readonly tests: readonly Tool[];
  readonly files: readonly Tool[];
  readonly search: readonly Tool[];
  readonly symbols: readonly Tool[];
  readonly commands: readonly Tool[];
  /** Tools that other extensions and MCP servers offer now. */
  readonly external: () => readonly ExternalTool[];
}

/** The order in which the model reads our own tools. Small models were taught theirs in this order. */
const order = [
  'run_tests',
  'read_file',
  'search_text',
  'list_files',
  'find_symbol',
  'edit_file',
  'write_file',
  'delete_file',
  'rename_symbol',
  'get_diagnostics',
  'run_command',
  'read_output',
  'update_plan',
  'ask_user',
  'delegate',
];

/** Every tool of a conversation: our own in their order, then the external ones. */
export function toolList(groups: ToolGroups, hooks: ConversationHooks): readonly Tool[] {
  const { tests, files, search, symbols, commands, external } = groups;
  const conversation: readonly Tool[] = [updatePlan(hooks.plan), askUser(hooks.question), delegate(hooks.delegate)];
  const own = [...tests, ...files, ...search, ...symbols, ...commands, ...conversation].sort(
    (a, b) => order.indexOf(a.name) - order.indexOf(b.name),
  );
  return [...own, ...externalTools(external(), new Set(own.map((tool) => tool.name)))];
}
