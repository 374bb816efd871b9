import * as z from 'zod';
import { translate } from '../../translation.ts';
import type { ToolOutcome } from '../../agent/agent-tools.ts';
import description from './write-file.md';
import { elisionIn } from './elisions.ts';
import { leavesOut } from './replacement.ts';
import { checkEditable, editedText, toolBytesMax } from './file-change.ts';
import { bare, meantPaths } from './meant-path.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceEdits, WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({ path: z.string().describe('Workspace-relative path'), content: z.string() });

/** write_file: creates a file or replaces all of it. */
export function writeFile(files: WorkspaceFiles, edits: WorkspaceEdits): Tool<typeof schema> {
  return {
    name: 'write_file',
    description,
    schema,
    compactArguments: ['path', 'content'],
    intent({ path, content }) {
      const absolute = files.absolute(path);
      const name = files.relative(absolute);
      const access = { kind: 'write', paths: [absolute] } as const;
      return {
        access,
        title: translate('Write {0}', name),
        preview: { kind: 'text', text: content },
        async look() {
          const before = await current(absolute, name);
          if (before === undefined && bare(name) !== name) await checkName(name);
          const elision = elisionIn(content, before ?? '', name);
          if (elision !== undefined) throw leavesOut('content', elision);
          return {
            access,
            title: before === undefined ? translate('Create {0}', name) : translate('Overwrite {0}', name),
            preview: { kind: 'diff', path: name, before: before ?? '', after: content },
            run: () => write(absolute, name, content),
          };
        },
      };
    },
  };

  async function write(absolute: string, name: string, content: string): Promise<ToolOutcome> {
    const now = await current(absolute, name);
    const result =
      now === undefined ? await edits.create(absolute, content) : await edits.change(absolute, now, content);
    return {
      text: editedText(`Wrote ${name} (${lineCount(content)} lines).`, result),
      failed: false,
      changed: [name],
      display: { kind: 'diff', path: name, before: now ?? '', after: result.after },
    };
  }

  /** A new file is never called `"src/a.ts"`, and rarely `@src/a.ts`: throws a ToolError that names the file meant. */
  async function checkName(name: string): Promise<void> {
    const meant = bare(name);
    const quoted = /^["'`]/.test(name);
    if (quoted || (await meantPaths(files, name)).includes(meant))
      throw new ToolError(`${name} does not exist. Did you mean ${meant}?`);
  }

  async function current(absolute: string, name: string): Promise<string | undefined> {
    const file = await files.read(absolute, toolBytesMax);
    if (file?.kind === 'folder') throw new ToolError(`${name} is a folder.`);
    if (file?.kind === 'binary' || file?.kind === 'large')
      throw new ToolError(`${name} is no text file and cannot be overwritten.`);
    if (file !== undefined) checkEditable(file, name);
    return file?.text;
  }
}

/** Lines of a text; a line end at its end begins no other line. */
function lineCount(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}
