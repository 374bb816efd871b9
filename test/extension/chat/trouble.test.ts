import { describe, expect, it } from 'vitest';
import { troubleOf } from '../../../extension/chat/trouble.ts';
import type { Item } from '../../../extension/chat/item.ts';

const user = (turn: number): Item => ({ kind: 'user', id: `user-${turn}`, turn, text: 'Fix it', queued: false });
const edit = (id: string, state: 'done' | 'failed'): Item => ({
  kind: 'call',
  id,
  name: 'edit_file',
  title: 'Edit a.js',
  state,
  result: '',
  output: '',
  view: undefined,
  paths: [],
  dropped: false,
});
const turnEnd = (turn: number, outcome: 'answered' | 'limit'): Item => ({
  kind: 'turnEnd',
  id: `end-${turn}`,
  turn,
  outcome,
  text: '',
  reused: 0,
  computed: 0,
  generated: 0,
  seconds: 0,
  files: [],
  state: 'pending',
});

describe('the trouble of a small model', () => {
  it('is a limit that its last turn stopped at, until a new message', () => {
    const stopped = [user(0), turnEnd(0, 'limit')];
    expect(troubleOf(stopped, 'JavaScript')).toBe('limit');
    expect(troubleOf([...stopped, user(1)], 'JavaScript')).toBeUndefined();
    expect(troubleOf([user(0), turnEnd(0, 'answered')], 'JavaScript')).toBeUndefined();
  });

  it('is edits that fail one after the other, not one that works in the end', () => {
    const failing = [user(0), edit('1', 'failed'), edit('2', 'failed')];
    expect(troubleOf(failing, undefined)).toBe('edits');
    expect(troubleOf([...failing, edit('3', 'done')], undefined)).toBeUndefined();
    expect(troubleOf([user(0), edit('1', 'failed')], undefined)).toBeUndefined();
  });

  it('is a project in a language that it was not taught, before anything is asked', () => {
    expect(troubleOf([], 'Python')).toBe('language');
    expect(troubleOf([], 'TypeScript')).toBeUndefined();
    expect(troubleOf([], undefined)).toBeUndefined();
  });
});
