import * as vscode from 'vscode';
import { thinkingBudgets, type ThinkingChoice } from '../../../native/protocol/thinking.ts';
import type { AnswerStyle, StyleChoices } from '../../context/answer-style.ts';

interface StyleItem extends vscode.QuickPickItem {
  readonly style?: AnswerStyle;
}

/** The menu of how the model answers in a conversation. One choice closes it; undefined when there was none. */
export function pickStyle(style: AnswerStyle, { levels, lengths }: StyleChoices): Promise<AnswerStyle | undefined> {
  const group = (label: string): StyleItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const item = (label: string, description: string, chosen: AnswerStyle): StyleItem => {
    const isChosen = chosen.thinking === style.thinking && chosen.length === style.length;
    return { label: `$(${isChosen ? 'check' : 'blank'}) ${label}`, description, style: chosen };
  };
  const thinking: ThinkingChoice[] = levels.length === 0 ? [] : ['default', ...levels];
  const items = [
    ...(thinking.length === 0 ? [] : [group(vscode.l10n.t('Thinking'))]),
    ...thinking.map((level) =>
      item(levelName(level), levelHint(level, levels.includes('off')), { ...style, thinking: level }),
    ),
    ...(lengths
      ? [
          group(vscode.l10n.t('Answers')),
          item(vscode.l10n.t('Full'), '', { ...style, length: 'full' }),
          item(vscode.l10n.t('Short'), vscode.l10n.t('A few sentences'), { ...style, length: 'short' }),
        ]
      : []),
  ];
  const title = vscode.l10n.t('How the Model Answers in This Conversation');
  // Enter in the open menu changes nothing: what is chosen is marked first.
  const current = items.find(
    ({ style: chosen }) => chosen?.thinking === style.thinking && chosen.length === style.length,
  );
  return picked(title, items, current);
}

/** Shows the items with `current` marked. Resolves with the style of the one that was picked. */
function picked(
  title: string,
  items: readonly StyleItem[],
  current: StyleItem | undefined,
): Promise<AnswerStyle | undefined> {
  return new Promise((resolve) => {
    const menu = vscode.window.createQuickPick<StyleItem>();
    menu.title = title;
    menu.matchOnDescription = true;
    menu.items = items;
    menu.activeItems = current === undefined ? [] : [current];
    menu.onDidAccept(() => {
      resolve(menu.selectedItems[0]?.style);
      menu.hide();
    });
    menu.onDidHide(() => {
      resolve(undefined);
      menu.dispose();
    });
    menu.show();
  });
}

function levelName(level: ThinkingChoice): string {
  switch (level) {
    case 'default':
      return vscode.l10n.t("Model's default");
    case 'off':
      return vscode.l10n.t('Off');
    case 'on':
      return vscode.l10n.t('On');
    case 'low':
      return vscode.l10n.t('Low');
    case 'medium':
      return vscode.l10n.t('Medium');
    case 'high':
      return vscode.l10n.t('High');
    case 'xhigh':
      return vscode.l10n.t('Very high');
    case 'max':
      return vscode.l10n.t('Maximum');
  }
}

function levelHint(level: ThinkingChoice, canStop: boolean): string {
  if (level === 'off') return '';
  const tokens = thinkingBudgets[level];
  if (tokens !== undefined) return vscode.l10n.t('At most {0} tokens of thoughts', tokens.toLocaleString());
  if (level !== 'default') return vscode.l10n.t('As many thoughts as the model wants');
  return canStop ? '' : vscode.l10n.t('This model always thinks');
}
