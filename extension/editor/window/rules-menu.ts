import * as vscode from 'vscode';
import type { WorkspaceRules } from '../../permission/workspace-rules.ts';
import { restricts } from '../../permission/rule-text.ts';
import { showMessage } from '../model-text/messages.ts';
import { nativeText } from '../model-text/native-text.ts';

/** Lists the rules that were added in this workspace, and removes those that the user clears. */
export async function showRules(rules: WorkspaceRules): Promise<void> {
  const settings = vscode.l10n.t('Open permission settings');
  if (rules.texts.length === 0) {
    const answer = await showMessage(
      'info',
      vscode.l10n.t('No permission rules have been added in this workspace.'),
      settings,
    );
    if (answer === settings) await openSettings();
    return;
  }
  const kept = await vscode.window.showQuickPick(
    rules.texts.map((rule) => ({ label: nativeText(rule), rule, picked: true })),
    {
      canPickMany: true,
      title: vscode.l10n.t('Always allowed in this workspace'),
      placeHolder: vscode.l10n.t('Clear what should ask again'),
    },
  );
  if (kept === undefined) return;
  const left = new Set(kept.map(({ rule }) => rule));
  await rules.remove(rules.texts.filter((text) => !left.has(text)));
}

/** Tells of rules in the settings that cannot be read, once for each text. */
export class BrokenRules {
  readonly #told = new Set<string>();

  tell(broken: readonly string[]): void {
    for (const text of broken) {
      if (this.#told.has(text)) continue;
      this.#told.add(text);
      void this.#show(text);
    }
  }

  async #show(text: string): Promise<void> {
    const said = restricts(text)
      ? vscode.l10n.t('The permission rule {0} cannot be read. Moonwright asks about all that it may forbid.', text)
      : vscode.l10n.t('The permission rule {0} cannot be read and is ignored.', text);
    const settings = vscode.l10n.t('Open permission settings');
    if ((await showMessage('warning', said, settings)) === settings) await openSettings();
  }
}

async function openSettings(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', 'moonwright.permission.rules');
}
