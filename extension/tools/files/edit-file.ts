import * as z from 'zod';
import { translate } from '../../translation.ts';
import type { ToolOutcome } from '../../agent/agent-tools.ts';
import description from './edit-file.md';
import { findMatches, lineNumbers } from './near-match.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceEdits, WorkspaceFiles } from '../../workspace/workspace-files.ts';
import { editedText, textOf } from './file-change.ts';

const schema = z.object({
  path: z.string().describe('Workspace-relative path'),
  old_string: z.string(),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});

interface Replaced {
  readonly text: string;
  readonly count: number;
}

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
      const replaced = (text: string) => replace(text, oldString, newString, replaceAll === true, name);
      const intent = { access: { kind: 'write', paths: [absolute] }, title: translate('Edit {0}', name) } as const;
      return {
        ...intent,
        preview: { kind: 'diff', path: name, before: oldString, after: newString },
        async look() {
          const before = await textOf(files, absolute, name);
          return {
            ...intent,
            preview: { kind: 'diff', path: name, before, after: replaced(before).text },
            run: () => edit(absolute, name, replaced),
          };
        },
      } as const;
    },
  };

  /** The file may have changed while the user was asked: replaces in its current text. */
  async function edit(absolute: string, name: string, replaced: (text: string) => Replaced): Promise<ToolOutcome> {
    const now = await textOf(files, absolute, name);
    const made = replaced(now);
    const result = await edits.change(absolute, now, made.text);
    return {
      text: editedText(`Edited ${name} (${made.count} replacement${made.count === 1 ? '' : 's'}).`, result),
      failed: false,
      changed: [name],
      display: { kind: 'diff', path: name, before: now, after: result.after },
    };
  }

  function replace(text: string, oldString: string, newString: string, all: boolean, name: string): Replaced {
    const found = findMatches(text, oldString);
    if (found.kind === 'none') {
      const closest = found.closest === undefined ? '' : ` The closest text is:\n${found.closest}`;
      throw new ToolError(`old_string is not in ${name}. Read the file again.${closest}`);
    }
    const { matches } = found;
    if (matches.length > 1 && !all) {
      const lines = lineNumbers(text, matches).join(', ');
      throw new ToolError(
        `old_string is in ${name} ${matches.length} times. Add a line of context, or set replace_all. ` +
          `It begins on lines ${lines}.`,
      );
    }
    const replacement = found.adapt(newString);
    let out = '';
    let at = 0;
    for (const { start, end } of matches) {
      out += text.slice(at, start) + replacement;
      at = end;
    }
    return { text: out + text.slice(at), count: matches.length };
  }
}
