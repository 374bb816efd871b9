import type { PanelState } from '../../messages.ts';
import { shortCount } from '../../state/wording.ts';
import { say } from '../../strings.ts';
import { attributes, el, icon, setText } from '../element.ts';

const warnAt = 0.75;
const fullAt = 0.9;

/** How much of the model's context is used, and what the draft would add. */
export class ContextMeter {
  readonly element: HTMLElement;
  readonly #words = el('span', 'meter-words');
  readonly #warning = icon('warning', 'meter-warning');

  constructor() {
    this.element = attributes(
      el(
        'div',
        'meter',
        el('div', 'meter-bar', el('div', 'meter-used'), el('div', 'meter-next')),
        this.#warning,
        this.#words,
      ),
      { role: 'meter', 'aria-label': say('meter'), 'aria-valuemin': 0 },
    );
  }

  update(context: PanelState['context']): void {
    const { used, total, next } = context;
    this.element.hidden = total === 0;
    const share = total === 0 ? 0 : Math.min(1, (used + next) / total);
    this.element.classList.toggle('warn', share >= warnAt && share < fullAt);
    this.element.classList.toggle('full', share >= fullAt);
    this.element.style.setProperty('--used', `${percent(used, total)}%`);
    this.element.style.setProperty('--next', `${percent(next, total)}%`);
    const about = context.estimated === true ? '≈ ' : '';
    setText(
      this.#words,
      `${about}${shortCount(used)}${next > 0 ? ` + ${shortCount(next)}` : ''} / ${shortCount(total)}`,
    );
    const text = [
      say('meterText', used, total),
      ...(next > 0 ? [say('meterNext', next)] : []),
      ...(context.estimated === true ? [say('meterEstimated')] : []),
      ...(share >= fullAt ? [say('meterFull')] : []),
    ].join('\n');
    attributes(this.element, {
      'aria-valuenow': used,
      'aria-valuemax': total,
      'aria-valuetext': text.replaceAll('\n', ', '),
      title: text,
    });
  }
}

function percent(count: number, total: number): number {
  return total === 0 ? 0 : Math.min(100, (count / total) * 100);
}
