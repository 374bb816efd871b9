import * as vscode from 'vscode';
import { placeOf } from '../../permission/path-place.ts';
import { namesSecret } from '../../permission/secret-names.ts';

function roots(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
}

/** True if a path, with its links followed, is outside of the workspace. */
export async function leadsOutside(absolute: string): Promise<boolean> {
  return (await placeOf([absolute], roots())).outside;
}

/**
 * True if a path whose name is in the workspace leads, by links, out of it or to a file that holds secrets. Others may
 * have made the link since the path was last looked at.
 */
export async function leadsAway(absolute: string): Promise<boolean> {
  if (vscode.workspace.getWorkspaceFolder(vscode.Uri.file(absolute)) === undefined) return false;
  const { outside, secret } = await placeOf([absolute], roots());
  return outside || (secret && !namesSecret(absolute));
}
