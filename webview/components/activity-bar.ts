import type { Activity, Reading } from '../state/activity.ts';
import { clock, rateNumber } from '../state/wording.ts';
import { say } from '../strings.ts';
import { attributes, el, icon, setHidden, setText } from './element.ts';
import { progressRing } from './small-parts.ts';

/** Reading that takes less than this is not shown: it would only flicker. In seconds. */
const shortReading = 1;

/** A prompt that is being read: since when, and the latest of its progress. In milliseconds. */
interface ShownReading {
  readonly since: number;
  readonly latest: Reading;
  readonly latestAt: number;
  readonly shown: boolean;
}

/** The line that says what the assistant is doing, for how long and how fast, and while it reads, the time left. */
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
  readonly #now: () => number;
  #activity: Activity | undefined;
  #who: Activity['who'] | undefined;
  #reading: ShownReading | undefined;
  #since: number | undefined;
  #speed: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `now`: milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    // Not a live region: its clock would be read out every second. The announcer says what matters.
    this.element = attributes(el('div', 'activity', this.#sign, this.#text, this.#facts, this.#progress), {
      role: 'group',
      hidden: true,
    });
  }

  update(activity: Activity | undefined, speed: number | undefined): void {
    setHidden(this.element, activity === undefined);
    this.#speed = speed;
    this.#noteReading(activity?.reading);
    this.#activity = activity;
    if (activity === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#since = undefined;
      this.#who = undefined;
      return;
    }
    this.#since ??= this.#now();
    this.#timer ??= setInterval(() => this.#draw(), 1000);
    if (this.#who !== activity.who)
      this.#sign.replaceChildren(activity.who === 'you' ? icon('bell-dot') : progressRing(say('working')));
    this.#who = activity.who;
    this.element.classList.toggle('waiting', activity.who === 'you');
    this.#draw();
  }

  #noteReading(latest: Reading | undefined): void {
    const before = this.#reading;
    if (latest === undefined) this.#reading = undefined;
    else if (latest.text !== before?.latest.text || latest.left !== before.latest.left) {
      const now = this.#now();
      this.#reading = { since: before?.since ?? now, latest, latestAt: now, shown: before?.shown ?? false };
    }
  }

  #draw(): void {
    if (this.#activity === undefined) return;
    const reading = this.#shownReading();
    setText(this.#text, reading?.text ?? this.#activity.text);
    setHidden(this.#progress, reading === undefined);
    if (reading !== undefined) {
      const percent = Math.round(reading.fraction * 100);
      attributes(this.#progress, { 'aria-valuenow': percent, 'aria-label': reading.text });
      this.element.style.setProperty('--progress', `${percent}%`);
    }
    setText(this.#facts, this.#factsText(reading));
  }

  /** The progress of reading, from the moment that it is worth showing. Then until its end. */
  #shownReading(): Reading | undefined {
    const reading = this.#reading;
    if (reading === undefined) return undefined;
    const left = this.#secondsLeft(reading);
    const isLong = left === undefined ? this.#now() - reading.since >= shortReading * 1000 : left >= shortReading;
    if (isLong) this.#reading = { ...reading, shown: true };
    return isLong || reading.shown ? { ...reading.latest, left } : undefined;
  }

  #secondsLeft({ latest, latestAt }: ShownReading): number | undefined {
    return latest.left === undefined ? undefined : Math.max(0, latest.left - (this.#now() - latestAt) / 1000);
  }

  #factsText(reading: Reading | undefined): string {
    if (this.#who === 'you') return '';
    const seconds = this.#since === undefined ? 0 : (this.#now() - this.#since) / 1000;
    if (reading?.left !== undefined && reading.left > 0) return say('secondsLeft', clock(Math.ceil(reading.left)));
    const speed = this.#speed;
    return [
      ...(speed === undefined ? [] : [say('speed', rateNumber(speed))]),
      ...(seconds < 1 ? [] : [clock(seconds)]),
    ].join(' \u00b7 ');
  }
}
