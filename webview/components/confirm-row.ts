import { say } from '../strings.ts';
import { button } from './button.ts';
import { attributes, el } from './element.ts';

export interface ConfirmOptions {
  readonly question: string;
  readonly yes: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** An inline question before an action that one click cannot undo. Escape means no. The caller focuses it. */
export function confirmRow(options: ConfirmOptions): HTMLElement {
  const no = button({ label: say('cancel'), look: 'secondary', press: options.onNo });
  const yes = button({ label: options.yes, look: 'primary', press: options.onYes });
  const row = attributes(
    el('div', 'confirm', el('span', 'confirm-question', options.question), el('div', 'buttons', yes, no)),
    { role: 'group', 'aria-label': options.question, tabindex: -1 },
  );
  row.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    options.onNo();
  });
  return row;
}
