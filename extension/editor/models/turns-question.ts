import * as vscode from 'vscode';
import { shownModelName } from '../../daemon-link/model-name.ts';
import { showMessage } from '../model-text/messages.ts';

/**
 * Asks what becomes of turns that run on the model that another one would replace, in this window or others. Undefined:
 * the user wants to keep the loaded model.
 */
export async function askAboutTurns(model: string, turns: number, whose: string): Promise<'end' | 'wait' | undefined> {
  const wait = vscode.l10n.t('Wait for the end');
  const end = vscode.l10n.t('Change now');
  const keep = vscode.l10n.t('Keep the loaded model');
  const name = shownModelName(model);
  const where = whose === '' ? vscode.l10n.t('in a window or over HTTP') : whose;
  const text =
    turns === 1
      ? vscode.l10n.t('A turn is running ({0}). Changing the model to {1} now would end it.', where, name)
      : vscode.l10n.t('{2} turns are running ({0}). Changing the model to {1} now would end them.', where, name, turns);
  const answer = await showMessage('warning', `Moonwright: ${text}`, wait, end, keep);
  if (answer === end) return 'end';
  return answer === wait ? 'wait' : undefined;
}
