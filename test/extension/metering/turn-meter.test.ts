import { describe, expect, it } from 'vitest';
import type { TurnEvent } from '../../../extension/agent/turn-events.ts';
import { ModelSpeed } from '../../../extension/metering/model-speed.ts';
import { addSpending, nothingSpent } from '../../../extension/metering/spending.ts';
import { TurnMeter } from '../../../extension/metering/turn-meter.ts';

/** A meter with a clock that is set by hand, in milliseconds. */
function meterOf({ speed = new ModelSpeed(), watts = 10 } = {}) {
  const clock = { now: 0 };
  const meter = new TurnMeter(speed, watts, () => clock.now);
  const at = (now: number, ...events: readonly TurnEvent[]): void => {
    clock.now = now;
    for (const event of events) meter.note(event);
  };
  return { meter, speed, at };
}

const prefill = (reused: number, computed: number, total: number) =>
  ({ kind: 'prefill', reused, computed, total }) as const;
const spent = (computed: number, generated: number, more: object = {}): TurnEvent => ({
  kind: 'spent',
  usage: { reused: 100, computed, generated },
  timings: { queue: 0, prefill: 900, decode: 500 },
  energy: { cpuSeconds: 36 },
  ...more,
});
const running = (callId: string): TurnEvent => ({ kind: 'toolRunning', callId });
const done = (callId: string): TurnEvent => ({ kind: 'toolDone', callId, state: 'done', text: '', changed: [] });

describe('the meter of a turn', () => {
  it('tells what the turn took, in parts that add up', () => {
    const { meter, at } = meterOf();
    at(0, { kind: 'stepStarted', step: 0 });
    at(1000, prefill(100, 400, 500));
    at(1500, spent(400, 20));
    const first = meter.take();
    at(2000, running('a'), running('b'));
    at(3000, done('a'));
    at(4000, done('b'));
    at(4000, { kind: 'stepStarted', step: 1 }, spent(50, 10));
    expect(meter.spent).toEqual({
      reused: 200,
      computed: 450,
      generated: 30,
      reading: 1.8,
      writing: 1,
      tools: 2,
      wattHours: 0.2,
    });
    expect(addSpending(first, meter.take())).toEqual(meter.spent);
    expect(meter.take()).toEqual(nothingSpent);
  });

  it('believes energy that was measured, and estimates none without power or processor time', () => {
    const measured = meterOf();
    measured.at(0, spent(1, 1, { energy: { cpuSeconds: 36, joules: 7200 } }));
    expect(measured.meter.spent.wattHours).toBe(2);
    const unknown = meterOf({ watts: 0 });
    unknown.at(0, spent(1, 1));
    expect(unknown.meter.spent.wattHours).toBeUndefined();
    const elsewhere = meterOf();
    elsewhere.at(0, spent(1, 1, { energy: undefined }));
    expect(elsewhere.meter.spent.wattHours).toBeUndefined();
  });

  it("counts a delegate's tokens and energy, and its time once: as the tool's", () => {
    const { meter, at } = meterOf();
    at(0, running('d'));
    const event = spent(300, 40);
    if (event.kind === 'spent') meter.noteSpent(event, 'tool');
    at(5000, done('d'));
    expect(meter.spent).toMatchObject({
      computed: 300,
      generated: 40,
      reading: 0,
      writing: 0,
      tools: 5,
      wattHours: 0.1,
    });
  });

  it('teaches the model its speed: until the first token, without the time that other requests took', () => {
    const { speed, at } = meterOf();
    at(0, { kind: 'stepStarted', step: 0 });
    at(3000, prefill(100, 0, 500));
    at(5000, prefill(100, 400, 500));
    at(6000, spent(400, 21, { timings: { queue: 3000, prefill: 1900, decode: 1000 } }));
    expect(speed.samples).toEqual({
      read: [{ tokens: 400, depth: 100, seconds: 2 }],
      written: [{ tokens: 20, depth: 510.5, seconds: 1 }],
    });
  });

  it('learns nothing from a step that was stopped before its first token', () => {
    const { speed, at } = meterOf();
    at(0, { kind: 'stepStarted', step: 0 });
    at(1000, prefill(0, 200, 500));
    at(1200, spent(200, 0));
    expect(speed.samples).toEqual({ read: [], written: [] });
  });
});

describe('the time left while the model reads', () => {
  const known = (): ModelSpeed => {
    const speed = new ModelSpeed();
    speed.read({ tokens: 1000, depth: 0, seconds: 10 });
    return speed;
  };

  it('is what is known of the model before it has read anything', () => {
    const { meter, at } = meterOf({ speed: known() });
    at(0, { kind: 'stepStarted', step: 0 }, prefill(100, 0, 2100));
    expect(meter.reading(prefill(100, 0, 2100)).left).toBeCloseTo(20);
  });

  it('is corrected by the pace of this prompt, the more of it is read', () => {
    const { meter, at } = meterOf({ speed: known() });
    at(0, { kind: 'stepStarted', step: 0 }, prefill(0, 0, 2000));
    at(20_000, prefill(0, 1000, 2000));
    const half = meter.reading(prefill(0, 1000, 2000)).left ?? 0;
    expect(half).toBeGreaterThan(10);
    expect(half).toBeLessThan(20);
    at(36_000, prefill(0, 1800, 2000));
    expect(meter.reading(prefill(0, 1800, 2000)).left).toBeCloseTo(3.8, 1);
  });

  it('is told by the pace alone for a model that was never measured, and not before there is one', () => {
    const { meter, at } = meterOf();
    at(0, { kind: 'stepStarted', step: 0 }, prefill(0, 0, 4000));
    expect(meter.reading(prefill(0, 0, 4000)).left).toBeUndefined();
    at(2000, prefill(0, 1000, 4000));
    expect(meter.reading(prefill(0, 1000, 4000)).left).toBeCloseTo(6);
    at(8000, prefill(0, 4000, 4000));
    expect(meter.reading(prefill(0, 4000, 4000)).left).toBe(0);
  });
});
