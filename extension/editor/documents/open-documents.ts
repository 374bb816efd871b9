import * as vscode from 'vscode';

/** The document that VS Code holds for a URI, shown or not. */
export function documentOf(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === uri);
}

/** The document that VS Code holds for a file on disk, shown or not. */
export function documentOfFile(absolute: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => document.uri.scheme === 'file' && !document.isClosed && document.uri.fsPath === absolute,
  );
}

/** Like `documentOf`, but opens files. Undefined if the file is gone, or the untitled document was closed. */
export async function documentAt(uri: string): Promise<vscode.TextDocument | undefined> {
  const open = documentOf(uri);
  if (open !== undefined || !uri.startsWith('file:')) return open;
  return vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true)).then(
    (document) => document,
    () => undefined,
  );
}

/** The line end of a document. */
export function eolOf(document: vscode.TextDocument): '\n' | '\r\n' {
  return document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
}

/** The range of a span of the document's text. */
export function rangeOf(
  document: vscode.TextDocument,
  span: { readonly from: number; readonly to: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(span.from), document.positionAt(span.to));
}
