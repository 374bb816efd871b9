import { describe, expect, it } from 'vitest';
import { emptyPanel } from '../../../webview/state/panel-model.ts';
import { reduce } from '../../../webview/state/reduce.ts';
import { answer, call, sampleState, user } from '../panel-samples.ts';

const started = reduce(emptyPanel, {
  type: 'init',
  strings: { send: 'Senden' },
  state: sampleState(),
  items: [user(0), answer('a', 'Hello', { streaming: true })],
});

describe('the state of the panel', () => {
  it('starts with what the extension sends', () => {
    expect(started.strings).toEqual({ send: 'Senden' });
    expect(started.items.map((item) => item.id)).toEqual(['user-0', 'a']);
    expect(started.transcript).toBe(1);
  });

  it('adds new items at the end and replaces known ones in place', () => {
    const next = reduce(started, { type: 'items', items: [answer('a', 'Bye'), call('c')] });
    expect(next.items.map((item) => item.id)).toEqual(['user-0', 'a', 'c']);
    expect(next.items[1]).toMatchObject({ text: 'Bye' });
    expect(next.items[0]).toBe(started.items[0]);
    expect(started.items).toHaveLength(2);
  });

  it('appends text where it belongs', () => {
    const next = reduce(reduce(started, { type: 'append', id: 'a', field: 'text', offset: 5, text: ', you' }), {
      type: 'append',
      id: 'a',
      field: 'reasoning',
      offset: 0,
      text: 'hm',
    });
    expect(next.items[1]).toMatchObject({ text: 'Hello, you', reasoning: 'hm' });
  });

  it('overwrites from the offset when text comes twice, and leaves out text after a gap', () => {
    expect(reduce(started, { type: 'append', id: 'a', field: 'text', offset: 3, text: 'p me' }).items[1]).toMatchObject(
      { text: 'Help me' },
    );
    expect(reduce(started, { type: 'append', id: 'a', field: 'text', offset: 9, text: 'x' })).toEqual(started);
  });

  it('ignores text for an item or a field that is not there', () => {
    expect(reduce(started, { type: 'append', id: 'none', field: 'text', offset: 0, text: 'x' }).items).toBe(
      started.items,
    );
    expect(reduce(started, { type: 'append', id: 'a', field: 'output', offset: 0, text: 'x' }).items).toBe(
      started.items,
    );
    expect(reduce(started, { type: 'append', id: 'user-0', field: 'text', offset: 0, text: 'x' }).items).toBe(
      started.items,
    );
  });

  it('replaces the transcript, and counts that it did', () => {
    const next = reduce(started, { type: 'reset', items: [] });
    expect(next).toMatchObject({ items: [], transcript: 2 });
  });

  it('counts drafts, so that the same text twice is taken twice', () => {
    const once = reduce(started, { type: 'draft', text: 'x', focus: true });
    expect(reduce(once, { type: 'draft', text: 'x', focus: true }).draft.serial).toBe(once.draft.serial + 1);
  });
});
