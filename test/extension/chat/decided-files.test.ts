import { expect, it } from 'vitest';
import { DecidedFiles } from '../../../extension/chat/decided-files.ts';
import type { Item } from '../../../extension/chat/item.ts';

const end = (turn: number, ...paths: readonly string[]): Item => ({
  kind: 'turnEnd',
  id: `end-${turn}`,
  turn,
  outcome: 'answered',
  text: '',
  reused: 0,
  computed: 0,
  generated: 0,
  seconds: 0,
  state: 'pending',
  files: paths.map((path) => ({ path, change: 'edited', added: 1, removed: 1 })),
});

it('a turn is decided on when each of its files was pending and none is', () => {
  const decided = new DecidedFiles();
  const items = [end(0, 'a'), end(1, 'a', 'b'), end(2)];
  expect(decided.update(items, ['a', 'b'])).toEqual([]);
  expect(decided.update(items, ['b'])).toEqual([0]);
  expect(decided.update(items, [])).toEqual([0, 1]);
  expect(decided.update(items, ['a'])).toEqual([]);
  decided.clear();
  expect(decided.update(items, [])).toEqual([]);
});

it('a file that was never pending, as one that is no text, leaves its turn to the user', () => {
  const decided = new DecidedFiles();
  decided.update([end(0, 'a', 'image.png')], ['a']);
  expect(decided.update([end(0, 'a', 'image.png')], [])).toEqual([]);
});
