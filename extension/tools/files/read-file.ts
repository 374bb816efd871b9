import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './read-file.md';
import { textOf } from './file-change.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({
  path: z.string().describe('Workspace-relative path'),
  start_line: z.int().min(1).optional(),
  end_line: z.int().min(1).optional(),
  outline: z.boolean().optional(),
});

/** Lines returned per call; more must be asked for by range. */
const linesMax = 1000;

/** One line of an outline: the line's number, from 1, and the definition's signature. */
export interface OutlineLine {
  readonly line: number;
  readonly signature: string;
}

/** read_file: the text itself, a range of it, or its definitions. */
export function readFile(
  files: WorkspaceFiles,
  outline: (absolute: string, text: string) => Promise<readonly OutlineLine[]>,
): Tool<typeof schema> {
  return {
    name: 'read_file',
    description,
    schema,
    compactArguments: ['path'],
    intent({ path, start_line: start, end_line: end, outline: outlined }) {
      const absolute = files.absolute(path);
      const name = files.relative(absolute);
      return {
        access: { kind: 'read', paths: [absolute] },
        title: translate('Read {0}', name + rangeOf(start, end)),
        async run() {
          const text = await textOf(files, absolute, name);
          if (outlined === true) {
            const lines = await outline(absolute, text);
            return {
              text:
                lines.length === 0
                  ? 'No definitions found'
                  : lines.map(({ line, signature }) => `${line}: ${signature}`).join('\n'),
              failed: false,
            };
          }
          // No text at all reads like a tool that failed to answer.
          if (text === '') return { text: `[${name} is empty]`, failed: false };
          return { text: partOf(text, start, end, name), failed: false };
        },
      };
    },
  };
}

function rangeOf(start: number | undefined, end: number | undefined): string {
  if (start === undefined) return '';
  return end === undefined ? `:${start}` : `:${start}-${end}`;
}

/** The unchanged text, or the requested lines after a line that says which they are. */
function partOf(text: string, start: number | undefined, end: number | undefined, name: string): string {
  const lines = text.split(/\r?\n/);
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (start === undefined && end === undefined && count <= linesMax) return text;
  const from = start ?? 1;
  if (from > count) throw new ToolError(`${name} has only ${count} lines.`);
  const to = Math.min(end ?? from + linesMax - 1, from + linesMax - 1, count);
  if (to < from) throw new ToolError(`end_line ${end} is before start_line ${from}.`);
  return `[lines ${from}-${to} of ${count}]\n${lines.slice(from - 1, to).join('\n')}\n`;
}
