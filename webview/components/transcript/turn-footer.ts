import type { ChangedFile } from '../../../extension/edits/changed-file.ts';
import type { Item } from '../../../extension/chat/item.ts';
import type { Spending, TokenPrice } from '../../../extension/metering/spending.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { costWords, energyNumber, spentLines } from '../../state/spent-words.ts';
import { duration } from '../../state/wording.ts';
import { lightButton } from '../button.ts';
import { confirmRow } from '../confirm-row.ts';
import { changeCounts } from './diff-view.ts';
import { attributes, el, icon, setHidden } from '../element.ts';
import { fileLink } from '../small-parts.ts';

type TurnEnd = Extract<Item, { kind: 'turnEnd' }>;

const changes = {
  edited: { icon: 'diff-modified', text: 'fileEdited' },
  created: { icon: 'diff-added', text: 'fileCreated' },
  deleted: { icon: 'diff-removed', text: 'fileDeleted' },
} as const;

const outcomes = {
  stopped: { icon: 'debug-stop', text: 'turnStopped' },
  limit: { icon: 'warning', text: 'turnLimit' },
  failed: { icon: 'error', text: 'turnFailed' },
} as const;

/** The end of a turn: its outcome, a line with the files it changed, and its cost in tokens and time. */
export class TurnFooter {
  readonly element = attributes(el('footer', 'turn-end'), { role: 'group' });
  readonly #context: PanelContext;
  readonly #isLast: (turn: number) => boolean;
  #drawn: TurnEnd | undefined;
  #price: TokenPrice | undefined;

  /** `isLast`: no turn follows that one. Undoing an earlier turn also undoes the later ones. */
  constructor(context: PanelContext, isLast: (turn: number) => boolean) {
    this.#context = context;
    this.#isLast = isLast;
  }

  update(end: TurnEnd): void {
    const price = this.#context.price();
    if (end === this.#drawn && price === this.#price) return;
    this.#drawn = end;
    this.#price = price;
    attributes(this.element, { 'data-turn': end.turn, 'data-outcome': end.outcome, 'data-state': end.state });
    this.element.replaceChildren();
    if (end.outcome !== 'answered') {
      const look = outcomes[end.outcome];
      this.element.append(
        el(
          'div',
          `outcome is-${end.outcome}`,
          icon(look.icon),
          el('span', '', end.text === '' ? say(look.text) : `${say(look.text)}. ${end.text}`),
        ),
      );
    }
    if (end.files.length > 0) this.element.append(this.#files(end));
    this.element.append(stats(end, price));
  }

  /** One line: the files to decide on are listed above the message box. */
  #files(end: TurnEnd): HTMLElement {
    const added = end.files.reduce((sum, file) => sum + file.added, 0);
    const removed = end.files.reduce((sum, file) => sum + file.removed, 0);
    const title = end.files.length === 1 ? say('filesOne') : say('filesMany', end.files.length);
    const [only] = end.files.length === 1 ? end.files : [];
    const list = el('ul', 'files', ...(only === undefined ? end.files.map((file) => this.#file(file)) : []));
    const name = only === undefined ? this.#fold(end, title, list) : this.#link(only);
    const line = el('div', 'turn-files', name, changeCounts(added, removed));
    const block = attributes(el('section', 'changed-files', line, list), { 'aria-label': title });
    line.append(end.state === 'pending' ? this.#actions(end, line) : decided(end.state));
    return block;
  }

  /** Unfolds the list of a turn that changed several files. */
  #fold(end: TurnEnd, title: string, list: HTMLElement): HTMLElement {
    const { folds } = this.#context;
    const chevron = icon('chevron-right', 'turn-chevron');
    const fold = attributes(el('button', 'turn-fold', chevron, el('span', 'turn-title', title)), { type: 'button' });
    const draw = (): void => {
      const open = folds.get(end.id) === true;
      setHidden(list, !open);
      attributes(fold, { 'aria-expanded': String(open) });
    };
    fold.addEventListener('click', () => {
      folds.set(end.id, folds.get(end.id) !== true);
      draw();
    });
    draw();
    return fold;
  }

  #file(file: ChangedFile): HTMLElement {
    const look = changes[file.change];
    const mark = attributes(icon(look.icon, `is-${file.change}`), { title: say(look.text) });
    return el('li', 'file', mark, this.#link(file), changeCounts(file.added, file.removed));
  }

  #link({ path }: ChangedFile): HTMLElement {
    return fileLink(path, say('openFile', path), () => this.#context.post({ type: 'open', path, line: undefined }));
  }

  #actions(end: TurnEnd, line: HTMLElement): HTMLElement {
    const { post } = this.#context;
    const review = lightButton({
      label: say('reviewChanges'),
      icon: 'diff-multiple',
      press: () => post({ type: 'review', turn: end.turn }),
    });
    const keep = lightButton({
      label: say('keep'),
      icon: 'check',
      press: () => post({ type: 'keep', turn: end.turn }),
    });
    const undo = lightButton({ label: say('undoTurn'), icon: 'discard', press: () => this.#undo(end, line) });
    return attributes(el('span', 'turn-actions', review, keep, undo), {
      role: 'toolbar',
      'aria-label': say('reviewChanges'),
    });
  }

  #undo(end: TurnEnd, line: HTMLElement): void {
    const undo = (): void => this.#context.post({ type: 'undoTurn', turn: end.turn });
    if (this.#isLast(end.turn)) {
      undo();
      return;
    }
    const row = confirmRow({
      question: say('undoConfirm'),
      yes: say('undoTurn'),
      onYes: () => {
        row.replaceWith(line);
        undo();
      },
      onNo: () => row.replaceWith(line),
    });
    line.replaceWith(row);
    row.focus();
  }
}

function decided(state: 'kept' | 'undone'): HTMLElement {
  const look = state === 'kept' ? 'check' : 'discard';
  return el('span', `files-state is-${state}`, icon(look), state === 'kept' ? say('kept') : say('undone'));
}

/** A line of what the turn took; all of it on hover. */
function stats(end: TurnEnd, price: TokenPrice | undefined): HTMLElement {
  const { reading = 0, writing = 0, tools = 0, wattHours } = end;
  const spent: Spending = { ...end, reading, writing, tools };
  const parts = [
    say('turnStats', end.reused, end.computed),
    say('turnGenerated', end.generated),
    duration(end.seconds),
    ...(wattHours === undefined ? [] : [say('spentEnergy', energyNumber(wattHours))]),
    ...(price === undefined ? [] : [costWords(spent, price)]),
  ];
  const title = [...spentLines(spent, price), say('statsHint')].join('\n');
  return attributes(el('div', 'turn-stats', ...parts.map((part) => el('span', '', part))), { title });
}
