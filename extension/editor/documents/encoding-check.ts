import * as vscode from 'vscode';
import { bytesIfThere, statIfThere } from '../../edits/disk-files.ts';
import { isAscii, isWritable, survivesSaving, type TextCodec } from '../../edits/text-encodings.ts';
import { documentOfFile } from './open-documents.ts';

/** Characters that saving an edit would destroy. */
export interface EncodingLoss {
  readonly path: string;
  /** `file`: the file has another encoding. `text`: the encoding lacks characters of the new text. */
  readonly of: 'file' | 'text';
  /** VS Code's name of the encoding. */
  readonly encoding: string;
}

const codec: TextCodec = {
  decode: async (bytes, encoding) => vscode.workspace.decode(bytes, { encoding }),
  encode: async (text, encoding) => vscode.workspace.encode(text, { encoding }),
};

/** Cached result for a document: reads its file again only if it changed on disk, or the encoding did. */
const known = new WeakMap<vscode.TextDocument, { readonly encoding: string; readonly mtime: number; lost: boolean }>();

/** The first loss that saving this edit would bring; undefined if nothing is lost. */
export async function encodingLoss(edit: vscode.WorkspaceEdit): Promise<EncodingLoss | undefined> {
  for (const [uri, edits] of edit.entries()) {
    const loss = await lossIn(uri, edits.map(({ newText }) => newText).join('\n'));
    if (loss !== undefined) return loss;
  }
  return undefined;
}

/** The loss that saving a file with this new text would bring. Only files on disk have an encoding to lose. */
export async function lossIn(uri: vscode.Uri, newText: string): Promise<EncodingLoss | undefined> {
  if (uri.scheme !== 'file') return undefined;
  const path = uri.fsPath;
  const info = await statIfThere(path);
  if (info === undefined) return (await isNewTextKept(uri, newText)) ? undefined : { path, of: 'text', encoding: '' };
  if (!info.isFile()) return undefined;
  const open = documentOfFile(path);
  let bytes: Uint8Array | undefined;
  if (open === undefined) {
    bytes = await bytesIfThere(path);
    if (bytes === undefined || (isAscii(bytes) && isAscii(newText))) return undefined;
  }
  const document = open ?? (await vscode.workspace.openTextDocument(uri));
  const { encoding } = document;
  let state = known.get(document);
  if (state?.encoding !== encoding || state.mtime !== info.mtimeMs) {
    bytes ??= await bytesIfThere(path);
    const lost = bytes !== undefined && !isAscii(bytes) && !(await survivesSaving(bytes, encoding, codec));
    state = { encoding, mtime: info.mtimeMs, lost };
    known.set(document, state);
  }
  if (state.lost) return { path, of: 'file', encoding };
  return (await isWritable(newText, encoding, codec)) ? undefined : { path, of: 'text', encoding };
}

/** True if reading these bytes of a file as text, and saving the text, gives the bytes again. */
export async function isReadWhole(path: string, bytes: Uint8Array): Promise<boolean> {
  if (isAscii(bytes) || (await survivesSaving(bytes, 'utf8', codec))) return true;
  const { encoding } = documentOfFile(path) ?? (await vscode.workspace.openTextDocument(vscode.Uri.file(path)));
  return survivesSaving(bytes, encoding, codec);
}

/** True if a new file with this text gets all its characters, in the encoding that the settings name. */
export async function isNewTextKept(uri: vscode.Uri, text: string): Promise<boolean> {
  if (isAscii(text)) return true;
  return (await vscode.workspace.decode(await vscode.workspace.encode(text, { uri }), { uri })) === text;
}

/** The loss and its remedy, as sentences for the user. */
export function lossSentence({ path, of, encoding }: EncodingLoss): string {
  const [what, remedy] =
    of === 'file'
      ? [
          vscode.l10n.t('{0} is not encoded as {1}. Nothing was changed: characters would be lost.', path, encoding),
          vscode.l10n.t('Choose the file’s encoding with “Reopen with Encoding”, then try again.'),
        ]
      : [
          vscode.l10n.t('The encoding of {0} lacks characters of the new text. Nothing was changed.', path),
          vscode.l10n.t('Choose UTF-8 with “Save with Encoding”, then try again.'),
        ];
  return `${what} ${remedy}`;
}
