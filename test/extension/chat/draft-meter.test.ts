import { describe, expect, it } from 'vitest';
import { DraftMeter } from '../../../extension/chat/draft-meter.ts';

describe('the cost of a draft', () => {
  it('is that of the newest text; texts in between are not measured', async () => {
    const measured: string[] = [];
    const waiting: (() => void)[] = [];
    let changes = 0;
    const meter = new DraftMeter(
      async (text) => {
        measured.push(text);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { tokens: text.length, mentions: [] };
      },
      () => changes++,
    );
    const first = meter.update('a');
    void meter.update('ab');
    const last = meter.update('abc');
    waiting.shift()?.();
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    waiting.shift()?.();
    await Promise.all([first, last]);
    expect(measured).toEqual(['a', 'abc']);
    expect(meter.cost.tokens).toBe(3);
    expect(changes).toBe(2);
  });

  it('is measured once a model is ready, when it was typed before', async () => {
    let ready = false;
    const meter = new DraftMeter(
      async (text) => (ready ? { tokens: text.length, mentions: [] } : undefined),
      () => undefined,
    );
    await meter.update('typed early');
    expect(meter.cost.tokens).toBe(0);
    ready = true;
    await meter.remeasure();
    expect(meter.cost.tokens).toBe(11);
  });

  it('is nothing for an empty text, and stays while no model is ready', async () => {
    let ready = true;
    const meter = new DraftMeter(
      async () =>
        ready ? { tokens: 5, mentions: [{ kind: 'git', label: '@git', tokens: 4, asks: false }] } : undefined,
      () => undefined,
    );
    await meter.update('@git');
    expect(meter.cost.mentions).toHaveLength(1);
    ready = false;
    await meter.update('@git x');
    expect(meter.cost.tokens).toBe(5);
    await meter.update(' ');
    expect(meter.cost).toEqual({ tokens: 0, mentions: [] });
  });
});
