import type { PanelContext } from '../../panel-context.ts';
import type { Row } from '../../state/rows.ts';
import { say } from '../../strings.ts';
import { flashButton, lightButton } from '../button.ts';
import { attributes, el } from '../element.ts';
import { droppedLabel } from './dropped-label.ts';
import { MarkdownView } from './markdown-view.ts';
import { Reasoning } from './reasoning.ts';

/** An answer of the model: reasoning, then Markdown. A long answer has several of these, one per part. */
export class Answer {
  readonly element = attributes(el('article', 'answer'), { 'aria-label': say('assistant') });
  readonly #context: PanelContext;
  readonly #markdown: MarkdownView;
  #reasoning: Reasoning | undefined;
  #actions: HTMLElement | undefined;
  #text = '';

  constructor(context: PanelContext) {
    this.#context = context;
    this.#markdown = new MarkdownView(context);
    this.element.append(this.#markdown.element);
  }

  update(row: Row): void {
    const { item, part } = row;
    if (item.kind !== 'answer' || part === undefined) return;
    if (part.first && item.reasoning !== '') {
      if (this.#reasoning === undefined) {
        this.#reasoning = new Reasoning(this.#context, `${item.id}:reasoning`);
        this.element.prepend(this.#reasoning.element);
      }
      this.#reasoning.update(item.reasoning, { thinking: item.streaming && item.text === '' });
    }
    this.#text = item.text;
    this.#markdown.update(part.text);
    this.element.classList.toggle('streaming', item.streaming && part.last && item.text !== '');
    const dropped = item.dropped && !this.element.classList.contains('dropped');
    this.element.classList.toggle('dropped', item.dropped);
    if (dropped && part.first) this.element.prepend(droppedLabel());
    if (part.last && !item.streaming && !item.dropped && item.text !== '') this.#showActions();
    else this.#actions?.remove();
  }

  #showActions(): void {
    this.#actions ??= attributes(el('div', 'answer-actions', this.#copyButton()), {
      role: 'toolbar',
      'aria-label': say('assistant'),
    });
    if (this.#actions.parentElement === null) this.element.append(this.#actions);
  }

  #copyButton(): HTMLElement {
    const copy = lightButton({
      label: say('copyAnswer'),
      icon: 'copy',
      press: () => {
        this.#context.post({ type: 'copy', text: this.#text });
        flashButton(copy, say('copied'));
        this.#context.announce(say('copied'));
      },
    });
    return copy;
  }
}
