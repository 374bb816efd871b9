import * as vscode from 'vscode';
import type { EngineAddress } from '../../remote-engine/engine-address.ts';
import { askModal } from '../model-text/messages.ts';

export type Consent = 'agreed' | 'refusedHere' | undefined;

/** Says where text would go and what it would be. Undefined if the user did not decide. */
export async function askConsent(address: EngineAddress, model: string): Promise<Consent> {
  // The first button is what Enter presses.
  const keep = vscode.l10n.t('Do Not Send');
  const agree = vscode.l10n.t('Use This Engine');
  const refuse = vscode.l10n.t('Never in This Workspace');
  const answer = await askModal(
    address.reach === 'home'
      ? vscode.l10n.t('Send your messages and code to the machine in front of you?')
      : vscode.l10n.t('Send your messages and code to {0}?', address.host),
    [
      vscode.l10n.t('Model: {0}', model),
      vscode.l10n.t('Address: {0}', address.base),
      '',
      reachText(address),
      '',
      vscode.l10n.t('Requests hold the conversation and what the agent has read: files, results, output of commands.'),
      vscode.l10n.t('They also hold a map of the workspace and the code around edits.'),
      vscode.l10n.t('Servers that count tokens get what you type before you send it.'),
      '',
      vscode.l10n.t(
        'You are asked once for each engine. While it is in use the status bar and the panel or the box show it.',
      ),
    ].join('\n'),
    keep,
    agree,
    refuse,
  );
  if (answer === agree) return 'agreed';
  return answer === refuse ? 'refusedHere' : undefined;
}

function reachText({ reach, encrypted, host }: EngineAddress): string {
  if (reach === 'machine')
    return vscode.l10n.t('This address is on this machine. Nothing leaves it, unless the server there sends it on.');
  if (reach === 'home')
    return [
      vscode.l10n.t(
        'They go from this remote machine through port {0} to the engine at home, and nowhere else.',
        host.replace('home:', ''),
      ),
      vscode.l10n.t('On a machine that you share with others, make sure that the port is yours.'),
    ].join('\n');
  if (reach === 'internet')
    return vscode.l10n.t('This address is outside of your network. The connection is encrypted.');
  return encrypted
    ? vscode.l10n.t('This address is in a private network. The connection is encrypted.')
    : vscode.l10n.t('This address is in a private network. Without encryption, others there could read it.');
}
