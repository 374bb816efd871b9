import type { PanelState } from '../messages.ts';
import { say } from '../strings.ts';
import { visibleLine } from '../visible-text.ts';

/** Where an engine elsewhere is, and what that means. */
export function placeText({ host, reach }: NonNullable<PanelState['model']['elsewhere']>): string {
  if (reach === 'home') return say('modelAtHome');
  return reach === 'machine' ? say('modelBeside', host) : say('modelElsewhere', host);
}

/** A number of tokens, short: 950, 1.2k, 131k, 1.5M. */
export function shortCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_500) return `${trimZero(count / 1000)}k`;
  return `${trimZero(count / 1_000_000)}M`;
}

/** A duration in words: `4.2 s`, `38 s`, `2 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return say('seconds', seconds.toFixed(1));
  if (seconds < 59.5) return say('seconds', Math.round(seconds));
  const whole = Math.round(seconds);
  return say('minutes', Math.floor(whole / 60), whole % 60);
}

/** An estimated time, short: `≈ 0.4 s`, `≈ 12 s`, `≈ 3 min`. */
export function aboutTime(seconds: number): string {
  if (seconds < 9.95) return say('aboutSeconds', seconds < 0.1 ? '0.1' : trimZero(seconds));
  return seconds < 89.5 ? say('aboutSeconds', Math.round(seconds)) : say('aboutMinutes', Math.round(seconds / 60));
}

/** An estimate that is not sure: `0.4–1.2 s`, `12–40 s`, `1–3 min`. Both in seconds. */
export function aboutTimes(low: number, high: number): string {
  if (high >= 89.5) return say('betweenMinutes', Math.max(1, Math.round(low / 60)), Math.round(high / 60));
  const number = (seconds: number): string =>
    seconds < 9.95 ? trimZero(Math.max(0.1, seconds)) : String(Math.round(seconds));
  return say('betweenSeconds', number(low), number(high));
}

/** A size in memory: `0.4 MB`, `120 MB`, `1.2 GB`. */
export function memorySize(bytes: number): string {
  const size = bytes / 1e6;
  if (size >= 999.5) return say('gigabytes', trimZero(size / 1000));
  return say('megabytes', size < 9.95 ? Math.max(0.1, size).toFixed(1) : Math.round(size));
}

/** Tokens per second: `9.4`, `38`. */
export function rateNumber(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}

/** A running duration, in whole seconds. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return whole < 60 ? say('seconds', whole) : say('minutes', Math.floor(whole / 60), whole % 60);
}

/** Age of a time, in words. Both in milliseconds since 1970. */
export function ago(time: number, now: number): string {
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 1) return say('justNow');
  if (minutes < 60) return say('minutesAgo', minutes);
  if (minutes < 24 * 60) return say('hoursAgo', Math.floor(minutes / 60));
  return say('daysAgo', Math.floor(minutes / (24 * 60)));
}

export function lineCount(text: string): string {
  const lines = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  return lines === 1 ? say('lineOne') : say('lineMany', lines);
}

/** A call's title, or the tool's name in words while the title is not known yet. */
export function callTitle(call: { readonly name: string; readonly title: string }): string {
  if (call.title !== call.name) return visibleLine(call.title);
  const words = call.name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function trimZero(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '');
}
