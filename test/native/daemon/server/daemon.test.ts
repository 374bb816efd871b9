import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startFakeDaemon, until } from '../../../support/daemon/fake-daemon.ts';
import { RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';

describe('Daemon', () => {
  it('stops: requests are answered, clients told why, the model closed', async () => {
    const fake = await startFakeDaemon();
    fake.sessions.turn = (_onEvent, { signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve({})));
    const client = await RpcClient.connect(fake);
    await client.request('model.load', { model: 'a' });
    const turn = client.request('session.generate', { session: 's' });
    const told = new Promise((resolve) => client.onNotification('daemon.stopping', resolve));
    await until(() => fake.sessions.calls.length === 1);
    expect(await fake.daemon.stop('It is late.')).toBe(true);
    expect(await told).toEqual({ reason: 'It is late.' });
    expect((await turn).finish).toBe('cancelled');
    expect(await client.closed).toEqual({ code: 1001, reason: 'daemon.stopping: It is late.' });
    expect(fake.events).toEqual(['changed a', 'leaving a', 'closed a', 'changed none']);
    await expect(RpcClient.connect(fake)).rejects.toThrow(/ECONNREFUSED/);
    expect(await fake.daemon.stop('again')).toBe(true);
  });

  it('stops within a bound although a client reads nothing and a request never ends', async () => {
    const fake = await startFakeDaemon({ endpoint: () => new Promise(() => undefined) });
    fake.sessions.turn = () => new Promise(() => undefined);
    const client = await RpcClient.connect(fake);
    void client.request('session.generate', { session: 's' }).catch(() => undefined);
    client.socket.pause();
    const call = request(`${fake.url}/v1/models`, { headers: { authorization: `Bearer ${fake.token}` } });
    const broken = new Promise((resolve) => call.on('error', resolve));
    call.end();
    await until(() => fake.sessions.calls.length === 1);
    expect(await fake.daemon.stop('test')).toBe(true);
    await broken;
    client.socket.terminate();
  });

  it('asks to be stopped by a client and answers it first', async () => {
    const fake = await startFakeDaemon();
    const client = await RpcClient.connect(fake);
    expect(await client.request('shutdown', {})).toEqual({});
    expect(await fake.daemon.stopRequested()).toBe('A client asked the daemon to stop.');
    await fake.daemon.stop('test');
  });

  it('asks to be stopped when nobody uses it for a time, not before it is told to watch', async () => {
    const fake = await startFakeDaemon({ idleMs: 30 });
    const client = await RpcClient.connect(fake);
    fake.daemon.startIdleClock();
    await new Promise((resolve) => setTimeout(resolve, 90));
    let stopped = false;
    void fake.daemon.stopRequested().then(() => (stopped = true));
    await client.request('status', {});
    expect(stopped).toBe(false);
    await client.close();
    expect(await fake.daemon.stopRequested()).toMatch(/Nobody/);
    await fake.daemon.stop('test');
  });

  it('tells every client of another model', async () => {
    const fake = await startFakeDaemon();
    const clients = await Promise.all([RpcClient.connect(fake), RpcClient.connect(fake)]);
    const told = clients.map(
      (client) => new Promise((resolve) => client.onNotification('model.changed', ({ model }) => resolve(model?.name))),
    );
    await clients[0]!.request('model.load', { model: 'b' });
    expect(await Promise.all(told)).toEqual(['b', 'b']);
    await fake.daemon.stop('test');
  });
});
