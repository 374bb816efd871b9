import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { hasMixedEnds, withOldEnds } from '../../edits/line-ends.ts';
import { statIfThere } from '../../edits/disk-files.ts';
import { decodeFile } from './files.ts';

// A document has one kind of line end. A file may have several, and an edit must not change those of other lines.

/** The text of a file on disk with several kinds of line ends; undefined if an editor keeps its ends. */
export async function mixedText(absolute: string): Promise<string | undefined> {
  const found = await statIfThere(absolute);
  if (found === undefined || !found.isFile()) return undefined;
  const text = await decodeFile(absolute, await readFile(absolute));
  return hasMixedEnds(text) ? text : undefined;
}

/** Gives the lines of a saved document the ends that they had in `before`. */
export async function restoreEnds(document: vscode.TextDocument, before: string): Promise<void> {
  const saved = await savedText(document);
  const text = withOldEnds(before, saved);
  if (text !== saved) await writeBytes(document, text);
}

async function savedText(document: vscode.TextDocument): Promise<string> {
  return decodeFile(document.uri.fsPath, await readFile(document.uri.fsPath));
}

async function writeBytes(document: vscode.TextDocument, text: string): Promise<void> {
  const bytes = await vscode.workspace.encode(text, { encoding: document.encoding });
  await vscode.workspace.fs.writeFile(document.uri, bytes);
}
