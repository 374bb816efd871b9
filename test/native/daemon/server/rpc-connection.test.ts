import { afterEach, describe, expect, it } from 'vitest';
import type { GenerateEvent } from '../../../../native/protocol/generation.ts';
import { startFakeDaemon, until } from '../../../support/daemon/fake-daemon.ts';
import type { FakeDaemon, FakeOptions } from '../../../support/daemon/fake-daemon.ts';
import { openSocket, RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';

const started: FakeDaemon[] = [];

async function start(options?: FakeOptions): Promise<FakeDaemon> {
  const fake = await startFakeDaemon(options);
  started.push(fake);
  return fake;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((fake) => fake.daemon.stop('the test is over')));
});

/** Sends raw frames, then returns the answers until the socket closes or as many as asked came. */
async function raw(
  fake: FakeDaemon,
  frames: (string | Buffer)[],
  answers = Infinity,
): Promise<{ messages: Record<string, unknown>[]; code: number | undefined; reason: string }> {
  const socket = await openSocket(fake);
  const messages: Record<string, unknown>[] = [];
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)) as Record<string, unknown>);
      if (messages.length >= answers) {
        socket.terminate();
        resolve({ messages, code: undefined, reason: '' });
      }
    });
    socket.on('close', (code, reason) => resolve({ messages, code, reason: reason.toString() }));
    for (const frame of frames) socket.send(frame);
  });
}

const hello = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params: { protocol: 1, client: 'raw' } });

describe('hello', () => {
  it('comes first, or the connection is closed', async () => {
    const fake = await start();
    const { messages, code, reason } = await raw(fake, [JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'status' })]);
    expect(messages[0]).toMatchObject({ id: 1, error: { data: { code: 'protocol.version' } } });
    expect(code).toBe(1008);
    expect(reason).toMatch(/^protocol\.version: /);
  });

  it('of another version is answered with both versions and closed', async () => {
    const fake = await start();
    await expect(RpcClient.connect(fake, { protocol: 99 })).rejects.toMatchObject({
      code: 'protocol.version',
      data: { daemon: 1, client: 99 },
    });
    const { code } = await raw(fake, [
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hello', params: { protocol: 2, client: 'x', whatever: 1 } }),
    ]);
    expect(code).toBe(1008);
  });
});

describe('a frame', () => {
  it.each([
    ['that is no JSON', '{'],
    ['that is binary', Buffer.from(hello)],
    ['that is a batch', `[${hello}]`],
    ['that is null', 'null'],
    ['of another JSON-RPC', '{"jsonrpc":"1.0","id":2,"method":"status"}'],
    ['without a method', '{"jsonrpc":"2.0","id":2,"result":{}}'],
    ['with an object for id', '{"jsonrpc":"2.0","id":{},"method":"status"}'],
    ['with null for id', '{"jsonrpc":"2.0","id":null,"method":"status"}'],
    ['with parameters by position', '{"jsonrpc":"2.0","id":2,"method":"status","params":[1]}'],
    ['that cancels nothing', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{}}'],
    ['that cancels without parameters', '{"jsonrpc":"2.0","method":"$/cancelRequest"}'],
    ['of too many values', `{"jsonrpc":"2.0","method":"status","params":{"a":[${'[],'.repeat(600_000)}0]}}`],
  ])('%s closes the connection', async (_what, frame) => {
    const fake = await start();
    const { code, reason } = await raw(fake, [hello, frame]);
    expect({ code, reason: reason.split(':')[0] }).toEqual({ code: 1008, reason: 'protocol.frame' });
    await (await RpcClient.connect(fake)).close();
  });

  it('that is too large closes the connection', async () => {
    const fake = await start();
    const { code } = await raw(fake, [hello, 'x'.repeat(33 * 1024 * 1024)]);
    expect(code).toBe(1009);
  });

  it('with an unknown notification is ignored', async () => {
    const fake = await start();
    const { messages } = await raw(
      fake,
      [hello, '{"jsonrpc":"2.0","method":"what.ever"}', '{"jsonrpc":"2.0","id":2,"method":"status"}'],
      2,
    );
    expect(messages[1]).toMatchObject({ id: 2, result: { sessions: 0 } });
  });
});

describe('a request', () => {
  it('of an unknown method or with wrong parameters is refused, and the next is served', async () => {
    const fake = await start();
    const client = await RpcClient.connect(fake);
    await expect(client.request('toString' as 'status', {})).rejects.toMatchObject({ code: 'request.unknown-method' });
    await expect(client.request('session.rewind', { session: 's', messages: -1 })).rejects.toMatchObject({
      code: 'request.invalid',
      data: { field: 'messages' },
    });
    expect((await client.request('status', {})).running).toBe(0);
  });

  it('that fails inside says so without a stack', async () => {
    const fake = await start();
    fake.sessions.turn = () => Promise.reject(new TypeError('cannot read x'));
    const client = await RpcClient.connect(fake);
    const error: unknown = await client.request('session.generate', { session: 's' }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'internal.failed', message: 'cannot read x' });
    expect(JSON.stringify((error as { cause: { data: unknown } }).cause.data)).toBe('{"code":"internal.failed"}');
  });

  it('is refused when the connection has too many open', async () => {
    const fake = await start();
    fake.sessions.turn = (_onEvent, { signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve({})));
    const client = await RpcClient.connect(fake);
    const open = Array.from({ length: 257 }, () => client.request('session.generate', { session: 's' }));
    await expect(Promise.race(open)).rejects.toMatchObject({ code: 'queue.full' });
    await client.close();
    await Promise.allSettled(open);
  });
});

describe('progress and cancellation', () => {
  it('events come in order and before the answer', async () => {
    const fake = await start();
    fake.sessions.turn = async (onEvent) => {
      onEvent({ kind: 'queued', ahead: 0 });
      for (let at = 0; at < 100; at++) {
        onEvent({ kind: 'text', text: `${at} ` });
        if (at % 10 === 0) await new Promise(setImmediate);
      }
      return {};
    };
    const client = await RpcClient.connect(fake);
    const seen: string[] = [];
    await client.request(
      'session.generate',
      { session: 's' },
      { onProgress: (event) => seen.push(event.kind === 'text' ? event.text : event.kind) },
    );
    seen.push('answered');
    expect(seen).toEqual(['queued', ...Array.from({ length: 100 }, (_, at) => `${at} `), 'answered']);
  });

  it('nothing is sent to a client that did not ask for progress', async () => {
    const fake = await start();
    fake.sessions.turn = (onEvent) => Promise.resolve(void onEvent({ kind: 'text', text: 'x' })).then(() => ({}));
    const { messages } = await raw(
      fake,
      [hello, '{"jsonrpc":"2.0","id":2,"method":"session.generate","params":{"session":"s"}}'],
      2,
    );
    expect(messages.map((message) => message.id)).toEqual([1, 2]);
  });

  it('a cancelled generation is a result, and the next request is served', async () => {
    const fake = await start();
    let begun = false;
    fake.sessions.turn = (_onEvent, { signal }) =>
      new Promise((resolve) => {
        begun = true;
        signal.addEventListener('abort', () => resolve({}));
      });
    const client = await RpcClient.connect(fake);
    const abort = new AbortController();
    const turn = client.request('session.generate', { session: 's' }, { signal: abort.signal });
    await until(() => begun);
    abort.abort();
    expect((await turn).finish).toBe('cancelled');
    expect((await client.request('status', {})).running).toBe(0);
  });

  it('a load that is cancelled ends with request.cancelled', async () => {
    const fake = await start({
      load: (_options, onProgress, signal) =>
        new Promise((_resolve, reject) => {
          onProgress(0.25);
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    const client = await RpcClient.connect(fake);
    const abort = new AbortController();
    const fractions: number[] = [];
    const load = client.request(
      'model.load',
      { model: 'big' },
      {
        signal: abort.signal,
        onProgress: ({ fraction }) => {
          fractions.push(fraction);
          abort.abort();
        },
      },
    );
    await expect(load).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(fractions).toEqual([0.25]);
    expect((await client.request('status', {})).loading).toBeUndefined();
  });
});

describe('sessions and connections', () => {
  it('a session is held by every connection that made or attached it, until it closes it or ends', async () => {
    const fake = await start();
    const first = await RpcClient.connect(fake);
    const { session } = await first.request('session.create', {});
    await first.request('session.attach', { session });
    const second = await RpcClient.connect(fake);
    await second.request('session.attach', { session });
    const fork = await second.request('session.fork', { session });
    expect([...fake.sessions.holds]).toEqual([
      [session, 2],
      [fork.session, 1],
    ]);
    await second.request('session.close', { session });
    expect(fake.sessions.holds.get(session)).toBe(1);
    first.socket.terminate();
    await until(() => fake.sessions.holds.get(session) === 0);
    expect(fake.sessions.holds.get(fork.session)).toBe(1);
    const third = await RpcClient.connect(fake);
    expect((await third.request('session.attach', { session })).session).toBe(session);
  });

  it('a client that vanishes mid-stream has its generation aborted and others go on', async () => {
    const fake = await start();
    const signals: AbortSignal[] = [];
    fake.sessions.turn = (_onEvent, { signal }) =>
      new Promise((resolve) => {
        signals.push(signal);
        signal.addEventListener('abort', () => resolve({}));
      });
    const vanishing = await RpcClient.connect(fake);
    const staying = await RpcClient.connect(fake);
    void vanishing.request('session.generate', { session: 'a' }).catch(() => undefined);
    const turn = new AbortController();
    const kept = staying.request('session.generate', { session: 'b' }, { signal: turn.signal });
    await until(() => signals.length === 2);
    vanishing.socket.terminate();
    await until(() => fake.sessions.calls.includes('generated a'));
    expect(fake.sessions.calls).not.toContain('generated b');
    turn.abort();
    expect((await kept).session).toBe('b');
  });
});

describe('a slow reader', () => {
  const limits = { highWater: 64 * 1024, lowWater: 16 * 1024, hardLimit: 1e9, stalledMs: 60_000 };
  const piece = 'x'.repeat(8 * 1024);

  it('holds its generation back and gets every piece once it reads', async () => {
    const fake = await start({ limits });
    const total = 4000; // 32 MB: more than the sockets of the operating system take
    let made = 0;
    fake.sessions.turn = async (onEvent, { ready }) => {
      for (; made < total; made++) {
        await ready?.();
        onEvent({ kind: 'text', text: piece });
      }
      return {};
    };
    const client = await RpcClient.connect(fake);
    let received = 0;
    const count = (event: GenerateEvent): void => {
      if (event.kind === 'text') received += event.text.length;
    };
    const turn = client.request('session.generate', { session: 's' }, { onProgress: count });
    client.socket.pause();
    let before = -1;
    await until(() => {
      const same = made > 0 && made === before;
      before = made;
      return same;
    });
    expect(made).toBeLessThan(total);
    const other = await RpcClient.connect(fake);
    expect((await other.request('status', {})).running).toBe(0);
    client.socket.resume();
    await turn;
    expect({ made, received }).toEqual({ made: total, received: total * piece.length });
  });

  it('that never reads again is disconnected and its generation ends', async () => {
    const fake = await start({ limits: { ...limits, stalledMs: 50 } });
    fake.sessions.turn = async (onEvent, { ready, signal }) => {
      while (!signal.aborted) {
        await ready?.();
        onEvent({ kind: 'text', text: piece });
      }
      return {};
    };
    const client = await RpcClient.connect(fake);
    void client.request('session.generate', { session: 's' }, { onProgress: () => undefined }).catch(() => undefined);
    client.socket.pause();
    await until(() => fake.sessions.calls.includes('generated s'));
    expect(fake.log.some((line) => /stopped reading/.test(line))).toBe(true);
    client.socket.terminate();
  });

  it('cannot make answers pile up: it is not read from while they wait', async () => {
    const fake = await start({ limits });
    const socket = await openSocket(fake);
    socket.send(hello);
    socket.pause();
    // The first answer is more than the operating system's sockets take, so that it waits in the daemon.
    const large = 'm'.repeat(32_000_000);
    let read = 0;
    fake.sessions.append = ({ session }) => {
      read++;
      const rewritten = { from: 0, reason: read === 1 ? large : '' };
      return { session, tokens: 3, messages: 1, contextTokens: 1024, ids: [], rewritten };
    };
    const append = (id: number): void => {
      const params = { session: 's', messages: [{ role: 'user', content: 'hello' }] };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'session.append', params }));
    };
    append(2);
    await until(() => read === 1);
    // Whatever another client is answered after, the daemon had the chance to read from this one too.
    const other = await RpcClient.connect(fake);
    const rounds = async (): Promise<void> => {
      for (let round = 0; round < 20; round++) await other.request('status', {});
    };
    await rounds();
    for (let id = 3; id < 103; id++) append(id);
    await rounds();
    expect(read).toBe(1);
    let answers = 0;
    socket.on('message', () => answers++);
    socket.resume();
    await until(() => answers === 102);
    expect(read).toBe(101);
    socket.terminate();
  });
});

describe('the heartbeat', () => {
  it('drops a peer that shows no sign of life and keeps one that does', async () => {
    const fake = await start({ heartbeatMs: 40 });
    const dead = await openSocket(fake);
    // A peer whose process hangs: frames arrive, nobody answers the pings.
    dead.pong = () => undefined;
    dead.on('error', () => undefined);
    const alive = await RpcClient.connect(fake);
    Object.assign(dead, { _autoPong: false });
    await new Promise((resolve) => dead.once('close', resolve));
    expect((await alive.request('status', {})).sessions).toBe(0);
  });
});
