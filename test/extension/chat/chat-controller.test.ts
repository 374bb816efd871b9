import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { ChatBench } from '../../support/extension/chat-bench.ts';
import { writing } from '../../support/extension/writing-tool.ts';

const write = (name: string, content: string) => ({ name: 'write', arguments: { path: name, content } });
const text = (bench: ChatBench, name: string) => readFileSync(path.join(bench.work, name), 'utf8');

describe('a conversation in the panel', () => {
  it("shows request, reply, cards and the turn's end", async () => {
    const bench = new ChatBench(
      [{ text: 'Let me look.', calls: [{ name: 'read', arguments: {} }] }, { text: 'Done.' }],
      () => ({ read: { access: { kind: 'read', paths: [] }, run: () => 'content' } }),
    );
    await bench.send('Fix it');
    expect(bench.kinds()).toEqual(['user', 'answer', 'call', 'answer', 'turnEnd']);
    expect(bench.last('call')).toMatchObject({ name: 'read', state: 'done', result: 'content' });
    expect(bench.last('turnEnd')).toMatchObject({ outcome: 'answered', turn: 0 });
    expect(bench.state).toMatchObject({ running: false, canContinue: false, conversation: { title: 'Fix it' } });
  });

  it('goes on in the same session, appending only', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }]);
    await bench.send('first');
    await bench.send('second');
    expect(bench.model.sessions).toHaveLength(1);
    expect(bench.model.sessions[0]?.entries.map(({ message }) => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
  });

  it('is named after its first request, also when that is another one after an undo', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    await bench.send('Fix add');
    await bench.do({ type: 'undoTurn', turn: 0 });
    await bench.send('Fix clamp');
    await bench.send('And the tests');
    expect(bench.state?.conversation.title).toBe('Fix clamp');
  });

  it('shows how fast the model speaks while it speaks, and nothing afterwards', async () => {
    const bench = new ChatBench([{ text: 'Much to say.', pace: { generated: 101, ms: 2000 } }]);
    await bench.send('Tell me');
    const speeds = bench.told.flatMap((message) =>
      message.type === 'state' && message.state.running && message.state.speed !== undefined
        ? [message.state.speed]
        : [],
    );
    expect(speeds).toContain(50);
    expect(bench.state?.speed).toBeUndefined();
  });

  it('keeps a message whose model failed to start, and sends it again in its place, also after a reload', async () => {
    const bench = new ChatBench([{ text: 'Fixed.' }]);
    bench.modelFault = new CodedError('model.memory', 'Not enough memory.');
    await bench.send('Fix it');
    expect(bench.kinds()).toEqual(['user', 'notice']);
    expect(bench.last('user')).toMatchObject({ text: 'Fix it', unsent: true });
    await bench.controller.dispose();
    bench.open();
    await bench.controller.resume(bench.remembered.at(-1) ?? '');
    const { id } = bench.last('user') ?? { id: '' };
    expect(bench.last('user')?.unsent).toBe(true);
    bench.modelFault = undefined;
    await bench.do({ type: 'retry', id });
    expect(bench.kinds()).toEqual(['user', 'notice', 'answer', 'turnEnd']);
    expect(bench.last('user')).not.toHaveProperty('unsent');
    await bench.do({ type: 'retry', id });
    expect(bench.kinds()).toHaveLength(4);
  });

  it('says that a project is beyond a small model at once, until the user goes on with it', async () => {
    const bench = new ChatBench([]);
    bench.link = { ...bench.link, profile: 'compact', contextTokens: 131_072 };
    bench.look = { language: 'Python', test: undefined, functionName: undefined };
    bench.open();
    await bench.until(({ state }) => state?.trouble === 'language');
    expect(bench.state?.context.total).toBe(1500); // what it copes with, not what it could hold
    await bench.do({ type: 'useAnyway' });
    expect(bench.state?.trouble).toBeUndefined();
  });

  it('takes a message that is sent at once after opening a new one into the new one', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }]);
    await bench.send('first');
    await Promise.all([bench.do({ type: 'newConversation' }), bench.send('second')]);
    expect(bench.items.flatMap((item) => (item.kind === 'user' ? [item.text] : []))).toEqual(['second']);
    expect(bench.model.sessions).toHaveLength(2);
  });

  it('tells what went wrong, and can go on', async () => {
    const bench = new ChatBench([{ error: new CodedError('engine.failed', 'It broke.') }, { text: 'Better.' }]);
    await bench.send('Fix it');
    expect(bench.last('turnEnd')).toMatchObject({ outcome: 'failed', text: 'It broke.' });
    expect(bench.state?.canContinue).toBe(true);
    await bench.do({ type: 'continue' });
    expect(bench.last('turnEnd')).toMatchObject({ outcome: 'answered', turn: 0 });
    expect(bench.kinds().filter((kind) => kind === 'user')).toHaveLength(1);
  });
});

describe('a draft', () => {
  it('that is typed while the model loads is measured when the model is ready', async () => {
    const bench = new ChatBench([]);
    bench.setModelState('loading');
    await bench.do({ type: 'draft', text: 'Fix it' });
    expect(bench.state?.context.next).toBe(0);
    bench.setModelState('ready');
    await bench.until(() => bench.state?.context.next === 6);
  });
});

describe('approvals', () => {
  it('wait, and run the call when it is allowed', async () => {
    const bench = new ChatBench([{ calls: [write('a', '1')] }, { text: 'ok' }], (_hooks, of) => ({
      write: writing(of),
    }));
    bench.asks.add('write');
    const turn = bench.send('go');
    await bench.until(() => bench.state?.approvals.length === 1);
    expect(bench.last('call')?.state).toBe('waiting');
    expect(existsSync(path.join(bench.work, 'a'))).toBe(false);
    await bench.do({ type: 'choose', callId: bench.state?.approvals[0]?.callId ?? '', choice: 'once' });
    await turn;
    expect(text(bench, 'a')).toBe('1');
    expect(bench.state?.approvals).toEqual([]);
  });

  it('change nothing when declined', async () => {
    const bench = new ChatBench([{ calls: [write('a', '1')] }, { text: 'Then not.' }], (_hooks, of) => ({
      write: writing(of),
    }));
    bench.asks.add('write');
    const turn = bench.send('go');
    await bench.until(() => bench.state?.approvals.length === 1);
    await bench.do({ type: 'choose', callId: bench.state?.approvals[0]?.callId ?? '', choice: 'decline' });
    await turn;
    expect(existsSync(path.join(bench.work, 'a'))).toBe(false);
    expect(bench.last('call')).toMatchObject({ state: 'declined' });
  });

  it('go away when the turn is stopped', async () => {
    const bench = new ChatBench([{ calls: [write('a', '1')] }], (_hooks, of) => ({ write: writing(of) }));
    bench.asks.add('write');
    const turn = bench.send('go');
    await bench.until(() => bench.state?.approvals.length === 1);
    await bench.do({ type: 'stop' });
    await turn;
    expect(bench.state).toMatchObject({ approvals: [], canContinue: true });
    expect(bench.last('call')).toMatchObject({ dropped: true });
    expect(existsSync(path.join(bench.work, 'a'))).toBe(false);
  });
});

describe('the autonomous mode', () => {
  const notices = (bench: ChatBench) => bench.items.filter((item) => item.kind === 'notice');

  it('says once what it will not ask', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }]);
    await bench.do({ type: 'mode', mode: 'edit' });
    expect(notices(bench)).toEqual([]);
    await bench.do({ type: 'mode', mode: 'autonomous' });
    await bench.do({ type: 'mode', mode: 'ask' });
    await bench.do({ type: 'mode', mode: 'autonomous' });
    await bench.send('go');
    expect(notices(bench)).toMatchObject([{ level: 'warning', text: expect.stringContaining('package.json') }]);
  });

  it('says it with the first turn when the settings chose it', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }]);
    bench.mode = 'autonomous';
    await bench.send('go');
    await bench.send('go on');
    expect(notices(bench)).toHaveLength(1);
  });
});

describe('a model that calls tools in plain text', () => {
  const notices = (bench: ChatBench) => bench.items.filter((item) => item.kind === 'notice');

  it('is told of once, with a way to the other models, and so is the next one', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }, { text: 'three' }, { text: 'four' }]);
    await bench.send('go');
    expect(notices(bench)).toEqual([]);
    bench.model.facts = { ...bench.model.facts, name: 'plain', callsAsText: true };
    await bench.send('go on');
    await bench.do({ type: 'newConversation' });
    await bench.send('again');
    expect(notices(bench)).toEqual([]); // it was told in the conversation before
    bench.model.facts = { ...bench.model.facts, name: 'other' };
    await bench.send('and again');
    expect(notices(bench)).toMatchObject([
      { level: 'warning', leadsTo: 'models', text: expect.stringContaining('other has no format for tool calls') },
    ]);
  });
});

describe('messages typed meanwhile', () => {
  it("wait for the turn's end", async () => {
    let release: () => void = () => undefined;
    const bench = new ChatBench([
      {
        text: 'one',
        before: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      },
      { text: 'two' },
    ]);
    const turn = bench.send('first');
    await bench.until(() => bench.model.replies === 1);
    await bench.send('second');
    expect(bench.last('user')).toMatchObject({ text: 'second', queued: true });
    release();
    await turn;
    expect(bench.items.filter((item) => item.kind === 'user').map((item) => [item.text, item.queued])).toEqual([
      ['first', false],
      ['second', false],
    ]);
    expect(bench.model.replies).toBe(2);
  });

  it('can be taken back while they wait, and are not said then', async () => {
    let release: () => void = () => undefined;
    const bench = new ChatBench([
      {
        text: 'one',
        before: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      },
    ]);
    const turn = bench.send('first');
    await bench.until(() => bench.model.replies === 1);
    await bench.send('second');
    const id = bench.last('user')?.id ?? '';
    await bench.do({ type: 'takeBack', id });
    expect(bench.told.at(-1)).toEqual({ type: 'draft', text: 'second', focus: true });
    await bench.do({ type: 'takeBack', id });
    release();
    await turn;
    expect(bench.items.filter((item) => item.kind === 'user').map((item) => item.text)).toEqual(['first']);
    expect(bench.model.replies).toBe(1);
  });

  it('steer the next step when the user says so', async () => {
    let release: () => void = () => undefined;
    const bench = new ChatBench([{ calls: [{ name: 'slow', arguments: {} }] }, { text: 'ok' }], () => ({
      slow: {
        run: () =>
          new Promise((resolve) => {
            release = () => resolve('done');
          }),
      },
    }));
    const turn = bench.send('first');
    await bench.until(() => bench.last('call')?.state === 'running');
    bench.mentioned = (request) => `${request}, mentions read`;
    await bench.do({ type: 'send', text: 'use tabs', steer: true });
    release();
    await turn;
    expect(bench.model.sessions[0]?.entries.map(({ message }) => message.content)).toContain('use tabs, mentions read');
    expect(bench.model.replies).toBe(2);
  });
});

describe('a window that is closed', () => {
  it('finds its conversation again, finished', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }]);
    await bench.send('first');
    await bench.controller.dispose();
    const again = bench.open();
    await again.resume(bench.remembered.at(-1) ?? '');
    expect(bench.kinds()).toEqual(['user', 'answer', 'turnEnd']);
    await bench.send('second');
    expect(bench.model.sessions.at(-1)?.entries.map(({ message }) => message.content)).toEqual([
      'You help.',
      'first',
      'one',
      'second',
      'two',
    ]);
  });

  it('in the middle of a turn waits behind Continue, and the question comes back', async () => {
    const bench = new ChatBench(
      (messages) => (messages.at(-1)?.role === 'tool' ? { text: 'ok' } : { calls: [write('a', '1')] }),
      (_hooks, of) => ({ write: writing(of) }),
    );
    bench.asks.add('write');
    void bench.send('first');
    await bench.until(() => bench.state?.approvals.length === 1);
    // The window dies: nobody disposes of anything.
    await bench.until(() => existsSync(path.join(bench.folder, 'conversations')));
    const again = bench.open();
    await again.resume(bench.remembered.at(-1) ?? '');
    expect(bench.state).toMatchObject({ canContinue: true, approvals: [] });
    const turn = bench.do({ type: 'continue' });
    await bench.until(() => bench.state?.approvals.length === 1);
    await bench.do({ type: 'choose', callId: bench.state?.approvals[0]?.callId ?? '', choice: 'once' });
    await turn;
    expect(text(bench, 'a')).toBe('1');
    expect(bench.last('turnEnd')).toMatchObject({ outcome: 'answered', turn: 0 });
  });
});

describe('what a model may ask for', () => {
  it('is a plan, an answer of the user, and a delegate', async () => {
    const bench = new ChatBench(
      (messages, turn) => {
        if (messages.some((message) => message.content === 'look around')) return { text: 'I looked.' };
        return (
          [
            { calls: [{ name: 'plan', arguments: {} }] },
            { calls: [{ name: 'ask', arguments: {} }] },
            { calls: [{ name: 'delegate', arguments: {} }] },
          ][turn] ?? { text: 'ok' }
        );
      },
      (hooks) => ({
        plan: {
          run: () => {
            hooks.plan([{ text: 'one', status: 'active' }]);
            return 'Plan updated.';
          },
        },
        ask: { run: (_args, { signal }) => hooks.question('Which?', ['a', 'b'], signal) },
        delegate: { run: (_args, { signal }) => hooks.delegate('look around', signal) },
      }),
    );
    const turn = bench.send('go');
    await bench.until(() => bench.last('question') !== undefined);
    expect(bench.last('plan')).toMatchObject({ steps: [{ text: 'one', status: 'active' }] });
    await bench.do({ type: 'answer', id: bench.last('question')?.id ?? '', text: 'b' });
    await turn;
    expect(
      bench.model.sessions[0]?.entries
        .filter(({ message }) => message.role === 'tool')
        .map(({ message }) => message.content),
    ).toEqual(['Plan updated.', 'b', 'I looked.']);
    expect(bench.model.sessions[1]?.closed).toBe(true);
  });
});

describe('pending changes', () => {
  const twoFiles = [{ calls: [write('a', '1\n2\n'), write('b', 'x\n')] }, { text: 'wrote' }];
  const end = (bench: ChatBench) => bench.last('turnEnd')?.state;

  it('are listed for the open conversation until each file is decided on, then the turn is', async () => {
    const bench = new ChatBench(twoFiles, (_hooks, of) => ({ write: writing(of) }));
    await bench.send('go');
    expect(bench.state?.pending).toEqual([
      { path: 'a', change: 'created', added: 2, removed: 0 },
      { path: 'b', change: 'created', added: 1, removed: 0 },
    ]);
    await bench.do({ type: 'keepFiles', path: 'a' });
    expect([bench.state?.pending.map((file) => file.path), end(bench)]).toEqual([['b'], 'pending']);
    await bench.do({ type: 'undoFiles', path: undefined });
    await bench.until(() => end(bench) === 'kept');
    expect(bench.state?.pending).toEqual([]);
    expect(existsSync(path.join(bench.work, 'b'))).toBe(false);
  });

  it('that are all undone leave an undone turn', async () => {
    const bench = new ChatBench(twoFiles, (_hooks, of) => ({ write: writing(of) }));
    await bench.send('go');
    await bench.do({ type: 'undoFiles', path: undefined });
    await bench.until(() => end(bench) === 'undone');
  });

  it('are no longer pending when their turn is kept or undone', async () => {
    const bench = new ChatBench([...twoFiles, { calls: [write('a', '3\n')] }, { text: 'again' }], (_hooks, of) => ({
      write: writing(of),
    }));
    await bench.send('go');
    await bench.do({ type: 'keep', turn: 0 });
    expect([bench.state?.pending, end(bench)]).toEqual([[], 'kept']);
    await bench.send('once more');
    expect(bench.state?.pending).toEqual([{ path: 'a', change: 'edited', added: 1, removed: 2 }]);
    await bench.do({ type: 'undoTurn', turn: 1 });
    expect(bench.state?.pending).toEqual([]);
    expect(text(bench, 'a')).toBe('1\n2\n');
  });

  it('of another conversation are not listed', async () => {
    const bench = new ChatBench(twoFiles, (_hooks, of) => ({ write: writing(of) }));
    await bench.send('go');
    await bench.do({ type: 'newConversation' });
    expect(bench.state?.pending).toEqual([]);
  });
});
