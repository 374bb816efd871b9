import type { Suggestion } from '../../messages.ts';
import { say } from '../../strings.ts';
import { attributes, el, icon, setHidden } from '../element.ts';
import { mentionIcons, mentionKind } from './mention-look.ts';

/** The list of suggestions for a mention. Owns: which one is marked. Does not own: the text, the composer's keys. */
export class MentionPopup {
  readonly element = attributes(el('div', 'mentions'), {
    role: 'listbox',
    'aria-label': say('suggestions'),
    hidden: true,
  });
  readonly #announce: (text: string) => void;
  readonly #pick: (suggestion: Suggestion) => void;
  #list: readonly Suggestion[] = [];
  #at = 0;

  constructor(announce: (text: string) => void, pick: (suggestion: Suggestion) => void) {
    this.#announce = announce;
    this.#pick = pick;
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  show(list: readonly Suggestion[]): void {
    this.#list = list;
    this.#at = 0;
    setHidden(this.element, false);
    this.element.replaceChildren(
      ...(list.length === 0
        ? [el('div', 'mention-none', say('noSuggestions'))]
        : list.map((suggestion, at) => this.#option(suggestion, at))),
    );
    this.#mark();
  }

  close(): void {
    setHidden(this.element, true);
    this.#list = [];
  }

  move(step: 1 | -1): void {
    if (this.#list.length === 0) return;
    this.#at = (this.#at + step + this.#list.length) % this.#list.length;
    this.#mark();
  }

  /** Takes the marked suggestion. Returns false when there is none. */
  accept(): boolean {
    const chosen = this.#list[this.#at];
    if (chosen === undefined) return false;
    this.#pick(chosen);
    return true;
  }

  #option(suggestion: Suggestion, at: number): HTMLElement {
    const option = attributes(
      el(
        'div',
        'mention',
        icon(mentionIcons[suggestion.kind]),
        el('span', 'mention-label', suggestion.label),
        el('span', 'mention-detail', suggestion.detail === '' ? mentionKind(suggestion.kind) : suggestion.detail),
      ),
      { role: 'option', title: suggestion.insert },
    );
    // The composer keeps the focus.
    option.addEventListener('mousedown', (event) => event.preventDefault());
    option.addEventListener('click', () => {
      this.#at = at;
      this.accept();
    });
    return option;
  }

  #mark(): void {
    [...this.element.children].forEach((option, at) =>
      attributes(option, {
        'aria-selected': option.getAttribute('role') === 'option' ? String(at === this.#at) : undefined,
      }),
    );
    this.element.children[this.#at]?.scrollIntoView?.({ block: 'nearest' });
    const chosen = this.#list[this.#at];
    this.#announce(
      chosen === undefined
        ? say('noSuggestions')
        : say('suggestionAt', chosen.label, mentionKind(chosen.kind), this.#at + 1, this.#list.length),
    );
  }
}
