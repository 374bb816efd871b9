import { attributes, el } from './element.ts';

/** Two hidden live regions for screen readers: one waits, one interrupts. */
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
    // Removed again: a screen reader that moves through the panel must not come across it.
    setTimeout(() => line.remove(), 4000);
  }
}
