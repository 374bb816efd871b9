// What turns take, summed to the conversation. Faked: the model (a token per character), tools, window.
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { Item } from '../../../extension/chat/item.ts';
import { addSpending, nothingSpent, type Spending } from '../../../extension/metering/spending.ts';
import { ChatBench } from '../../support/extension/chat-bench.ts';
import { scriptedSize } from '../../support/extension/scripted-agent-model.ts';

const call = { name: 'look', arguments: {} };
const tools = () => ({ look: { run: () => 'seen' } });

function spentIn(items: readonly Item[]): Spending {
  const parts = ({ reused, computed, generated, reading = 0, writing = 0, tools: ran = 0, wattHours }: TurnEnd) => ({
    reused,
    computed,
    generated,
    reading,
    writing,
    tools: ran,
    ...(wattHours !== undefined && { wattHours }),
  });
  return items
    .filter((item) => item.kind === 'turnEnd')
    .map(parts)
    .reduce(addSpending, nothingSpent);
}
type TurnEnd = Extract<Item, { kind: 'turnEnd' }>;

function expectSum(bench: ChatBench, spent: Spending): void {
  const found = bench.state?.spent ?? nothingSpent;
  expect(found.wattHours).toBeCloseTo(spent.wattHours ?? 0, 9);
  for (const part of ['reused', 'computed', 'generated', 'reading', 'writing', 'tools'] as const)
    expect([part, found[part]]).toEqual([part, expect.closeTo(spent[part], 6)]);
}

describe('what a conversation has taken', () => {
  it('is the sum of its turns, tools and all steps included', async () => {
    const bench = new ChatBench([{ calls: [call] }, { text: 'one' }, { text: 'two' }], tools);
    await bench.send('first');
    await bench.send('second');
    const ends = bench.items.filter((item) => item.kind === 'turnEnd');
    expect(ends).toHaveLength(2);
    expect(ends[0]?.reading).toBeCloseTo(0.04);
    expect(ends[0]?.wattHours).toBeCloseTo((2 * 0.5 * 8) / 3600);
    expectSum(bench, spentIn(bench.items));
  });

  it('counts a step that was stopped, and one that failed only as far as the model worked', async () => {
    let stop: () => void = () => undefined;
    const bench = new ChatBench([
      {
        text: 'never',
        before: (signal) =>
          new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => resolve());
            stop();
          }),
      },
      { error: new CodedError('engine.failed', 'It broke.') },
    ]);
    stop = () => void bench.do({ type: 'stop' });
    await bench.send('first');
    expect(bench.last('turnEnd')).toMatchObject({ outcome: 'stopped', generated: 0 });
    expect(bench.last('turnEnd')?.computed).toBeGreaterThan(0);
    await bench.send('second');
    expectSum(bench, spentIn(bench.items));
  });

  it('keeps what was spent on a turn that is undone', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    await bench.send('first');
    await bench.send('second');
    const both = spentIn(bench.items);
    await bench.do({ type: 'undoTurn', turn: 1 });
    expect(bench.items.filter((item) => item.kind === 'turnEnd')).toHaveLength(1);
    expectSum(bench, both);
    await bench.send('third');
    const third = spentIn(bench.items.slice(-1));
    expectSum(bench, addSpending(both, third));
  });

  it('counts the summary of a conversation that was shortened', async () => {
    const bench = new ChatBench((messages) => {
      if (messages.at(-1)?.content.includes('Write a note to yourself') === true) return { text: 'a summary' };
      return { text: 'x'.repeat(200) };
    });
    bench.compactAt = 300;
    await bench.send('first');
    await bench.send('y'.repeat(200));
    expect(bench.items.some((item) => item.kind === 'notice' && item.text.includes('shortened'))).toBe(true);
    expect(bench.model.replies).toBe(3);
    expect(bench.last('turnEnd')?.wattHours).toBeCloseTo((2 * 0.5 * 8) / 3600);
    expectSum(bench, spentIn(bench.items));
  });

  it('counts what a delegate spends, as its own turn counts it', async () => {
    const bench = new ChatBench(
      (messages) => {
        const task = messages.some(({ content }) => content === 'the task');
        if (task) return { text: 'done by the delegate' };
        return messages.at(-1)?.role === 'tool' ? { text: 'ok' } : { calls: [{ name: 'hand', arguments: {} }] };
      },
      (hooks) => ({ hand: { run: (_args, { signal }) => hooks.delegate('the task', signal) } }),
    );
    await bench.send('first');
    expect(bench.model.replies).toBe(3);
    expect(bench.last('turnEnd')?.wattHours).toBeCloseTo((3 * 0.5 * 8) / 3600);
    expectSum(bench, spentIn(bench.items));
  });

  it('survives a reload', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    await bench.send('first');
    await bench.send('second');
    await bench.do({ type: 'undoTurn', turn: 1 });
    const before = bench.state?.spent;
    const { id } = bench.state?.conversation ?? { id: '' };
    await bench.controller.dispose();
    bench.open();
    await bench.controller.resume(id);
    expect(bench.state?.spent).toEqual(before);
    expect(before?.generated).toBeGreaterThan(bench.last('turnEnd')?.generated ?? Number.MAX_VALUE);
  });
});

describe('the forecast of a draft', () => {
  const forecast = (bench: ChatBench) => bench.state?.context.forecast;

  it('tells what the model would have to read, and once it has run often enough, how long that takes', async () => {
    const bench = new ChatBench(() => ({ text: 'one' }));
    bench.model.promptSize = scriptedSize;
    await bench.do({ type: 'draft', text: 'first' });
    expect(forecast(bench)).toMatchObject({ read: 'first'.length + 1, cached: 0, time: undefined });
    await bench.send('first');
    const said = 'You help.'.length + 'first'.length + 'one'.length + 3;
    await bench.do({ type: 'draft', text: 'second' });
    expect(forecast(bench)).toMatchObject({ read: 'second'.length + 1, cached: said });
    expect(forecast(bench)?.time).toBeUndefined();
    expect(bench.state?.context.next).toBe('second'.length + 1);
    for (let turn = 0; turn < 6; turn++) await bench.send('once more');
    await bench.do({ type: 'draft', text: 'the last one' });
    const { low = 0, seconds = 0, high = 0 } = forecast(bench)?.time ?? {};
    expect(low).toBeGreaterThan(0);
    expect([seconds >= low, high >= seconds]).toEqual([true, true]);
  });

  it('is not made while a turn runs, and is there again when it has ended', async () => {
    let go: () => void = () => undefined;
    const bench = new ChatBench([{ text: 'one', before: () => new Promise<void>((resolve) => (go = resolve)) }]);
    bench.model.promptSize = scriptedSize;
    const turn = bench.send('first');
    await bench.until(() => bench.model.replies === 1);
    await bench.do({ type: 'draft', text: 'later' });
    expect(forecast(bench)).toBeUndefined();
    go();
    await turn;
    await bench.until(() => forecast(bench) !== undefined);
    expect(forecast(bench)?.read).toBe('later'.length + 1);
  });

  it('is not made where the conversation would be shortened first', async () => {
    const bench = new ChatBench([{ text: 'one' }]);
    bench.model.promptSize = scriptedSize;
    bench.compactAt = 10;
    await bench.do({ type: 'draft', text: 'longer than that' });
    expect(bench.state?.context.next).toBe('longer than that'.length + 1);
    expect(forecast(bench)).toBeUndefined();
  });
});
