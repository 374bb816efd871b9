import * as vscode from 'vscode';
import type { WorkspaceRules } from '../../permission/workspace-rules.ts';

/** Lists what is allowed for good in this workspace and takes back what the user unticks. */
export async function showRules(rules: WorkspaceRules): Promise<void> {
  const settings = vscode.l10n.t('Open the rules in the settings');
  if (rules.texts.length === 0) {
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('Nothing is allowed for good in this workspace.'),
      settings,
    );
    if (answer === settings) await openSettings();
    return;
  }
  const kept = await vscode.window.showQuickPick(
    rules.texts.map((label) => ({ label, picked: true })),
    {
      canPickMany: true,
      title: vscode.l10n.t('Allowed for good in this workspace'),
      placeHolder: vscode.l10n.t('Untick what shall be asked again'),
    },
  );
  if (kept === undefined) return;
  const labels = new Set(kept.map(({ label }) => label));
  await rules.remove(rules.texts.filter((text) => !labels.has(text)));
}

async function openSettings(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', 'moonwright.permission.rules');
}
