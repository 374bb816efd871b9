import { describe, expect, it } from 'vitest';
import { RowBuilder } from '../../../webview/state/rows.ts';
import { answer, call, user } from '../panel-samples.ts';

const paragraph = `${'word '.repeat(60)}\n\n`;

describe('rows of the transcript', () => {
  it('are one for each item, and the same objects while the items are', () => {
    const builder = new RowBuilder();
    const items = [user(0), answer('a', 'Hello'), call('c')];
    const rows = builder.build(items);
    expect(rows.map((row) => row.key)).toEqual(['user-0', 'a', 'c']);
    const again = builder.build([...items, call('d')]);
    expect(again.slice(0, 3).every((row, at) => row === rows[at])).toBe(true);
  });

  it('leave out calls that have a card of another kind, unless they fail', () => {
    const rows = new RowBuilder().build([
      call('p', { name: 'update_plan' }),
      call('q', { name: 'ask_user', state: 'running' }),
      call('f', { name: 'update_plan', state: 'failed' }),
    ]);
    expect(rows.map((row) => row.key)).toEqual(['f']);
  });

  it('split a long answer between blocks, with nothing lost', () => {
    const text = paragraph.repeat(60);
    const rows = new RowBuilder().build([answer('a', text)]);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.map((row) => row.part?.text ?? '').join('')).toBe(text);
    expect(rows.map((row) => row.part?.first)).toEqual(rows.map((_, at) => at === 0));
    expect(rows.map((row) => row.part?.last)).toEqual(rows.map((_, at) => at === rows.length - 1));
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it('keep the middle parts of an answer that grows', () => {
    const builder = new RowBuilder();
    const before = builder.build([answer('a', paragraph.repeat(60), { streaming: true })]);
    const after = builder.build([answer('a', paragraph.repeat(61), { streaming: true })]);
    expect(after.slice(1, before.length - 1).every((row, at) => row === before[at + 1])).toBe(true);
  });

  it('draw the parts again when the answer is dropped', () => {
    const builder = new RowBuilder();
    const text = paragraph.repeat(60);
    const before = builder.build([answer('a', text)]);
    const after = builder.build([answer('a', text, { dropped: true })]);
    expect(after[1]).not.toBe(before[1]);
  });
});
