import type { Activity } from '../state/activity.ts';
import { clock } from '../state/wording.ts';
import { say } from '../strings.ts';
import { attributes, el, icon, setHidden, setText } from './element.ts';
import { progressRing } from './small-parts.ts';

/** The line that says what the assistant is doing, for how long and how fast. */
export class ActivityBar {
  readonly element: HTMLElement;
  readonly #sign = el('span', 'activity-sign');
  readonly #text = el('span', 'activity-text');
  readonly #facts = el('span', 'activity-facts');
  readonly #progress = attributes(el('div', 'activity-progress', el('div', 'progress-bar')), {
    role: 'progressbar',
    'aria-valuemin': 0,
    'aria-valuemax': 100,
  });
  #since: number | undefined;
  #speed: number | undefined;
  #who: Activity['who'] | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    // Not a live region: its clock would be read out every second. The announcer says what matters.
    this.element = attributes(el('div', 'activity', this.#sign, this.#text, this.#facts, this.#progress), {
      role: 'group',
      hidden: true,
    });
  }

  update(activity: Activity | undefined, speed: number | undefined): void {
    setHidden(this.element, activity === undefined);
    this.#speed = speed;
    if (activity === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#since = undefined;
      this.#who = undefined;
      return;
    }
    this.#since ??= performance.now();
    this.#timer ??= setInterval(() => this.#drawFacts(), 1000);
    if (this.#who !== activity.who)
      this.#sign.replaceChildren(activity.who === 'you' ? icon('bell-dot') : progressRing(say('working')));
    this.#who = activity.who;
    this.element.classList.toggle('waiting', activity.who === 'you');
    setText(this.#text, activity.text);
    setHidden(this.#progress, activity.fraction === undefined);
    if (activity.fraction !== undefined) {
      const percent = Math.round(activity.fraction * 100);
      attributes(this.#progress, { 'aria-valuenow': percent, 'aria-label': activity.text });
      this.element.style.setProperty('--progress', `${percent}%`);
    }
    this.#drawFacts();
  }

  #drawFacts(): void {
    const seconds = this.#since === undefined ? 0 : (performance.now() - this.#since) / 1000;
    if (this.#who === 'you') {
      setText(this.#facts, '');
      return;
    }
    const parts = [
      ...(this.#speed === undefined
        ? []
        : [say('speed', this.#speed < 10 ? this.#speed.toFixed(1) : Math.round(this.#speed))]),
      ...(seconds < 1 ? [] : [clock(seconds)]),
    ];
    setText(this.#facts, parts.join(' \u00b7 '));
  }
}
