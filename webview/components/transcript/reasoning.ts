import type { PanelContext } from '../../panel-context.ts';
import { say } from '../../strings.ts';
import { el, icon, setText } from '../element.ts';
import { TextPane } from './text-pane.ts';

/** The model's reasoning, folded. Its text is drawn only while it is open. */
export class Reasoning {
  readonly element: HTMLDetailsElement;
  readonly #label = el('span', 'reasoning-label');
  readonly #pane = new TextPane(say('thought'));
  #text = '';

  constructor(context: PanelContext, key: string) {
    this.element = el(
      'details',
      'reasoning',
      el('summary', '', icon('lightbulb'), this.#label, icon('chevron-right', 'reasoning-chevron')),
      this.#pane.element,
    );
    this.element.open = context.folds.get(key) ?? false;
    this.element.addEventListener('toggle', () => {
      context.folds.set(key, this.element.open);
      if (this.element.open) this.#pane.update(this.#text);
    });
  }

  /** `thinking`: the answer itself has not begun. */
  update(text: string, progress: { readonly thinking: boolean }): void {
    this.#text = text;
    setText(this.#label, progress.thinking ? say('thinking') : say('thought'));
    this.element.classList.toggle('thinking', progress.thinking);
    if (this.element.open) this.#pane.update(text);
  }
}
