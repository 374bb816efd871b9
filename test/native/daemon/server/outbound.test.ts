import { describe, expect, it } from 'vitest';
import { Outbound } from '../../../../native/daemon/server/outbound.ts';
import type { OutboundLimits } from '../../../../native/daemon/server/outbound.ts';
import { until } from '../../../support/daemon/fake-daemon.ts';

const limits: OutboundLimits = { highWater: 100, lowWater: 40, hardLimit: 1000, stalledMs: 60_000 };

/** A sink that takes frames when told; everything that happened is in `events`. */
function slowSink(overrides: Partial<OutboundLimits> = {}) {
  const taken: (() => void)[] = [];
  const events: string[] = [];
  const outbound = new Outbound(
    { send: (_frame, sent) => taken.push(sent) },
    { ...limits, ...overrides },
    () => events.push('stalled'),
    (congested) => events.push(congested ? 'congested' : 'free'),
  );
  return { outbound, events, take: (count: number) => taken.splice(0, count).forEach((sent) => sent()) };
}

describe('Outbound', () => {
  it('is ready at once while little waits', async () => {
    const { outbound } = slowSink();
    outbound.send('x'.repeat(100));
    await outbound.ready();
    expect(outbound.congested).toBe(false);
  });

  it('holds back above the high mark and lets go below the low one', async () => {
    const { outbound, events, take } = slowSink();
    for (let at = 0; at < 4; at++) outbound.send('x'.repeat(30));
    let ready = false;
    const waiting = outbound.ready().then(() => (ready = true));
    take(2);
    await Promise.resolve();
    expect(ready).toBe(false);
    take(1);
    await waiting;
    expect(events).toEqual(['congested', 'free']);
    expect(outbound.pending).toBe(30);
  });

  it('counts bytes, not characters', () => {
    const { outbound } = slowSink();
    outbound.send('é'.repeat(10));
    expect(outbound.pending).toBe(20);
  });

  it('gives a client up that takes nothing for too long, and one that makes too much wait', async () => {
    const slow = slowSink({ stalledMs: 5 });
    slow.outbound.send('x'.repeat(101));
    await until(() => slow.events.includes('stalled'));
    const flooded = slowSink();
    flooded.outbound.send('x'.repeat(1001));
    expect(flooded.events).toEqual(['congested', 'stalled']);
  });

  it('lets everyone go and sends nothing after close', async () => {
    const { outbound } = slowSink();
    outbound.send('x'.repeat(101));
    const waiting = outbound.ready();
    outbound.close();
    await waiting;
    outbound.send('more');
    expect(outbound.pending).toBe(101);
  });
});
