// The model is fake: ChatML, bytes as tokens, replies from a script.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SessionStore } from '../../../../native/daemon/session/session-store.ts';
import type { SessionStoreOptions } from '../../../../native/daemon/session/session-store.ts';
import { statusNumbers } from '../../../../native/daemon/session/status-numbers.ts';
import { fakeRuntime } from '../../../support/engine/fake-runtime.ts';

function setUp(options: Partial<SessionStoreOptions> & { contextTokens?: number } = {}) {
  const runtime = fakeRuntime({ reply: (turn) => `Answer ${turn}.`, contextTokens: options.contextTokens });
  return { runtime, store: new SessionStore({ runtime: () => runtime, ...options }) };
}

const hello = { role: 'user', content: 'Hello' } as const;
const still = { signal: new AbortController().signal };
const coded = (code: string) => expect.objectContaining({ code });

afterEach(() => {
  vi.useRealTimers();
});

describe('sessions', () => {
  it('are created with messages, generate, and say what they hold', async () => {
    const { runtime, store } = setUp();
    const created = await store.create({ messages: [hello] });
    expect(created).toMatchObject({ messages: 1, contextTokens: 4096, ids: [expect.any(Array)] });
    const result = await store.generate({ session: created.session }, () => undefined, still);
    expect(result).toMatchObject({
      message: { role: 'assistant', content: 'Answer 0.' },
      finish: 'stop',
      messages: 2,
      tokens: created.tokens + result.ids.length,
    });
    expect(store.attach({ session: created.session }).entries.map(({ message }) => message.role)).toEqual([
      'user',
      'assistant',
    ]);
    expect(statusNumbers(runtime, store)).toMatchObject({ sessions: 1, running: 0, waiting: 0, totals: result.usage });
    expect(statusNumbers(undefined, { size: 0 }).cells).toEqual({ used: 0, total: 0 });
  });

  it('have ids that nobody guesses and are unknown once closed', async () => {
    const { store } = setUp();
    const { session } = await store.create({});
    expect(session).toMatch(/^[0-9a-f]{32}$/);
    expect(store.close({ session })).toEqual({});
    expect(() => store.attach({ session })).toThrow(coded('session.unknown'));
    expect(store.size).toBe(0);
  });

  it('need a model, and ids of that model', async () => {
    await expect(new SessionStore({ runtime: () => undefined }).create({})).rejects.toEqual(coded('model.not-loaded'));
    const { store } = setUp();
    await expect(store.create({ entries: [{ message: hello, ids: [1, 999_999] }] })).rejects.toEqual(
      expect.objectContaining({ code: 'request.invalid', data: { field: 'entries[0].ids' } }),
    );
  });

  it('come back from their entries and continue alike', async () => {
    const first = setUp();
    const { session } = await first.store.create({ messages: [hello] });
    await first.store.generate({ session }, () => undefined, still);
    const { entries } = first.store.attach({ session });
    await first.store.append({ session, messages: [hello] });
    const expected = await first.store.generate({ session }, () => undefined, still);

    const second = setUp();
    const restored = await second.store.create({ entries, messages: [hello] });
    const result = await second.store.generate({ session: restored.session }, () => undefined, still);
    expect([result.message.content, result.ids, result.tokens]).toEqual(['Answer 1.', expected.ids, expected.tokens]);
  });

  it('fork while they generate, but do not change then', async () => {
    const { store } = setUp();
    const { session } = await store.create({ messages: [hello] });
    const turn = store.generate({ session }, () => undefined, still);
    expect((await store.fork({ session })).messages).toBe(1);
    await expect(store.rewind({ session, messages: 0 })).rejects.toEqual(coded('session.busy'));
    await turn;
    expect((await store.rewind({ session, messages: 0 })).tokens).toBe(0);
  });

  it('take changes in the order in which they were asked for', async () => {
    const { store } = setUp();
    const { session } = await store.create({});
    const said = (content: string) => store.append({ session, messages: [{ role: 'user', content }] });
    const [, , state] = await Promise.all([
      said('one'),
      store.rewind({ session, messages: 0 }),
      said('two'),
      said('three'),
    ]);
    expect(state.messages).toBe(1);
    expect(store.attach({ session }).entries.map(({ message }) => message.content)).toEqual(['two', 'three']);
  });

  it('answer about what was appended before, although that takes a thread a while', async () => {
    const { runtime, store } = setUp({ contextTokens: 65_536 });
    const { session } = await store.create({ messages: [hello] });
    const many = Array.from({ length: 600 }, (_, at) => ({ role: 'user', content: `${at}` }) as const);
    const appended = store.append({ session, messages: many });
    const generated = store.generate({ session }, () => undefined, still);
    const refused = expect(store.append({ session, messages: [hello] })).rejects.toEqual(coded('session.busy'));
    const fork = await store.fork({ session });
    const { usage } = await generated;
    await refused;
    expect(fork.messages).toBe(1);
    expect((await appended).messages).toBe(601);
    expect(usage.reused + usage.computed).toBeGreaterThan((await appended).tokens);
    await runtime.close();
  });

  it('are unchanged by an append that was cancelled, and free for the next at once', async () => {
    const { runtime, store } = setUp({ contextTokens: 65_536 });
    const { session } = await store.create({ messages: [hello] });
    const many = Array.from({ length: 600 }, () => hello);
    const abort = new AbortController();
    const cancelled = store.append({ session, messages: many }, abort.signal);
    const next = store.append({ session, messages: [hello] });
    abort.abort();
    await expect(cancelled).rejects.toEqual(coded('request.cancelled'));
    expect((await next).messages).toBe(2);
    await runtime.close();
  });

  it('give no answer to a turn that is cancelled while its prompt is rendered', async () => {
    const { runtime, store } = setUp({ contextTokens: 65_536 });
    const messages = Array.from({ length: 600 }, () => hello);
    const { session, tokens } = await store.create({ messages });
    const abort = new AbortController();
    const generated = store.generate({ session }, () => undefined, { signal: abort.signal });
    setImmediate(() => abort.abort());
    expect(await generated).toMatchObject({ finish: 'cancelled', ids: [], messages: 600, tokens });
    await runtime.close();
  });

  it('refuse to grow without end', async () => {
    const { store } = setUp({ contextTokens: 512 });
    const { session } = await store.create({ messages: [{ role: 'user', content: 'x'.repeat(1200) }] });
    await expect(store.append({ session, messages: [hello] })).rejects.toEqual(
      expect.objectContaining({ code: 'context.overflow', data: { prompt: expect.any(Number), context: 512 } }),
    );
  });
});

describe('a session that nobody holds', () => {
  it('is kept for some minutes and then closed', async () => {
    vi.useFakeTimers();
    const { store } = setUp({ abandonedMs: 1000 });
    const [first, second] = [{}, {}];
    const kept = (await store.create({})).session;
    const left = (await store.create({})).session;
    for (const session of [kept, left]) store.hold(session, first);
    vi.advanceTimersByTime(5000);
    expect(store.size).toBe(2);
    store.hold(kept, second);
    for (const session of [kept, left]) store.release(session, first);
    vi.advanceTimersByTime(999);
    expect(store.size).toBe(2);
    vi.advanceTimersByTime(2);
    expect(store.attach({ session: kept }).session).toBe(kept);
    expect(() => store.attach({ session: left })).toThrow(coded('session.unknown'));
  });

  it('gives way when there are too many', async () => {
    const { store } = setUp({ sessionsMax: 2 });
    const first = (await store.create({})).session;
    const second = (await store.create({})).session;
    const client = {};
    store.hold(first, client);
    const third = (await store.create({}, client)).session;
    expect(() => store.attach({ session: second })).toThrow(coded('session.unknown'));
    store.hold(third, client);
    await expect(store.create({}, client)).rejects.toEqual(coded('queue.full'));
    await expect(store.fork({ session: first }, client)).rejects.toEqual(coded('queue.full'));
  });
});

describe('too many sessions', () => {
  /** Creates sessions that `client` keeps, as a connection does. */
  async function open(store: SessionStore, client: object, count: number): Promise<string[]> {
    const sessions: string[] = [];
    for (let at = 0; at < count; at++) {
      const { session } = await store.create({ messages: [hello] }, client);
      store.hold(session, client);
      sessions.push(session);
    }
    return sessions;
  }
  const isOpen = (store: SessionStore, session: string): boolean => {
    try {
      return store.attach({ session }).session === session;
    } catch {
      return false;
    }
  };

  it('of one client do not lock out another: the first loses those it has used the longest time ago', async () => {
    const { store } = setUp({ sessionsMax: 4 });
    const [greedy, modest] = [{}, {}];
    const [oldest = '', ...rest] = await open(store, greedy, 4);
    store.attach({ session: oldest });
    const [mine = ''] = await open(store, modest, 1);
    expect([oldest, ...rest].map((session) => isOpen(store, session))).toEqual([true, false, true, true]);
    expect(isOpen(store, mine)).toBe(true);
    expect(store.size).toBe(4);
  });

  it('are shared evenly in the end, and nobody loses one to a client with as many', async () => {
    const { store } = setUp({ sessionsMax: 4 });
    const [greedy, modest, third] = [{}, {}, {}];
    const first = await open(store, greedy, 4);
    const second = await open(store, modest, 2);
    await expect(store.create({}, modest)).rejects.toEqual(coded('queue.full'));
    await expect(store.create({}, greedy)).rejects.toEqual(coded('queue.full'));
    expect([first, second].map((sessions) => sessions.filter((session) => isOpen(store, session)).length)).toEqual([
      2, 2,
    ]);
    expect(await open(store, third, 1)).toHaveLength(1);
  });

  it('never cost one that generates, or that another client keeps too', async () => {
    const { store } = setUp({ sessionsMax: 3 });
    const [greedy, modest, watcher] = [{}, {}, {}];
    const [busy = '', shared = '', idle = ''] = await open(store, greedy, 3);
    store.hold(shared, watcher);
    const turn = store.generate({ session: busy }, () => undefined, still);
    await Promise.resolve();
    const [mine = ''] = await open(store, modest, 1);
    expect([busy, shared, idle, mine].map((session) => isOpen(store, session))).toEqual([true, true, false, true]);
    expect((await turn).finish).toBe('stop');
  });
});

describe('closing', () => {
  it('cancels the turn of a session, and clearing those of all', async () => {
    const { store } = setUp();
    const sessions = await Promise.all([0, 1, 2].map(async () => (await store.create({ messages: [hello] })).session));
    const turns = sessions.map((session) => store.generate({ session }, () => undefined, still));
    store.close({ session: sessions[0] ?? '' });
    store.clear();
    for (const turn of turns) expect((await turn).finish).toBe('cancelled');
    expect(store.size).toBe(0);
  });
});
