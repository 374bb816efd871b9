import type { ConversationSummary } from '../messages.ts';
import type { PanelContext } from '../panel-context.ts';
import { say } from '../strings.ts';
import { ago } from '../state/wording.ts';
import { button } from './button.ts';
import { confirmRow } from './confirm-row.ts';
import { attributes, el, icon } from './element.ts';
import { progressRing } from './small-parts.ts';
import { TextBox } from './composer/text-box.ts';

const searchDelay = 150;

/** The workspace's conversations: search, open, delete. Arrow keys move, Enter opens, Delete deletes, Escape closes. */
export class HistoryList {
  readonly element: HTMLElement;
  readonly #context: PanelContext;
  readonly #close: () => void;
  readonly #search = new TextBox({
    label: say('searchConversations'),
    placeholder: say('searchConversations'),
    lines: 'one',
  });
  readonly #list = attributes(el('ul', 'conversations'), { 'aria-label': say('history') });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawn: readonly ConversationSummary[] | undefined;
  #current = '';

  constructor(context: PanelContext, close: () => void) {
    this.#context = context;
    this.#close = close;
    this.#search.element.append(attributes(icon('search'), { slot: 'start' }));
    this.element = attributes(el('section', 'history', this.#search.element, this.#list), {
      'aria-label': say('history'),
    });
    this.#search.onInput(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), searchDelay);
    });
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  open(): void {
    this.#search.value = '';
    this.#drawn = undefined;
    this.#list.replaceChildren(el('li', 'conversations-empty', progressRing(say('history'))));
    this.#ask();
    this.#search.focus();
  }

  update(conversations: readonly ConversationSummary[] | undefined, current: string): void {
    if (conversations === undefined || (conversations === this.#drawn && current === this.#current)) return;
    this.#drawn = conversations;
    this.#current = current;
    const now = Date.now();
    const rows = conversations.map((conversation) => this.#row(conversation, now));
    this.#list.replaceChildren(
      ...(rows.length > 0
        ? rows
        : [el('li', 'conversations-empty', this.#search.value === '' ? say('noConversations') : say('noMatches'))]),
    );
  }

  #ask(): void {
    this.#context.post({ type: 'listConversations', query: this.#search.value });
  }

  #row(conversation: ConversationSummary, now: number): HTMLElement {
    const current = conversation.id === this.#current;
    const title = conversation.title === '' ? say('untitled') : conversation.title;
    const facts = [
      ago(conversation.updated, now),
      conversation.turns === 1 ? say('turnsOne') : say('turnsMany', conversation.turns),
      ...(current ? [say('currentConversation')] : []),
    ];
    const open = attributes(
      el(
        'button',
        'conversation-open',
        el('span', 'conversation-title', title),
        el('span', 'conversation-facts', facts.join(' \u00b7 ')),
      ),
      { type: 'button', 'aria-current': current ? 'true' : undefined },
    );
    open.addEventListener('click', () => {
      this.#context.post({ type: 'openConversation', id: conversation.id });
      this.#close();
    });
    const row = el('li', `conversation${current ? ' current' : ''}`, open);
    const confirm = (): void => {
      const ask = confirmRow({
        question: say('deleteConfirm'),
        yes: say('deleteConversation'),
        onYes: () => this.#context.post({ type: 'deleteConversation', id: conversation.id }),
        onNo: () => {
          ask.remove();
          open.focus();
        },
      });
      row.append(ask);
      ask.focus();
    };
    row.append(
      button({
        label: `${say('deleteConversation')}: ${title}`,
        hint: say('deleteConversation'),
        look: 'icon',
        icon: 'trash',
        press: confirm,
      }),
    );
    open.addEventListener('keydown', (event) => {
      if (event.key === 'Delete') confirm();
    });
    return row;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      this.#close();
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const rows = [...this.#list.querySelectorAll<HTMLElement>('.conversation-open')];
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = at + (event.key === 'ArrowDown' ? 1 : -1);
    event.preventDefault();
    if (next < 0) this.#search.focus();
    else rows[next]?.focus();
  }
}
