import type { Item } from '../../../extension/chat/item.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { button, lightButton } from '../button.ts';
import { confirmRow } from '../confirm-row.ts';
import { attributes, el, icon, setHidden, setText } from '../element.ts';
import { TextBox } from '../composer/text-box.ts';

type User = Extract<Item, { kind: 'user' }>;

const foldedLines = 12;
const foldedLength = 1200;

/** A message of the user, with buttons to edit and resend it, or to restore the state before it. */
export class UserMessage {
  readonly element = attributes(el('article', 'user'), { 'aria-label': say('you') });
  readonly #context: PanelContext;
  readonly #text = el('div', 'user-text');
  readonly #waiting = el('div', 'user-waiting');
  readonly #takeBack: HTMLElement;
  readonly #retry: HTMLElement;
  readonly #more: HTMLElement;
  readonly #actions: HTMLElement;
  readonly #bubble: HTMLElement;
  #extra: HTMLElement | undefined;
  #user: User | undefined;

  constructor(context: PanelContext) {
    this.#context = context;
    this.#takeBack = lightButton({
      label: say('takeBack'),
      icon: 'close',
      press: () => this.#user && this.#context.post({ type: 'takeBack', id: this.#user.id }),
    });
    this.#retry = button({
      label: say('tryAgain'),
      look: 'secondary',
      icon: 'refresh',
      press: () => this.#user && this.#context.post({ type: 'retry', id: this.#user.id }),
    });
    this.#retry.classList.add('retry');
    const edit = lightButton({ label: say('editResend'), icon: 'edit', press: () => this.#edit() });
    const restore = lightButton({ label: say('restoreHere'), icon: 'discard', press: () => this.#restore() });
    this.#actions = attributes(el('div', 'user-actions', edit, restore), { role: 'toolbar', 'aria-label': say('you') });
    this.#more = attributes(el('button', 'more'), { type: 'button' });
    this.#more.addEventListener('click', () => this.#toggleMore());
    this.#bubble = el('div', 'bubble', this.#text, this.#more, this.#waiting);
    this.element.append(this.#bubble, this.#actions, this.#retry);
  }

  update(user: User): void {
    this.#user = user;
    setText(this.#text, user.text);
    this.element.classList.toggle('queued', user.queued);
    setHidden(this.#waiting, !user.queued);
    if (user.queued)
      this.#waiting.replaceChildren(
        icon('clock'),
        el('span', 'user-waiting-text', user.steers === true ? say('waitingStep') : say('waitingTurn')),
        this.#takeBack,
      );
    setHidden(this.#actions, user.queued || user.turn < 0 || user.unsent === true);
    setHidden(this.#retry, user.unsent !== true);
    const long = user.text.length > foldedLength || user.text.split('\n').length > foldedLines;
    setHidden(this.#more, !long);
    if (long) this.#drawMore(user);
  }

  #drawMore(user: User): void {
    const open = this.#context.folds.get(user.id) ?? false;
    this.#text.classList.toggle('folded', !open);
    setText(this.#more, open ? say('showLess') : say('showAll'));
    attributes(this.#more, { 'aria-expanded': String(open) });
  }

  #toggleMore(): void {
    if (this.#user === undefined) return;
    this.#context.folds.set(this.#user.id, !(this.#context.folds.get(this.#user.id) ?? false));
    this.#drawMore(this.#user);
  }

  #restore(): void {
    const user = this.#user;
    if (user === undefined) return;
    const row = confirmRow({
      question: say('restoreConfirm'),
      yes: say('restore'),
      onNo: () => this.#closeExtra(),
      onYes: () => {
        this.#closeExtra();
        this.#context.post({ type: 'restoreTo', turn: user.turn });
      },
    });
    this.#openExtra(row);
    row.focus();
  }

  #edit(): void {
    const user = this.#user;
    if (user === undefined) return;
    const box = new TextBox({ label: say('editMessage'), lines: 'several' });
    const send = (): void => {
      const text = box.value.trim();
      if (text === '') return;
      this.#closeExtra();
      this.#context.post({ type: 'editResend', turn: user.turn, text });
    };
    box.onKey((event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.#closeExtra();
      } else if (event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault();
        send();
      }
    });
    const buttons = el(
      'div',
      'buttons',
      button({ label: say('resend'), look: 'primary', press: send }),
      button({ label: say('cancel'), look: 'secondary', press: () => this.#closeExtra() }),
    );
    this.#openExtra(el('div', 'edit-message', box.element, el('div', 'hint', say('resendHint')), buttons));
    this.#bubble.hidden = true;
    box.value = user.text;
    box.focus();
    box.caret = user.text.length;
  }

  #openExtra(element: HTMLElement): void {
    this.#closeExtra();
    this.#extra = element;
    this.element.append(element);
    this.#actions.classList.add('inactive');
  }

  #closeExtra(): void {
    const focused = this.#extra?.contains(document.activeElement) ?? false;
    this.#extra?.remove();
    this.#extra = undefined;
    this.#bubble.hidden = false;
    this.#actions.classList.remove('inactive');
    const first = this.#actions.firstElementChild;
    if (focused && first instanceof HTMLElement) first.focus();
  }
}
