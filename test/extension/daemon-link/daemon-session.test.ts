// Faked: the daemon. It keeps sessions by id and forgets them all when it crashes.
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { LogEntry } from '../../../native/protocol/methods.ts';
import type { DaemonClient, ModelConnection } from '../../../extension/daemon-link/daemon-model.ts';
import { DaemonSession } from '../../../extension/daemon-link/daemon-session.ts';
import { fakeModel } from '../../support/daemon/fake-daemon.ts';

const never = new AbortController().signal;
const user = (content: string): ChatMessage => ({ role: 'user', content });
const idsOf = (message: ChatMessage) => [...message.content].map((letter) => letter.codePointAt(0) ?? 0);

interface Params {
  readonly session: string;
  readonly messages?: readonly ChatMessage[] | number;
  readonly entries?: readonly LogEntry[];
}

class DaemonOfTest {
  readonly sessions = new Map<string, ChatMessage[]>();
  readonly log: string[] = [];
  fingerprint = 'f';
  finish = 'stop';
  #client: DaemonClient = this.#connect();
  #next = 0;

  get connection(): ModelConnection {
    return { client: async () => this.#client, loaded: { ...fakeModel, fingerprint: this.fingerprint } };
  }

  crash(): void {
    this.sessions.clear();
    this.#client = this.#connect();
  }

  open(entries: readonly LogEntry[] = []): DaemonSession {
    return new DaemonSession(this.connection, { tools: [], label: 'test' }, entries, 'f');
  }

  #connect(): DaemonClient {
    const client = {
      request: async (method: string, params: Params) => {
        if (client !== this.#client) throw new CodedError('daemon.unreachable', 'The connection was lost.');
        return this.#answer(method, params);
      },
    } as DaemonClient;
    return client;
  }

  #answer(method: string, { session, messages, entries }: Params): unknown {
    this.log.push(method);
    const given = Array.isArray(messages) ? (messages as ChatMessage[]) : [];
    if (method === 'session.create') {
      const all = entries?.map((entry) => entry.message) ?? given;
      this.sessions.set(`s${++this.#next}`, [...all]);
      return { session: `s${this.#next}`, ids: all.map(idsOf) };
    }
    const said = this.sessions.get(session);
    if (said === undefined) throw new CodedError('session.unknown', `There is no session ${session}.`);
    switch (method) {
      case 'session.append':
        said.push(...given);
        return { ids: given.map(idsOf) };
      case 'session.generate': {
        const message: ChatMessage = { role: 'assistant', content: 'ok' };
        if (this.finish !== 'cancelled') said.push(message);
        return { message, ids: idsOf(message), finish: this.finish };
      }
      case 'session.rewind':
        said.length = Number(messages);
        return {};
      case 'session.fork':
        this.sessions.set(`s${++this.#next}`, said.slice(0, Number(messages)));
        return { session: `s${this.#next}` };
      case 'session.close':
        this.sessions.delete(session);
        return {};
      default:
        throw new Error(`${method} is not expected`);
    }
  }
}

const contents = (session: DaemonSession) => session.entries.map(({ message }) => message.content);

describe('a session of the daemon', () => {
  it('keeps every message with its token ids', async () => {
    const session = new DaemonOfTest().open();
    await session.append([user('hi')]);
    await session.generate({}, () => undefined, never);
    expect(session.entries).toEqual([
      { message: user('hi'), ids: [104, 105] },
      { message: { role: 'assistant', content: 'ok' }, ids: [111, 107] },
    ]);
    expect(session.tokens).toBe(4);
  });

  it('opens again with all its entries after a crash, and repeats the request', async () => {
    const daemon = new DaemonOfTest();
    const session = daemon.open();
    await session.append([user('one')]);
    daemon.crash();
    await session.append([user('two')]);
    expect(contents(session)).toEqual(['one', 'two']);
    expect([...daemon.sessions.values()]).toEqual([[user('one'), user('two')]]);
    daemon.crash();
    await session.generate({}, () => undefined, never);
    expect(contents(session)).toEqual(['one', 'two', 'ok']);
  });

  it('opens from the messages, and takes the new ids, when another model is loaded', async () => {
    const daemon = new DaemonOfTest();
    const session = daemon.open([{ message: user('hi'), ids: [1, 2, 3, 4] }]);
    daemon.fingerprint = 'another';
    const moved = new DaemonSession(daemon.connection, { tools: [], label: 'test' }, session.entries, 'f');
    await moved.ready();
    expect(moved.entries).toEqual([{ message: user('hi'), ids: [104, 105] }]);
  });

  it('is not asked to generate twice when the session is gone: the loop decides', async () => {
    const daemon = new DaemonOfTest();
    const session = daemon.open();
    await session.append([user('hi')]);
    daemon.sessions.clear();
    await expect(session.generate({}, () => undefined, never)).rejects.toMatchObject({ code: 'session.unknown' });
    await session.generate({}, () => undefined, never);
    expect(contents(session)).toEqual(['hi', 'ok']);
  });

  it('stays as it was when generating is cancelled', async () => {
    const daemon = new DaemonOfTest();
    const session = daemon.open();
    await session.append([user('hi')]);
    daemon.finish = 'cancelled';
    await expect(session.generate({}, () => undefined, never)).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(contents(session)).toEqual(['hi']);
  });

  it('rewinds and forks, each with its own messages', async () => {
    const session = new DaemonOfTest().open();
    await session.append([user('one'), user('two')]);
    const fork = await session.fork(1);
    await fork.append([user('three')]);
    await session.rewind(1);
    expect([contents(session), contents(fork)]).toEqual([['one'], ['one', 'three']]);
  });

  it('is closed once, and not opened for it', async () => {
    const daemon = new DaemonOfTest();
    await daemon.open().close();
    const session = daemon.open();
    await session.ready();
    await session.close();
    await session.close();
    expect(daemon.log).toEqual(['session.create', 'session.close']);
    await expect(session.append([user('hi')])).rejects.toMatchObject({ code: 'session.unknown' });
  });
});
