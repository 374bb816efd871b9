import { ToolError } from '../tool.ts';
import { didYouMean } from './meant-path.ts';
import type { EditResult, FileText, WorkspaceFiles } from '../../workspace/workspace-files.ts';

/** The text of a file. Throws a ToolError when there is no text to read. */
export async function textOf(files: WorkspaceFiles, absolute: string, name: string): Promise<string> {
  return (await textFile(files, absolute, name)).text;
}

/** Like `textOf`, for a text that is to be changed. Throws a ToolError also when saving would destroy characters. */
export async function editableText(files: WorkspaceFiles, absolute: string, name: string): Promise<string> {
  const { text, lossy } = await textFile(files, absolute, name);
  if (lossy === true) throw new ToolError(otherEncoding(name));
  return text;
}

/** Error text for a file with an unknown encoding. */
export function otherEncoding(name: string): string {
  return (
    `${name} has another encoding than the editor reads it with: an edit would destroy characters. ` +
    'Nothing was changed. Ask the user to choose its encoding with "Reopen with Encoding".'
  );
}

async function textFile(
  files: WorkspaceFiles,
  absolute: string,
  name: string,
): Promise<Extract<FileText, { kind: 'text' }>> {
  const file = await files.read(absolute);
  switch (file?.kind) {
    case undefined:
      throw new ToolError(`${name} does not exist.${await didYouMean(files, name)}`);
    case 'folder':
      throw new ToolError(`${name} is a folder. List it with list_files.`);
    case 'binary':
      throw new ToolError(`${name} is a binary file of ${file.bytes} bytes and cannot be read as text.`);
    case 'large':
      throw new ToolError(`${name} is too large (${file.bytes} bytes). Search in it with search_text.`);
    case 'text':
      return file;
  }
}

/** The result text: the sentence, then the new problems. */
export function editedText(sentence: string, result: EditResult): string {
  const unsaved = result.saved ? '' : ' It is not saved: the user had unsaved changes in it.';
  const more =
    result.reformatted === true ? ' Saving changed more than this edit. Read the file before you edit it again.' : '';
  return result.newProblems.length === 0
    ? sentence + unsaved + more
    : `${sentence}${unsaved}${more}\nNew problems:\n${result.newProblems.join('\n')}`;
}
