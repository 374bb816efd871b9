import { beforeEach, describe, expect, it } from 'vitest';
import { GutterStates } from '../../../extension/edits/gutter-states.ts';
import type { EditorChange } from '../../../extension/edits/hunk-places.ts';
import { hunks } from '../../../extension/edits/hunks.ts';
import type { PendingFile } from '../../../extension/edits/pending-edits.ts';

const uri = 'file:///w/a.js';
const before = 'one\ntwo\nthree\nfour\nfive\nsix\n';
const after = before.replace('two', 'TWO').replace('six', 'SIX');
const state = (baseline: string, current: string): PendingFile => ({
  uri,
  baseline,
  current,
  hunks: hunks(baseline, current),
  created: false,
  deleted: false,
  changing: false,
  sources: [],
});
const changed = (original: number, modified = original): EditorChange => ({
  originalStartLineNumber: original,
  originalEndLineNumber: original,
  modifiedStartLineNumber: modified,
  modifiedEndLineNumber: modified,
});
let states: GutterStates;

beforeEach(() => {
  states = new GutterStates();
});

describe('a peek of the gutter', () => {
  it('shows the state of now', () => {
    const now = state(before, after);
    states.note([now]);
    expect(states.find(uri, [changed(2), changed(6)], 1)).toEqual({ shown: now, hunks: [now.hunks[1]] });
  });

  it('that was opened before lines came in above shows the state of then, not other hunks at the same lines', () => {
    const then = state(before, after);
    // Four lines further down: the first change's old line has no hunk now, the second's has the first hunk.
    const now = state(`1\n2\n3\n4\n${before}`, `1\n2\n3\n4\n${after}`);
    states.note([then]);
    states.note([now]);
    expect(states.find(uri, [changed(2), changed(6)], 1)).toEqual({ shown: then, hunks: [then.hunks[1]] });
    expect(states.find(uri, [changed(6), changed(10)], 1)).toEqual({ shown: now, hunks: [now.hunks[1]] });
  });

  it('may show what the user has just typed as a change, which is not to be decided on', () => {
    const now = state(`mine\n${before}`, `mine\n${after}`);
    states.note([now]);
    const mine = { ...changed(0, 1), originalEndLineNumber: 0 };
    expect(states.find(uri, [mine, changed(2, 3), changed(6, 7)], 0)).toBeUndefined();
    expect(states.find(uri, [mine, changed(2, 3), changed(6, 7)], 2)).toEqual({ shown: now, hunks: [now.hunks[1]] });
    expect(states.find('file:///w/b.js', [changed(2)], 0)).toBeUndefined();
  });

  it('may leave out hunks of blanks', () => {
    const now = state(before, after.replace('four', '  four'));
    states.note([now]);
    expect(states.find(uri, [changed(2), changed(6)], 1)?.hunks).toEqual([now.hunks[2]]);
  });

  it('of a file that is decided on is forgotten', () => {
    states.note([state(before, after)]);
    states.note([]);
    expect(states.find(uri, [changed(2), changed(6)], 0)).toBeUndefined();
  });
});
