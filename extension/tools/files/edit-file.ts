import * as z from 'zod';
import { translate } from '../../translation.ts';
import type { ToolOutcome } from '../../agent/agent-tools.ts';
import description from './edit-file.md';
import { replaced } from './replacement.ts';
import type { Tool } from '../tool.ts';
import type { WorkspaceEdits, WorkspaceFiles } from '../../workspace/workspace-files.ts';
import { editedText, editableText } from './file-change.ts';

const schema = z.object({
  path: z.string().describe('Workspace-relative path'),
  old_string: z.string(),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});

/** edit_file: one replacement, or all, through the editor. */
export function editFile(files: WorkspaceFiles, edits: WorkspaceEdits): Tool<typeof schema> {
  return {
    name: 'edit_file',
    description,
    schema,
    compactArguments: ['path', 'old_string', 'new_string', 'replace_all'],
    intent({ path, old_string: oldString, new_string: newString, replace_all: replaceAll }) {
      const absolute = files.absolute(path);
      const name = files.relative(absolute);
      const edit = { oldString, newString, all: replaceAll === true };
      const intent = { access: { kind: 'write', paths: [absolute] }, title: translate('Edit {0}', name) } as const;
      return {
        ...intent,
        preview: { kind: 'diff', path: name, before: oldString, after: newString },
        async look() {
          const before = await editableText(files, absolute, name);
          const { text: after } = replaced(before, edit, name);
          return {
            ...intent,
            preview: { kind: 'diff', path: name, before, after },
            run: () => change(absolute, name, edit),
          };
        },
      } as const;
    },
  };

  /** The file may have changed while the user was asked: replaces in its current text. */
  async function change(absolute: string, name: string, edit: Parameters<typeof replaced>[1]): Promise<ToolOutcome> {
    const now = await editableText(files, absolute, name);
    const made = replaced(now, edit, name);
    const result = await edits.change(absolute, now, made.text);
    return {
      text: editedText(`Edited ${name} (${made.count} replacement${made.count === 1 ? '' : 's'}).`, result),
      failed: false,
      changed: [name],
      display: { kind: 'diff', path: name, before: now, after: result.after },
    };
  }
}
