import * as vscode from 'vscode';
import { isName } from '../../rewrite/symbol-names.ts';

/**
 * Lets the user choose a suggested name or type one; undefined if they choose none. `suggest` returns names, or a
 * sentence that says why there are none. Its signal aborts once the user has chosen.
 */
export async function chooseName(
  oldName: string,
  suggest: (signal: AbortSignal) => Promise<readonly string[] | string>,
): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick();
  const controller = new AbortController();
  let suggested: readonly string[] = [];
  const show = (): void => {
    const own = pick.value.trim();
    const typed =
      isName(own) && !suggested.includes(own) && own !== oldName
        ? [{ label: own, description: vscode.l10n.t('your own') }]
        : [];
    pick.items = [...suggested.map((label) => ({ label, alwaysShow: true })), ...typed];
  };
  pick.title = vscode.l10n.t('New name for {0}', oldName);
  pick.placeholder = vscode.l10n.t('Choose a name, or type your own');
  pick.busy = true;
  pick.onDidChangeValue(show);
  const done = new Promise<string | undefined>((resolve) => {
    pick.onDidAccept(() => {
      const own = pick.value.trim();
      resolve(pick.activeItems[0]?.label ?? (isName(own) ? own : undefined));
      pick.hide();
    });
    pick.onDidHide(() => resolve(undefined));
  });
  pick.show();
  suggest(controller.signal)
    .then((names) => {
      if (typeof names === 'string') pick.placeholder = `${names} ${vscode.l10n.t('Type a name.')}`;
      else suggested = names;
      if (suggested.length === 0 && typeof names !== 'string')
        pick.placeholder = vscode.l10n.t('The model has no better name. Type one.');
      show();
    })
    .catch((thrown: unknown) => {
      if (!controller.signal.aborted) pick.placeholder = thrown instanceof Error ? thrown.message : String(thrown);
    })
    .finally(() => {
      pick.busy = false;
    });
  try {
    return await done;
  } finally {
    controller.abort();
    pick.dispose();
  }
}
