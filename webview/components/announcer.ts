import { attributes, el } from './element.ts';

/** Two live regions that are heard and not seen: one waits its turn, one interrupts. */
export class Announcer {
  readonly element: HTMLElement;
  readonly #polite = attributes(el('div'), { role: 'status', 'aria-live': 'polite' });
  readonly #urgent = attributes(el('div'), { role: 'alert', 'aria-live': 'assertive' });

  constructor() {
    this.element = el('div', 'spoken', this.#polite, this.#urgent);
  }

  say(text: string, urgency: 'polite' | 'urgent' = 'polite'): void {
    const region = urgency === 'urgent' ? this.#urgent : this.#polite;
    const line = el('div', '', text);
    region.append(line);
    // What was said is taken away again: a reader who walks through the panel must not meet it.
    setTimeout(() => line.remove(), 4000);
  }
}
