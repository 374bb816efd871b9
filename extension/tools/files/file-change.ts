import { ToolError } from '../tool.ts';
import type { EditResult, WorkspaceFiles } from '../../workspace/workspace-files.ts';

/** The text of a file. Throws a ToolError when there is no text to read. */
export async function textOf(files: WorkspaceFiles, absolute: string, name: string): Promise<string> {
  const file = await files.read(absolute);
  switch (file?.kind) {
    case undefined:
      throw new ToolError(`${name} does not exist.`);
    case 'folder':
      throw new ToolError(`${name} is a folder. List it with list_files.`);
    case 'binary':
      throw new ToolError(`${name} is a binary file of ${file.bytes} bytes and cannot be read as text.`);
    case 'large':
      throw new ToolError(`${name} is too large (${file.bytes} bytes). Search in it with search_text.`);
    case 'text':
      return file.text;
  }
}

/** The result text: the sentence, then the new problems. */
export function editedText(sentence: string, result: EditResult): string {
  const unsaved = result.saved ? '' : ' It is not saved: the user had unsaved changes in it.';
  return result.newProblems.length === 0
    ? sentence + unsaved
    : `${sentence}${unsaved}\nNew problems:\n${result.newProblems.join('\n')}`;
}
