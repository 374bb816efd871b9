import * as vscode from 'vscode';

/** The port that is proposed for other programs. */
export const portProposed = 8737;

/** Asks for a port. Undefined if the user gave up. */
export async function askPort(title: string, prompt: string, value: number): Promise<number | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt,
    value: String(value),
    ignoreFocusOut: true,
    validateInput: (text) =>
      portOf(text) === undefined ? vscode.l10n.t('Enter a number from 1 to 65535.') : undefined,
  });
  return portOf(typed ?? '');
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
