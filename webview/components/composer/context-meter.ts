import type { ExpectedTime } from '../../../extension/metering/model-speed.ts';
import type { Forecast } from '../../../extension/metering/forecast.ts';
import type { PanelState } from '../../messages.ts';
import { spentLines } from '../../state/spent-words.ts';
import { aboutTime, aboutTimes, duration, memorySize, rateNumber, shortCount } from '../../state/wording.ts';
import { say } from '../../strings.ts';
import { attributes, el, icon, setHidden, setText } from '../element.ts';

const warnAt = 0.75;
const fullAt = 0.9;
/** How far off an estimate may be that is told as one number. */
const sureFactor = 1.3;

/** How much of the model's context is used, what the draft would take, and what the conversation has taken. */
export class ContextMeter {
  readonly element: HTMLElement;
  readonly #words = el('span', 'meter-words');
  readonly #forecast = el('span', 'meter-forecast');
  readonly #warning = icon('warning', 'meter-warning');

  constructor() {
    this.element = attributes(
      el(
        'div',
        'meter',
        el('div', 'meter-bar', el('div', 'meter-used'), el('div', 'meter-next')),
        this.#warning,
        this.#words,
        this.#forecast,
      ),
      { role: 'meter', 'aria-label': say('meter'), 'aria-valuemin': 0 },
    );
  }

  update({ context, spent, price }: Pick<PanelState, 'context' | 'spent' | 'price'>): void {
    const { used, total, next } = context;
    const forecast = next > 0 ? context.forecast : undefined;
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
    const short = forecast === undefined ? '' : shortForecast(forecast);
    setText(this.#forecast, short);
    setHidden(this.#forecast, short === '');
    const hasSpent = spent.computed + spent.reused + spent.generated > 0;
    const text = [
      say('meterText', used, total),
      ...(next > 0 ? [say('meterNext', next)] : []),
      ...(forecast === undefined ? [] : forecastLines(forecast)),
      ...(context.estimated === true ? [say('meterEstimated')] : []),
      ...(share >= fullAt ? [say('meterFull')] : []),
      ...(hasSpent ? ['', say('meterSpent'), ...spentLines(spent, price)] : []),
    ];
    attributes(this.element, {
      'aria-valuenow': used,
      'aria-valuemax': total,
      'aria-valuetext': text.filter((line) => line !== '').join(', '),
      title: text.join('\n'),
    });
  }
}

function shortForecast({ time, bytes }: Forecast): string {
  return [...(time === undefined ? [] : [shortTime(time)]), ...(bytes === undefined ? [] : [memorySize(bytes)])].join(
    ' \u00b7 ',
  );
}

function forecastLines({ read, cached, time, rate, bytes }: Forecast): readonly string[] {
  return [
    say('meterRead', read, cached),
    timeLine(time),
    ...(rate === undefined ? [] : [say('meterRate', rateNumber(rate))]),
    ...(bytes === undefined ? [] : [say('meterMemory', memorySize(bytes))]),
  ];
}

function shortTime({ seconds, low, high }: ExpectedTime): string {
  return isSure({ seconds, low, high }) ? aboutTime(seconds) : aboutTimes(low, high);
}

function timeLine(time: ExpectedTime | undefined): string {
  if (time === undefined) return say('meterSecondsUnknown');
  if (isSure(time)) return say('meterSeconds', duration(time.seconds));
  return say('meterSecondsBetween', duration(time.low), duration(time.high));
}

/** One number tells it: the others are hardly different. */
function isSure({ seconds, high }: ExpectedTime): boolean {
  return high <= seconds * sureFactor;
}

function percent(count: number, total: number): number {
  return total === 0 ? 0 : Math.min(100, (count / total) * 100);
}
