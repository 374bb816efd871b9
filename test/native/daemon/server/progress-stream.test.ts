import { describe, expect, it } from 'vitest';
import { Outbound } from '../../../../native/daemon/server/outbound.ts';
import { mergeProgress, ProgressStream } from '../../../../native/daemon/server/progress-stream.ts';
import type { Progress } from '../../../../native/daemon/server/progress-stream.ts';

const text = (text: string): Progress => ({ kind: 'text', text });
const call = (index: number, argumentsText: string): Progress => ({
  kind: 'call',
  index,
  id: 'i',
  name: 'n',
  argumentsText,
});

function stream() {
  const taken: (() => void)[] = [];
  const outbound = new Outbound(
    { send: (_frame, sent) => taken.push(sent) },
    { highWater: 10, lowWater: 5, hardLimit: 1e6, stalledMs: 1e6 },
    () => undefined,
    () => undefined,
  );
  const sent: Progress[] = [];
  return {
    outbound,
    sent,
    progress: new ProgressStream(outbound, (value) => sent.push(value)),
    takeAll: () => taken.splice(0).forEach((each) => each()),
  };
}

describe('ProgressStream', () => {
  it('passes events on as they come while the client reads', () => {
    const { progress, sent } = stream();
    progress.push(text('a'));
    progress.push(text('b'));
    expect(sent).toEqual([text('a'), text('b')]);
  });

  it('merges what waits for a slow client and keeps the order', async () => {
    const { outbound, progress, sent, takeAll } = stream();
    outbound.send('x'.repeat(20));
    for (const value of [text('a'), text('b'), call(0, '{'), call(0, '}'), call(1, '['), text('c')])
      progress.push(value);
    expect(sent).toEqual([]);
    takeAll();
    await Promise.resolve();
    await Promise.resolve();
    expect(sent).toEqual([text('ab'), call(0, '{}'), call(1, '['), text('c')]);
  });

  it('sends what waits before the answer', () => {
    const { outbound, progress, sent } = stream();
    outbound.send('x'.repeat(20));
    progress.push(text('a'));
    progress.flush();
    progress.flush();
    expect(sent).toEqual([text('a')]);
  });
});

describe('mergeProgress', () => {
  it('keeps the latest of numbers and never merges different things', () => {
    expect(mergeProgress({ fraction: 0.1 }, { fraction: 0.2 })).toEqual({ fraction: 0.2 });
    expect(mergeProgress({ kind: 'queued', ahead: 2 }, { kind: 'queued', ahead: 1 })).toEqual({
      kind: 'queued',
      ahead: 1,
    });
    expect(mergeProgress(text('a'), { kind: 'reasoning', text: 'b' })).toBeUndefined();
    expect(mergeProgress(call(0, 'a'), call(1, 'b'))).toBeUndefined();
    expect(mergeProgress(text('a'), { fraction: 1 })).toBeUndefined();
  });
});
