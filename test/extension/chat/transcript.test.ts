import { describe, expect, it } from 'vitest';
import { Transcript } from '../../../extension/chat/transcript.ts';
import type { TurnEvent, TurnOutcome } from '../../../extension/agent/turn-events.ts';
import { nothingSpent } from '../../../extension/metering/spending.ts';
import type { ToPanel } from '../../../webview/messages.ts';

const outcome: TurnOutcome = {
  end: { kind: 'answered' },
  usage: { reused: 1, computed: 2, generated: 3 },
  steps: 1,
  seconds: 4,
};
const spent = { ...nothingSpent, reused: 1, computed: 2, generated: 3, reading: 1.5, wattHours: 0.01 };
const call = (argumentsText: string): TurnEvent => ({ kind: 'call', index: 0, id: 'f:0', name: 'read', argumentsText });

function apply(transcript: Transcript, ...events: readonly TurnEvent[]): ToPanel[] {
  return events.flatMap((event) => transcript.apply(event));
}

describe('the transcript', () => {
  it('streams an answer as text appended at its offset, and completes it with the step', () => {
    const transcript = new Transcript();
    transcript.user(0, 'Hi');
    const told = apply(
      transcript,
      { kind: 'stepStarted', step: 0 },
      { kind: 'reasoning', text: 'Hm.' },
      { kind: 'text', text: 'Hel' },
      { kind: 'text', text: 'lo' },
    );
    const id = transcript.items[1]?.id ?? '';
    expect(told.slice(1)).toEqual([
      { type: 'append', id, field: 'text', offset: 0, text: 'Hel' },
      { type: 'append', id, field: 'text', offset: 3, text: 'lo' },
    ]);
    expect(transcript.items[1]).toMatchObject({ text: 'Hello', reasoning: 'Hm.', streaming: true });
    transcript.end(0, outcome, spent, []);
    expect(transcript.items[1]).toMatchObject({ streaming: false });
    expect(transcript.items[2]).toMatchObject({
      kind: 'turnEnd',
      turn: 0,
      generated: 3,
      state: 'pending',
      wattHours: 0.01,
    });
  });

  it('shows one card for a call, from its first piece to its result', () => {
    const transcript = new Transcript();
    apply(transcript, { kind: 'stepStarted', step: 0 }, call('{"pa'), call('th":"a"}'));
    expect(transcript.items).toMatchObject([{ kind: 'call', name: 'read', title: 'read', state: 'writing' }]);
    apply(
      transcript,
      { kind: 'toolResolved', callId: 'f:0', name: 'read', title: 'Read a' },
      { kind: 'toolRunning', callId: 'f:0' },
      { kind: 'toolOutput', callId: 'f:0', text: 'some' },
    );
    expect(transcript.items).toMatchObject([{ title: 'Read a', state: 'running', output: 'some' }]);
    apply(transcript, { kind: 'toolDone', callId: 'f:0', state: 'done', text: 'content', changed: ['a'] });
    expect(transcript.items).toMatchObject([{ state: 'done', result: 'content', paths: ['a'] }]);
  });

  it('shows a call that could not be read as failed, with the advice', () => {
    const transcript = new Transcript();
    const broken = { id: 'f:0', name: 'read', text: '{', advice: 'Error: cut.' };
    apply(
      transcript,
      { kind: 'stepStarted', step: 0 },
      { kind: 'callBroken', index: 0, broken },
      { kind: 'toolDone', callId: 'f:0', state: 'failed', text: broken.advice, changed: [] },
    );
    expect(transcript.items).toMatchObject([{ name: 'read', state: 'failed', result: 'Error: cut.' }]);
  });

  it('marks what a dropped step showed, and gives the repeated step cards of its own', () => {
    const transcript = new Transcript();
    apply(transcript, { kind: 'stepStarted', step: 0 }, { kind: 'text', text: 'I read.' }, call('{}'));
    apply(transcript, { kind: 'stepDropped', step: 0 }, { kind: 'stepStarted', step: 0 }, call('{}'));
    expect(transcript.items).toMatchObject([
      { kind: 'answer', dropped: true, streaming: false },
      { kind: 'call', dropped: true, state: 'cancelled' },
      { kind: 'call', dropped: false, state: 'writing' },
    ]);
  });

  it('keeps the end of a long output', () => {
    const transcript = new Transcript();
    apply(transcript, { kind: 'stepStarted', step: 0 }, call('{}'));
    const output = (text: string): TurnEvent => ({ kind: 'toolOutput', callId: 'f:0', text });
    apply(transcript, output('a'.repeat(15_000)), output(`${'b'.repeat(15_000)}end`));
    const [item] = transcript.items;
    if (item?.kind !== 'call') throw new Error('no card');
    expect(item.output).toHaveLength(10_000);
    expect(item.output.endsWith('end')).toBe(true);
  });

  it('replaces the plan of a turn, and begins another one with the next request', () => {
    const transcript = new Transcript();
    transcript.user(0, 'Go');
    transcript.plan([{ text: 'one', status: 'active' }]);
    transcript.plan([{ text: 'one', status: 'done' }]);
    transcript.user(1, 'Go on');
    transcript.plan([{ text: 'two', status: 'active' }]);
    expect(transcript.items.filter((item) => item.kind === 'plan').map((item) => item.steps)).toEqual([
      [{ text: 'one', status: 'done' }],
      [{ text: 'two', status: 'active' }],
    ]);
  });

  it('removes a turn and what follows, also what waited', () => {
    const transcript = new Transcript();
    transcript.user(0, 'one');
    transcript.end(0, outcome, spent, []);
    transcript.user(1, 'two');
    transcript.waiting('three', false);
    transcript.truncateTo(1);
    expect(transcript.items.map((item) => item.kind)).toEqual(['user', 'turnEnd']);
    expect(transcript.requestOf(0)).toBe('one');
    expect(transcript.requestOf(1)).toBeUndefined();
  });

  it('gives ids that no item has, also when items were removed before it was stored', () => {
    const transcript = new Transcript();
    for (const text of ['a', 'b', 'c']) transcript.waiting(text, false);
    for (const text of ['a', 'b', 'c']) transcript.taken(text);
    transcript.user(0, 'first');
    const again = new Transcript(transcript.items);
    for (const turn of [1, 2, 3, 4]) again.user(turn, 'more');
    expect(again.items).toHaveLength(5);
    expect(new Set(again.items.map((item) => item.id)).size).toBe(5);
  });
});
