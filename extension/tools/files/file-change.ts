import { ToolError } from '../tool.ts';
import { didYouMean } from './meant-path.ts';
import type { EditResult, FileText, WorkspaceFiles } from '../../workspace/workspace-files.ts';

/** The text of a file. Throws a ToolError when there is no text to read. */
export async function textOf(files: WorkspaceFiles, absolute: string, name: string): Promise<string> {
  return (await textFile(files, absolute, name)).text;
}

/** Like `textOf`, for a text that is to be changed. Throws a ToolError also when it cannot be saved as it should be. */
export async function editableText(files: WorkspaceFiles, absolute: string, name: string): Promise<string> {
  const file = await textFile(files, absolute, name);
  checkEditable(file, name);
  if (file.text.length > editedLengthMax)
    throw new ToolError(`${name} is too large to be edited here (10 MB are the limit). Use a command.`);
  return file.text;
}

/** Throws a ToolError for a text that cannot be changed, or not without a loss. */
export function checkEditable({ lossy, readOnly, notebook }: TextFile, name: string): void {
  if (notebook === true)
    throw new ToolError(
      `${name} is open as a notebook. Nothing was changed. ` +
        'Ask the user to close it, then read and edit its JSON, or give the user the cells as text.',
    );
  if (readOnly === true)
    throw new ToolError(`${name} is read-only. Nothing was changed. Ask the user whether it should be writable.`);
  if (lossy === true) throw new ToolError(otherEncoding(name));
}

type TextFile = Extract<FileText, { kind: 'text' }>;

/** Comparing longer texts would take seconds. In characters. */
const editedLengthMax = 10 << 20;

/** Files up to this size are read: VS Code opens no larger ones for extensions. */
export const toolBytesMax = 50 << 20;

/** Error text for a file with an unknown encoding. */
export function otherEncoding(name: string): string {
  return (
    `${name} has another encoding than the editor reads it with: an edit would destroy characters. ` +
    'Nothing was changed. Ask the user to choose its encoding with "Reopen with Encoding".'
  );
}

async function textFile(files: WorkspaceFiles, absolute: string, name: string): Promise<TextFile> {
  const file = await files.read(absolute, toolBytesMax);
  switch (file?.kind) {
    case undefined:
      throw new ToolError(`${name} does not exist.${await didYouMean(files, name)}`);
    case 'folder':
      throw new ToolError(`${name} is a folder. List it with list_files.`);
    case 'binary':
      throw new ToolError(`${name} is a binary file of ${file.bytes} bytes and cannot be read as text.`);
    case 'large':
      throw new ToolError(`${name} is too large to be read (${file.bytes} bytes, 50 MB are the limit).`);
    case 'text':
      return file;
  }
}

/** The result text: the sentence, then the new problems. */
export function editedText(sentence: string, result: EditResult): string {
  const why = result.saveFailed === true ? 'the editor could not save it.' : 'the user had unsaved changes in it.';
  const unsaved = result.saved ? '' : ` It is not saved: ${why}`;
  const more =
    result.reformatted === true ? ' Saving changed more than this edit. Read the file before you edit it again.' : '';
  return result.newProblems.length === 0
    ? sentence + unsaved + more
    : `${sentence}${unsaved}${more}\nNew problems:\n${result.newProblems.join('\n')}`;
}
