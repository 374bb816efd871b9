import * as vscode from 'vscode';
import { nativeText } from './native-text.ts';

const show = {
  info: vscode.window.showInformationMessage,
  warning: vscode.window.showWarningMessage,
  error: vscode.window.showErrorMessage,
};

// Every message of the editor is shown here: it may quote the model. None but one is modal: the user may be typing, and
// the next key would press its button.

/** Shows a message with buttons. Resolves to the button that was pressed; undefined if the message was closed. */
export async function showMessage<Button extends string>(
  kind: keyof typeof show,
  text: string,
  ...buttons: readonly Button[]
): Promise<Button | undefined> {
  const items = buttons.map((button) => ({ title: nativeText(button), button }));
  return (await show[kind](nativeText(text), ...items))?.button;
}

/**
 * Asks in a box that nothing else can be done beside. Only for a question that the user has just caused by a command.
 * Resolves to the button that was pressed; undefined if the box was closed.
 */
export async function askModal<Button extends string>(
  text: string,
  detail: string,
  ...buttons: readonly Button[]
): Promise<Button | undefined> {
  const items = buttons.map((button) => ({ title: nativeText(button), button }));
  return (await show.warning(nativeText(text), { modal: true, detail: nativeText(detail) }, ...items))?.button;
}
