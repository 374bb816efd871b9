// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ActivityBar } from '../../../webview/components/activity-bar.ts';
import type { Activity } from '../../../webview/state/activity.ts';

const working: Activity = { text: 'Working…', who: 'assistant' };
const reading = (done: number, left: number | undefined): Activity => ({
  ...working,
  reading: { text: `Reading ${done}`, fraction: done / 1000, left },
});

let bar: ActivityBar;
const text = () => bar.element.querySelector('.activity-text')?.textContent;
const facts = () => bar.element.querySelector('.activity-facts')?.textContent;
const hasProgress = () => bar.element.querySelector<HTMLElement>('.activity-progress')?.hidden === false;

beforeEach(() => {
  vi.useFakeTimers();
  bar = new ActivityBar(() => Date.now());
});
afterEach(() => {
  bar.update(undefined, undefined);
  vi.useRealTimers();
});

describe('the line of a turn that reads', () => {
  it('shows how much is read and counts the time that is left', () => {
    bar.update(reading(100, 8), undefined);
    expect([text(), facts(), hasProgress()]).toEqual(['Reading 100', '8 s left', true]);
    vi.advanceTimersByTime(3000);
    expect(facts()).toBe('5 s left');
    bar.update(reading(900, 1.5), undefined);
    expect([text(), facts()]).toEqual(['Reading 900', '2 s left']);
    bar.update(working, 40);
    expect([text(), hasProgress()]).toEqual(['Working…', false]);
    expect(facts()).toContain('40 tokens/s');
  });

  it('does not flicker when the prompt is read in a moment', () => {
    bar.update(reading(100, 0.4), undefined);
    expect([text(), hasProgress()]).toEqual(['Working…', false]);
    vi.advanceTimersByTime(400);
    bar.update(reading(900, 0.1), undefined);
    expect([text(), hasProgress()]).toEqual(['Working…', false]);
  });

  it('shows the tokens after a second where the time is not known', () => {
    bar.update(reading(0, undefined), undefined);
    expect([text(), hasProgress()]).toEqual(['Working…', false]);
    vi.advanceTimersByTime(1000);
    expect([text(), hasProgress(), facts()]).toEqual(['Reading 0', true, '1 s']);
  });

  it('stays until the end once it is shown', () => {
    bar.update(reading(100, 4), undefined);
    bar.update(reading(950, 0.3), undefined);
    expect([text(), hasProgress()]).toEqual(['Reading 950', true]);
  });
});
