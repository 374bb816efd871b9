import * as vscode from 'vscode';

/** The notebook that VS Code holds for a file on disk. */
export function notebookOfFile(absolute: string): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find(
    (notebook) => notebook.uri.scheme === 'file' && !notebook.isClosed && notebook.uri.fsPath === absolute,
  );
}

/** The cells as they are on screen, saved or not, each below a line that names it. */
export function cellsText(notebook: vscode.NotebookDocument): string {
  return notebook
    .getCells()
    .map(({ index, document }) => `[cell ${index + 1}: ${document.languageId}]\n${document.getText()}\n`)
    .join('\n');
}
