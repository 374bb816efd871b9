import * as vscode from 'vscode';
import type { AskUser } from '../../permission/user-answer.ts';
import { showMessage } from '../model-text/messages.ts';

/** Asks about a call of an agent that is not ours, beside whatever chat it has. A closed message declines. */
export const askByMessage: AskUser = async ({ title }, rules, signal) => {
  if (signal.aborted) return 'decline';
  const once = vscode.l10n.t('Allow once');
  const session = vscode.l10n.t('Allow for this session');
  const decline = vscode.l10n.t('Decline');
  const text = vscode.l10n.t('Another agent wants to use a tool of Moonwright: {0}', title);
  const buttons = rules.length > 0 ? [once, session, decline] : [once, decline];
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const answer = await Promise.race([showMessage('warning', text, ...buttons), stopped]);
  if (answer === session) return 'session';
  return answer === once ? 'once' : 'decline';
};
