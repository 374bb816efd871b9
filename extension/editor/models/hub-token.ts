import * as vscode from 'vscode';
import { showMessage } from '../model-text/messages.ts';

const key = 'hubToken';

/** The user's token for the hub. It lies in the secret storage of VS Code, never in the settings. */
export class HubToken {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async get(): Promise<string | undefined> {
    return await this.#secrets.get(key);
  }

  /** Asks for a token; an empty one removes the stored one. */
  readonly ask = async (): Promise<void> => {
    const stored = await this.get();
    const token = await vscode.window.showInputBox({
      title: vscode.l10n.t("The hub's token"),
      prompt: vscode.l10n.t('It is sent only to the hub of the setting moonwright.hubEndpoint. Empty: no token.'),
      placeHolder: stored === undefined ? 'hf_…' : vscode.l10n.t('A token is stored'),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) =>
        /^[\x21-\x7e]*$/.test(text.trim()) ? undefined : vscode.l10n.t('A token has no spaces or line breaks.'),
    });
    if (token === undefined) return;
    if (token.trim() === '') {
      await this.#secrets.delete(key);
      await showMessage('info', vscode.l10n.t('No token is stored.'));
      return;
    }
    await this.#secrets.store(key, token.trim());
    await showMessage('info', vscode.l10n.t('The token is stored. Resume the downloads that wait for it.'));
  };
}
