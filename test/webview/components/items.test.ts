// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { Answer } from '../../../webview/components/transcript/answer.ts';
import { CallCard } from '../../../webview/components/transcript/call-card.ts';
import { resultInShort } from '../../../webview/components/transcript/call-look.ts';
import { PlanCard } from '../../../webview/components/transcript/plan-card.ts';
import { QuestionCard } from '../../../webview/components/transcript/question-card.ts';
import { Notice } from '../../../webview/components/transcript/notice.ts';
import { TurnFooter } from '../../../webview/components/transcript/turn-footer.ts';
import { UserMessage } from '../../../webview/components/transcript/user-message.ts';
import { answer, buttonNamed, call, recordingContext, turnEnd, user } from '../panel-samples.ts';

const diff = { kind: 'diff', path: 'src/a.js', before: 'a\nb\n', after: 'a\nc\n' } as const;

function card(
  item = call('c'),
  context = recordingContext(),
): {
  readonly card: CallCard;
  readonly head: HTMLElement;
  readonly body: HTMLElement;
  readonly context: ReturnType<typeof recordingContext>;
} {
  const made = new CallCard(context);
  made.update(item);
  const head = made.element.querySelector<HTMLElement>('.call-head');
  const body = made.element.querySelector<HTMLElement>('.call-body');
  if (head === null || body === null) throw new Error('no card');
  return { card: made, head, body, context };
}

describe('the card of a call', () => {
  it('says in words and for machines what it is and how it stands', () => {
    const { card: made } = card(call('c', { state: 'running', title: 'Run tests', name: 'run_tests' }));
    expect(made.element.getAttribute('aria-label')).toBe('Run tests, Running');
    expect({ ...made.element.dataset }).toEqual({ tool: 'run_tests', state: 'running' });
    expect(made.element.querySelector('.call-state')?.textContent).toBe('Running');
    made.update(call('c', { state: 'done', title: 'Run tests', name: 'run_tests', result: '4 passed' }));
    expect(made.element.getAttribute('aria-label')).toBe('Run tests, Done');
    expect(made.element.querySelector('.call-short')?.textContent).toBe('4 passed');
  });

  it('folds its result, remembers the fold, and cannot be unfolded while there is nothing', () => {
    const empty = card(call('c', { state: 'writing' }));
    expect(empty.head.hasAttribute('disabled')).toBe(true);
    const { head, body, context } = card(call('c', { result: 'line' }));
    expect([head.getAttribute('aria-expanded'), body.hidden]).toEqual(['false', true]);
    head.click();
    expect([head.getAttribute('aria-expanded'), body.hidden, body.textContent?.includes('line')]).toEqual([
      'true',
      false,
      true,
    ]);
    expect(card(call('c', { result: 'line' }), context).body.hidden).toBe(false);
  });

  it('shows a change with signs and words, and opens the file at it', () => {
    const { body, head, context } = card(
      call('c', { name: 'edit_file', title: 'Edit', view: diff, result: 'Edited src/a.js (1 replacement).' }),
    );
    expect(body.hidden).toBe(false);
    expect([...body.querySelectorAll('.diff-line')].map((line) => line.textContent)).toEqual([
      '1 a',
      '2\u2212removed: b',
      '2+added: c',
    ]);
    expect(head.querySelector('.counts')?.textContent).toBe('+1 \u22121');
    body.querySelector<HTMLElement>('.file-link')?.click();
    expect(context.posted).toEqual([{ type: 'open', path: 'src/a.js', line: 2 }]);
  });

  it('shows output while it runs, then the result in its place', () => {
    const { card: made, body } = card(call('c', { name: 'run_command', state: 'running', output: 'building\n' }));
    expect(body.hidden).toBe(false);
    made.update(call('c', { name: 'run_command', state: 'running', output: 'building\nlinking\n' }));
    expect(body.querySelector('pre')?.textContent).toBe('building\nlinking\n');
    made.update(
      call('c', {
        name: 'run_command',
        state: 'done',
        output: 'building\nlinking\n',
        result: 'building\nlinking\nexit code 1',
      }),
    );
    expect(body.querySelector('pre')?.textContent).toBe('building\nlinking\nexit code 1');
  });

  it('shows what a failed edit looked for', () => {
    const { body, head } = card(
      call('c', {
        name: 'edit_file',
        state: 'failed',
        title: 'Edit src/a.js',
        view: diff,
        result: 'Error: no such text.',
      }),
    );
    expect(head.querySelector('.counts')).toBeNull();
    expect(body.querySelector('.call-view')?.textContent).toBe('Looked fora\nb\n');
    expect(body.querySelector('.call-text')?.textContent).toContain('no such text');
  });

  it('marks a dropped call in words', () => {
    const { card: made } = card(call('c', { dropped: true, state: 'cancelled', result: 'x' }));
    expect(made.element.classList.contains('dropped')).toBe(true);
    expect(made.element.querySelector('.dropped-label')?.textContent).toContain('Dropped');
  });

  it('says in short what came of it', () => {
    expect(resultInShort('run_tests', 'done', '1 failed, 3 passed\n\nFAIL x')).toBe('1 failed, 3 passed');
    expect(resultInShort('read_file', 'done', 'a\nb\n')).toBe('2 lines');
    expect(resultInShort('read_file', 'done', '[lines 1-200 of 950]\nx')).toBe('lines 1-200 of 950');
    expect(resultInShort('run_command', 'done', 'x\nexit code 0')).toBe('exit code 0');
    expect(resultInShort('edit_file', 'failed', 'Error: old_string is not in a.js.')).toBe(
      'old_string is not in a.js.',
    );
    expect(resultInShort('run_tests', 'running', 'x')).toBe('');
  });
});

describe('an answer', () => {
  const row = (item: ReturnType<typeof answer>) => ({
    key: item.id,
    item,
    part: { text: item.text, first: true, last: true },
  });

  it('folds its thoughts and copies its text', () => {
    const context = recordingContext();
    const view = new Answer(context);
    view.update(row(answer('a', '', { reasoning: 'hm', streaming: true })));
    expect(view.element.querySelector('summary')?.textContent).toBe('Thinking…');
    view.update(row(answer('a', 'Hello', { reasoning: 'hm' })));
    const details = view.element.querySelector('details');
    expect([
      details?.open,
      view.element.querySelector('summary')?.textContent,
      details?.querySelector('pre')?.textContent,
    ]).toEqual([false, 'Thoughts', '']);
    buttonNamed(view.element, 'Copy answer').click();
    expect(context.posted).toEqual([{ type: 'copy', text: 'Hello' }]);
  });

  it('is marked when it was dropped', () => {
    const view = new Answer(recordingContext());
    view.update(row(answer('a', 'Hello', { streaming: true })));
    view.update(row(answer('a', 'Hello', { dropped: true })));
    view.update(row(answer('a', 'Hello', { dropped: true })));
    expect(view.element.querySelectorAll('.dropped-label')).toHaveLength(1);
  });
});

describe('a message of the user', () => {
  it('is edited and sent again', () => {
    const context = recordingContext();
    const view = new UserMessage(context);
    document.body.append(view.element);
    view.update(user(2, 'Fix it'));
    buttonNamed(view.element, 'Edit and resend').click();
    const box = view.element.querySelector('vscode-text-area') as HTMLElement & { value: string };
    expect(box.value).toBe('Fix it');
    box.value = 'Fix that';
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    expect(context.posted).toEqual([{ type: 'editResend', turn: 2, text: 'Fix that' }]);
    expect(view.element.querySelector('vscode-text-area')).toBeNull();
  });

  it('is restored to after a question', () => {
    const context = recordingContext();
    const view = new UserMessage(context);
    view.update(user(2));
    buttonNamed(view.element, 'Restore to here').click();
    expect(context.posted).toEqual([]);
    buttonNamed(view.element, 'Restore').click();
    expect(context.posted).toEqual([{ type: 'restoreTo', turn: 2 }]);
  });

  it('says for what it waits, and offers nothing while it does', () => {
    const view = new UserMessage(recordingContext());
    view.update(user(-1, 'later', { queued: true, steers: true }));
    expect(view.element.querySelector('.user-waiting')?.textContent).toBe('Sent before the next step');
    expect(view.element.querySelector<HTMLElement>('.user-actions')?.hidden).toBe(true);
  });
});

describe('the end of a turn', () => {
  const files = [{ path: 'src/a.js', change: 'edited', added: 3, removed: 1 }] as const;

  it('says what the turn cost and changed', () => {
    const footer = new TurnFooter(recordingContext(), () => true);
    footer.update(turnEnd(0, { files }));
    expect(footer.element.textContent).toContain('reused 1204, computed 311 tokens');
    expect(footer.element.querySelector('.turn-files')?.textContent).toBe('src/a.js+3 \u22121');
    expect({ ...footer.element.dataset }).toMatchObject({ turn: '0', outcome: 'answered' });
  });

  it('says the energy as an estimate and the cost where the user has set a price, with all of it on hover', () => {
    const price = { prompt: 1, cachedPrompt: 1, completion: 10, currency: '€' };
    const footer = new TurnFooter(recordingContext(price), () => true);
    footer.update(turnEnd(0, { reading: 0.5, writing: 2.5, tools: 1.1, wattHours: 0.0042 }));
    const parts = [...footer.element.querySelectorAll('.turn-stats span')].map((part) => part.textContent);
    expect(parts.slice(2)).toEqual(['4.2 s', '≈ 0.0042 Wh', '0.0025 €']);
    expect(footer.element.querySelector<HTMLElement>('.turn-stats')?.title.split('\n').slice(0, 4)).toEqual([
      '1204 prompt tokens reused, 311 computed; 96 tokens generated',
      'Reading 0.5 s, writing 2.5 s, tools 1.1 s',
      'About 0.0042 Wh, estimated',
      '0.0025 € at your price',
    ]);
  });

  it('says nothing of energy and cost that nobody knows', () => {
    const footer = new TurnFooter(recordingContext(), () => true);
    footer.update(turnEnd(0));
    expect(footer.element.querySelectorAll('.turn-stats span')).toHaveLength(3);
  });

  it('reviews, keeps, opens files, and undoes the last turn at once', () => {
    const context = recordingContext();
    const footer = new TurnFooter(context, () => true);
    footer.update(turnEnd(3, { files }));
    for (const name of ['Review changes', 'Keep', 'Undo turn']) buttonNamed(footer.element, name).click();
    footer.element.querySelector<HTMLElement>('.file-link')?.click();
    expect(context.posted).toEqual([
      { type: 'review', turn: 3 },
      { type: 'keep', turn: 3 },
      { type: 'undoTurn', turn: 3 },
      { type: 'open', path: 'src/a.js', line: undefined },
    ]);
  });

  it('names several files in one line, and lists them when it is unfolded', () => {
    const footer = new TurnFooter(recordingContext(), () => true);
    footer.update(turnEnd(3, { files: [...files, { ...files[0], path: 'src/b.js' }], state: 'kept' }));
    expect(footer.element.querySelector('.turn-files')?.textContent).toBe('2 files changed+6 \u22122Kept');
    const list = footer.element.querySelector<HTMLElement>('.files');
    expect(list?.hidden).toBe(true);
    footer.element.querySelector<HTMLElement>('.turn-fold')?.click();
    expect([list?.hidden, list?.querySelectorAll('.file').length]).toEqual([false, 2]);
  });

  it('asks before it undoes an earlier turn', () => {
    const context = recordingContext();
    const footer = new TurnFooter(context, () => false);
    footer.update(turnEnd(3, { files }));
    buttonNamed(footer.element, 'Undo turn').click();
    expect(context.posted).toEqual([]);
    buttonNamed(footer.element, 'Undo turn').click();
    expect(context.posted).toEqual([{ type: 'undoTurn', turn: 3 }]);
  });

  it('offers nothing once it is settled', () => {
    const footer = new TurnFooter(recordingContext(), () => true);
    footer.update(turnEnd(0, { files, state: 'undone', outcome: 'limit', text: '30 steps were made.' }));
    expect(footer.element.querySelectorAll('vscode-button, .light-button')).toHaveLength(0);
    expect(footer.element.textContent).toContain('Undone');
    expect(footer.element.textContent).toContain('Paused at a limit. 30 steps were made.');
  });
});

describe('plan, question and notice', () => {
  it('say the state of each step in words', () => {
    const plan = new PlanCard();
    plan.update({
      kind: 'plan',
      id: 'p',
      steps: [
        { text: 'One', status: 'done' },
        { text: 'Two', status: 'active' },
      ],
    });
    expect([...plan.element.querySelectorAll('li')].map((step) => step.textContent)).toEqual([
      'One, done',
      'Two, in progress',
    ]);
  });

  it("answer with a choice or with words of one's own, once", () => {
    const context = recordingContext();
    const question = new QuestionCard(context);
    const item = { kind: 'question', id: 'q', question: 'Which?', choices: ['A', 'B'], answer: undefined } as const;
    question.update(item);
    buttonNamed(question.element, 'B').click();
    const box = question.element.querySelector('vscode-text-field') as HTMLElement & { value: string };
    box.value = 'C';
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    expect(context.posted).toEqual([
      { type: 'answer', id: 'q', text: 'B' },
      { type: 'answer', id: 'q', text: 'C' },
    ]);
    question.update({ ...item, answer: 'B' });
    expect(question.element.textContent).toContain('Your answer: B');
    expect(question.element.querySelector('vscode-button')).toBeNull();
  });

  it('show the text of a notice and how serious it is', () => {
    const context = recordingContext();
    const notice = new Notice(context);
    notice.update({ kind: 'notice', id: 'n', level: 'error', text: 'The engine ended.' });
    expect(notice.element.textContent).toBe('The engine ended.');
    expect(notice.element.className).toContain('is-error');
    notice.update({ kind: 'notice', id: 'n', level: 'warning', text: 'It calls in plain text.', leadsTo: 'models' });
    (notice.element.querySelector('vscode-link') as HTMLElement).click();
    expect(context.posted).toEqual([{ type: 'manageModels' }]);
  });
});
