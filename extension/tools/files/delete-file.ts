import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './delete-file.md';
import { checkEditable } from './file-change.ts';
import { didYouMean } from './meant-path.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceEdits, WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({ path: z.string().describe('Workspace-relative path') });

/** delete_file: one file, never a folder. */
export function deleteFile(files: WorkspaceFiles, edits: WorkspaceEdits): Tool<typeof schema> {
  return {
    name: 'delete_file',
    description,
    schema,
    intent({ path }) {
      const absolute = files.absolute(path);
      const name = files.relative(absolute);
      const intent = { access: { kind: 'write', paths: [absolute] }, title: translate('Delete {0}', name) } as const;
      return {
        ...intent,
        async look() {
          const file = await files.read(absolute);
          if (file === undefined) throw new ToolError(`${name} does not exist.${await didYouMean(files, name)}`);
          if (file.kind === 'text' && file.notebook === true) checkEditable(file, name);
          if (file.kind === 'folder') throw new ToolError(`${name} is a folder. Delete its files one by one.`);
          return {
            ...intent,
            ...(file.kind === 'text' && {
              preview: { kind: 'diff', path: name, before: file.text, after: '' } as const,
            }),
            async run() {
              await edits.remove(absolute);
              return { text: `Deleted ${name}.`, failed: false, changed: [name] };
            },
          };
        },
      };
    },
  };
}
