// A thousand cancels at random moments against the real engine: nothing leaks, nothing hangs, the next is served.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DaemonProcess } from '../../../support/daemon/daemon-process.ts';
import type { RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';

const endless = { responseFormat: { type: 'grammar', gbnf: 'root ::= [a-z] root' } } as const;

/** Starts and cancels `count` generations one after another, every tenth by dropping the session as well. */
async function cancelMany(client: RpcClient, count: number, seed: number): Promise<void> {
  let state = seed;
  const random = (): number => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
  const open = (): Promise<{ session: string }> =>
    client.request('session.create', {
      messages: [{ role: 'user', content: 'Say something. '.repeat(1 + Math.floor(random() * 20)) }],
    });
  let { session } = await open();
  for (let at = 0; at < count; at++) {
    const abort = new AbortController();
    const turn = client.request('session.generate', { session, options: endless }, { signal: abort.signal });
    if (random() < 0.8) await delay(random() * 8);
    abort.abort();
    expect((await turn.catch((error: unknown) => error)) as object).toMatchObject(
      expect.toSatisfy(
        (end: { finish?: string; code?: string }) => end.finish === 'cancelled' || end.code === 'request.cancelled',
      ),
    );
    if (at % 10 === 9) {
      await client.request('session.close', { session });
      ({ session } = await open());
    }
  }
  await client.request('session.close', { session });
}

it('serves the next request after 1,000 random cancels and holds no more memory', async () => {
  await using daemon = await DaemonProcess.start({
    args: ['--model', 'nano', '--context', '2048', '--parallel', '2', '--threads', '1'],
  });
  const clients = await Promise.all([daemon.connect(), daemon.connect(), daemon.connect(), daemon.connect()]);
  const round = (each: number, seed: number): Promise<void[]> =>
    Promise.all(clients.map((client, at) => cancelMany(client, each, seed + at)));
  await round(50, 1);
  const observer = await daemon.connect();
  const before = await observer.request('status', {});
  await round(200, 100);
  const after = await observer.request('status', {});
  expect({ sessions: after.sessions, running: after.running, waiting: after.waiting }).toEqual({
    sessions: 0,
    running: 0,
    waiting: 0,
  });
  expect(after.memoryBytes - before.memoryBytes).toBeLessThan(64 * 1024 * 1024);
  const { session } = await observer.request('session.create', { messages: [{ role: 'user', content: 'Hi' }] });
  expect(
    (await observer.request('session.generate', { session, options: { maxTokens: 4 } })).usage.generated,
  ).toBeGreaterThan(0);
  expect((await daemon.end()).code).toBe(0);
}, 120_000);
