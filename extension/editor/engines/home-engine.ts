import * as vscode from 'vscode';
import { homeAddress, type EngineAddress } from '../../remote-engine/engine-address.ts';
import { askPort, portProposed } from '../serving/port-number.ts';

const guide = 'https://github.com/moonwright/moonwright/blob/main/docs/engines.md#at-home';

interface Step extends vscode.QuickPickItem {
  readonly run?: () => Promise<EngineAddress | undefined>;
}

/**
 * From a remote window to the engine of the machine in front of the user: says what has to be done there, and asks for
 * the port. Undefined if the user gave up. Nothing of VS Code can forward a port in that direction.
 */
export async function askHomeEngine(): Promise<EngineAddress | undefined> {
  const command = `ssh -N -o ExitOnForwardFailure=yes -R ${portProposed}:127.0.0.1:${portProposed} HOST`;
  const steps: Step[] = [
    {
      label: `1. ${vscode.l10n.t('At home: Serve on This Machine…')}`,
      detail: vscode.l10n.t('Run it in a window without a remote connection. It gives you the port and the token.'),
    },
    {
      label: `2. ${vscode.l10n.t('Forward the port to this machine: copy the command')}`,
      detail: command,
      run: async () => {
        await vscode.env.clipboard.writeText(command);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied'), 2000);
        return askHomeEngine();
      },
    },
    {
      label: `3. ${vscode.l10n.t('Connect…')}`,
      detail: vscode.l10n.t('Asks for the port and the token, and checks the connection.'),
      run: connect,
    },
    {
      label: `$(question) ${vscode.l10n.t('Other ways, and what to look out for')}`,
      run: async () => {
        await vscode.env.openExternal(vscode.Uri.parse(guide));
        return undefined;
      },
    },
  ];
  const title = vscode.l10n.t('The engine on the machine in front of you');
  const chosen = await vscode.window.showQuickPick(steps, { title, matchOnDetail: true, ignoreFocusOut: true });
  return chosen !== undefined && chosen.run === undefined ? askHomeEngine() : chosen?.run?.();
}

async function connect(): Promise<EngineAddress | undefined> {
  const title = vscode.l10n.t('The engine on the machine in front of you');
  const port = await askPort(title, vscode.l10n.t('Port of this remote machine that leads home'), portProposed);
  return port === undefined ? undefined : homeAddress(port);
}
