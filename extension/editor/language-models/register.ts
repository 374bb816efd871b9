import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { DaemonLink } from '../../daemon-link/daemon-link.ts';
import { showMessage } from '../model-text/messages.ts';
import { ChatProvider, vendor } from './chat-provider.ts';

const listCommand = 'workbench.action.chat.manage';
const listMs = 20_000;
/** Before it is loaded only its name tells that a model is small. */
const embedded = 'nano';

/** Registers the chosen model for VS Code's chat and for other extensions, and the command that shows the way there. */
export function registerChatModels(link: DaemonLink): vscode.Disposable {
  const provider = new ChatProvider(link);
  return vscode.Disposable.from(
    provider,
    vscode.lm.registerLanguageModelChatProvider(vendor, provider),
    command('useInChat', () => useInChat(link.current.profile === 'compact' || link.current.model === embedded)),
  );
}

/**
 * VS Code's chat asks for an account until its own Copilot extension is on. Its list of models turns that on, without
 * an account; the user is told before. `isSmall`: the model is not up to it.
 */
async function useInChat(isSmall: boolean): Promise<void> {
  const ai = vscode.workspace.getConfiguration('chat');
  if (ai.get<boolean>('disableAIFeatures') === true) {
    const settings = vscode.l10n.t('Open Settings');
    const text = vscode.l10n.t("VS Code's chat is switched off by the setting chat.disableAIFeatures.");
    if ((await showMessage('info', text, settings)) === settings)
      await vscode.commands.executeCommand('workbench.action.openSettings', 'chat.disableAIFeatures');
    return;
  }
  const open = vscode.l10n.t('Open the List of Models');
  const text = [
    vscode.l10n.t("VS Code's own chat can use the model of Moonwright, without an account."),
    vscode.l10n.t('Its list of models switches on the Copilot extension in VS Code, which connects to the network.'),
    vscode.l10n.t('Then choose it below the message box of the chat, if it is not chosen yet.'),
    vscode.l10n.t('If it asks you to sign in, close that dialog and send your message again.'),
    vscode.l10n.t('A first message there has about 17,000 tokens, mostly descriptions of tools.'),
    ...(isSmall ? [vscode.l10n.t('nano was not made for that: choose a larger model first.')] : []),
  ].join(' ');
  if ((await showMessage('info', text, open)) !== open) return;
  await vscode.lm.selectChatModels({ vendor }); // VS Code shows only models that it has asked for
  await openList();
}

/** VS Code has the command only some time after its own start. */
async function openList(): Promise<void> {
  for (const end = Date.now() + listMs; Date.now() < end; await delay(250)) {
    if (!(await vscode.commands.getCommands(true)).includes(listCommand)) continue;
    await vscode.commands.executeCommand(listCommand);
    return;
  }
  await showMessage('info', vscode.l10n.t('This VS Code has no list of language models.'));
}

function command(name: string, run: () => Promise<void>): vscode.Disposable {
  return vscode.commands.registerCommand(`moonwright.${name}`, run);
}
