import type { ChangedFile } from '../../../extension/edits/changed-file.ts';
import type { Item } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { duration } from '../../state/wording.ts';
import { button } from '../button.ts';
import { confirmRow } from '../confirm-row.ts';
import { changeCounts } from './diff-view.ts';
import { attributes, el, icon } from '../element.ts';
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

/** The end of a turn: its outcome, the files it changed with their buttons, and its cost in tokens and time. */
export class TurnFooter {
  readonly element = attributes(el('footer', 'turn-end'), { role: 'group' });
  readonly #context: PanelContext;
  readonly #isLast: (turn: number) => boolean;
  #drawn: TurnEnd | undefined;

  /** `isLast`: no turn follows that one. Undoing an earlier turn also undoes the later ones. */
  constructor(context: PanelContext, isLast: (turn: number) => boolean) {
    this.#context = context;
    this.#isLast = isLast;
  }

  update(end: TurnEnd): void {
    if (end === this.#drawn) return;
    this.#drawn = end;
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
    this.element.append(stats(end));
  }

  #files(end: TurnEnd): HTMLElement {
    const added = end.files.reduce((sum, file) => sum + file.added, 0);
    const removed = end.files.reduce((sum, file) => sum + file.removed, 0);
    const title = end.files.length === 1 ? say('filesOne') : say('filesMany', end.files.length);
    const state =
      end.state === 'pending'
        ? undefined
        : el(
            'span',
            `files-state is-${end.state}`,
            icon(end.state === 'kept' ? 'check' : 'discard'),
            end.state === 'kept' ? say('kept') : say('undone'),
          );
    const head = el(
      'div',
      'card-head',
      icon('files'),
      el('span', 'card-title', title),
      changeCounts(added, removed),
      state,
    );
    const list = el('ul', 'files', ...end.files.map((file) => this.#file(file)));
    const card = attributes(el('section', 'card changed-files', head, list), { 'aria-label': title });
    if (end.state === 'pending') card.append(this.#actions(end));
    return card;
  }

  #file(file: ChangedFile): HTMLElement {
    const look = changes[file.change];
    const mark = attributes(icon(look.icon, `is-${file.change}`), { title: say(look.text) });
    return el(
      'li',
      'file',
      mark,
      fileLink(file.path, say('openFile', file.path), () =>
        this.#context.post({ type: 'open', path: file.path, line: undefined }),
      ),
      el('span', 'file-change', say(look.text)),
      changeCounts(file.added, file.removed),
    );
  }

  #actions(end: TurnEnd): HTMLElement {
    const { post } = this.#context;
    const review = button({
      label: say('reviewChanges'),
      look: 'primary',
      icon: 'diff-multiple',
      press: () => post({ type: 'review', turn: end.turn }),
    });
    const undo = button({ label: say('undoTurn'), look: 'secondary', press: () => this.#undo(end, buttons) });
    const keep = button({ label: say('keep'), look: 'secondary', press: () => post({ type: 'keep', turn: end.turn }) });
    const buttons = attributes(el('div', 'buttons', review, keep, undo), {
      role: 'toolbar',
      'aria-label': say('reviewChanges'),
    });
    return buttons;
  }

  #undo(end: TurnEnd, buttons: HTMLElement): void {
    const undo = (): void => this.#context.post({ type: 'undoTurn', turn: end.turn });
    if (this.#isLast(end.turn)) {
      undo();
      return;
    }
    const row = confirmRow({
      question: say('undoConfirm'),
      yes: say('undoTurn'),
      onYes: () => {
        row.replaceWith(buttons);
        undo();
      },
      onNo: () => row.replaceWith(buttons),
    });
    buttons.replaceWith(row);
    row.focus();
  }
}

function stats(end: TurnEnd): HTMLElement {
  const parts = [
    say('turnStats', end.reused, end.computed),
    say('turnGenerated', end.generated),
    duration(end.seconds),
  ];
  return attributes(el('div', 'turn-stats', ...parts.map((part) => el('span', '', part))), { title: say('statsHint') });
}
