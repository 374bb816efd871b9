import type { PanelContext } from '../panel-context.ts';
import { say } from '../strings.ts';
import { button, labelButton } from './button.ts';
import { attributes, el, setText } from './element.ts';

/** The top of the panel: the conversation's title, and buttons for all conversations and a new one. */
export class PanelHeader {
  readonly element: HTMLElement;
  readonly #title = attributes(el('h1', 'header-title'), { id: 'conversation-title' });
  readonly #history: HTMLElement;

  constructor(context: PanelContext, toggleHistory: () => void) {
    this.#history = button({ label: say('history'), look: 'icon', icon: 'history', press: toggleHistory });
    const fresh = button({
      label: say('newConversation'),
      look: 'icon',
      icon: 'add',
      press: () => context.post({ type: 'newConversation' }),
    });
    this.element = el(
      'header',
      'header',
      this.#title,
      attributes(el('div', 'header-actions', this.#history, fresh), {
        role: 'toolbar',
        'aria-label': say('panelLabel'),
      }),
    );
  }

  update(title: string, view: { readonly history: boolean }): void {
    const named = title === '' ? say('newConversation') : title;
    const shown = view.history ? say('history') : named;
    setText(this.#title, shown);
    this.#title.title = shown;
    attributes(this.#history, { 'aria-pressed': String(view.history) });
    labelButton(this.#history, say('history'), view.history ? say('closeHistory') : say('history'));
    this.#history.classList.toggle('pressed', view.history);
  }

  focusHistory(): void {
    this.#history.focus();
  }
}
