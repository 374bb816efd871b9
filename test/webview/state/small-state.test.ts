import { describe, expect, it } from 'vitest';
import { activityOf } from '../../../webview/state/activity.ts';
import { InputHistory } from '../../../webview/state/input-history.ts';
import { completeMention, mentionAt } from '../../../webview/state/typed-mention.ts';
import { newsBetween } from '../../../webview/state/news.ts';
import { nothingSaved, readSavedState } from '../../../webview/state/saved-state.ts';
import { ago, clock, duration, lineCount, shortCount } from '../../../webview/state/wording.ts';
import { answer, call, sampleModel, sampleState, user } from '../panel-samples.ts';

describe('a mention', () => {
  it('is what follows the @ before the caret', () => {
    expect(mentionAt('see @src/ma', 11)).toEqual({ start: 4, query: 'src/ma' });
    expect(mentionAt('@', 1)).toEqual({ start: 0, query: '' });
    expect(mentionAt('请看：@a', 5)).toEqual({ start: 3, query: 'a' });
  });

  it('is no mail address and ends at a space', () => {
    expect(mentionAt('me@example.com', 14)).toBeUndefined();
    expect(mentionAt('@a b', 4)).toBeUndefined();
  });

  it('has spaces within quotes, and may begin with its kind', () => {
    expect(mentionAt('see @"my no', 11)).toEqual({ start: 4, query: '"my no' });
    expect(mentionAt('@"my notes.md" and', 18)).toBeUndefined();
    expect(mentionAt('@symbol:ad', 10)).toEqual({ start: 0, query: 'symbol:ad' });
    expect(completeMention('@sy', { start: 0, query: 'sy' }, '@symbol:')).toEqual({ text: '@symbol:', caret: 8 });
  });

  it('is replaced by the file, followed by one space', () => {
    expect(completeMention('see @ma please', { start: 4, query: 'ma' }, '@src/math.js')).toEqual({
      text: 'see @src/math.js please',
      caret: 17,
    });
    expect(completeMention('@', { start: 0, query: '' }, '@a')).toEqual({ text: '@a ', caret: 3 });
  });
});

describe('what was written before', () => {
  it('is walked from the newest to the oldest and back to the draft', () => {
    const history = new InputHistory();
    history.setEntries(['one', 'two', 'two']);
    expect([history.older(''), history.older('two'), history.older('one')]).toEqual(['two', 'one', undefined]);
    expect([history.newer(), history.newer(), history.newer()]).toEqual(['two', '', undefined]);
    expect(history.walking).toBe(false);
  });
});

describe('what is saved', () => {
  it('is read back, and anything else counts as nothing', () => {
    expect(readSavedState({ draft: 'x', scroll: { conversation: 'c', top: 3 } })).toEqual({
      draft: 'x',
      scroll: { conversation: 'c', top: 3 },
    });
    for (const wrong of [undefined, null, 3, {}, { draft: 3, scroll: { top: 'x' } }])
      expect(readSavedState(wrong)).toEqual(nothingSaved);
  });
});

describe('numbers and times', () => {
  it('are short', () => {
    expect([0, 950, 1000, 1234, 131_072, 999_600, 1_500_000].map(shortCount)).toEqual([
      '0',
      '950',
      '1k',
      '1.2k',
      '131k',
      '1M',
      '1.5M',
    ]);
    expect([0.04, 4.23, 38.2, 125].map(duration)).toEqual(['0.0 s', '4.2 s', '38 s', '2 min 5 s']);
    expect([1.9, 61].map(clock)).toEqual(['1 s', '1 min 1 s']);
    expect(['', 'a', 'a\n', 'a\nb'].map(lineCount)).toEqual(['0 lines', '1 line', '1 line', '2 lines']);
    expect([20_000, 300_000, 7_300_000, 200_000_000].map((past) => ago(0, past))).toEqual([
      'just now',
      '5 min ago',
      '2 h ago',
      '2 d ago',
    ]);
  });
});

describe('the activity line', () => {
  it('says what goes on', () => {
    const running = sampleState({ running: true });
    expect(activityOf(sampleState(), [])).toBeUndefined();
    expect(activityOf(running, [user(0)])?.text).toBe('Working…');
    expect(
      activityOf(running, [{ kind: 'plan', id: 'p', steps: [{ text: 'Look', status: 'active' }] }, call('c')])?.text,
    ).toBe('Look');
    expect(activityOf(running, [call('c', { state: 'running', title: 'Run tests' })])?.text).toBe('Run tests…');
    expect(activityOf(running, [answer('a', '', { streaming: true, reasoning: 'hm' })])?.text).toBe('Thinking…');
    expect(
      activityOf(running, [answer('a', 'x', { streaming: true }), user(-1, 'later', { queued: true })])?.text,
    ).toBe('Writing…');
    expect(
      activityOf(running, [{ kind: 'question', id: 'q', question: 'Which?', choices: [], answer: undefined }])?.who,
    ).toBe('you');
    expect(activityOf({ ...running, reading: { reused: 100, computed: 100, total: 400, left: 3 } }, [])).toEqual({
      text: 'Working…',
      who: 'assistant',
      reading: { text: 'Reading the prompt: 200 of 400 tokens', fraction: 0.5, left: 3 },
    });
    expect(activityOf({ ...running, reading: { reused: 100, computed: 300, total: 400 } }, [])?.reading).toBe(
      undefined,
    );
    expect(
      activityOf({ ...running, approvals: [{ callId: 'c', title: 't', view: undefined, rule: undefined }] }, []),
    ).toBeUndefined();
  });
});

describe('what a screen reader hears', () => {
  it('is the answer when it is complete, each finished call, and urgently what must be approved', () => {
    const before = sampleModel({
      state: sampleState({ running: true }),
      items: [user(0), call('c', { state: 'running' }), answer('a', 'Par', { streaming: true })],
    });
    const after = sampleModel({
      state: sampleState({
        running: true,
        approvals: [{ callId: 'x', title: 'Edit a.js', view: undefined, rule: undefined }],
      }),
      items: [before.items[0] ?? user(0), call('c'), answer('a', 'Partly done')],
    });
    expect(newsBetween(before, after)).toEqual([
      { text: 'Read src/a.js, Done', urgency: 'polite' },
      { text: 'Partly done', urgency: 'polite' },
      {
        text: 'Approval needed: Edit a.js. Press Shift+Tab in the message box to reach the buttons.',
        urgency: 'urgent',
      },
    ]);
    expect(newsBetween(after, { ...after, state: sampleState() }).map((news) => news.text)).toEqual(['Finished']);
  });

  it('is nothing when another conversation is opened', () => {
    expect(newsBetween(sampleModel(), sampleModel({ transcript: 2, items: [answer('b', 'Old')] }))).toEqual([]);
  });
});
