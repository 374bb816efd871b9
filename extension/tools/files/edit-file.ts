import * as z from 'zod';
import { translate } from '../../translation.ts';
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

/** edit_file: one replacement, or all, through the editor. */
export function editFile(files: WorkspaceFiles, edits: WorkspaceEdits): Tool<typeof schema> {
  return {
    name: 'edit_file',
    description,
    schema,
    compactArguments: ['path', 'old_string', 'new_string', 'replace_all'],
    async plan({ path, old_string: oldString, new_string: newString, replace_all: replaceAll }) {
      const absolute = files.absolute(path);
      const name = files.relative(absolute);
      const before = await textOf(files, absolute, name);
      const { text: after } = replace(before, oldString, newString, replaceAll === true, name);
      return {
        access: { kind: 'write', paths: [absolute] },
        title: translate('Edit {0}', name),
        preview: { kind: 'diff', path: name, before, after },
        async run() {
          // The file may have changed while the user was asked: replace in its current text.
          const now = await textOf(files, absolute, name);
          const made = replace(now, oldString, newString, replaceAll === true, name);
          const result = await edits.change(absolute, now, made.text);
          return {
            text: editedText(`Edited ${name} (${made.count} replacement${made.count === 1 ? '' : 's'}).`, result),
            failed: false,
            changed: [name],
            display: { kind: 'diff', path: name, before: now, after: result.after },
          };
        },
      } as const;
    },
  };

  function replace(
    text: string,
    oldString: string,
    newString: string,
    all: boolean,
    name: string,
  ): { text: string; count: number } {
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
