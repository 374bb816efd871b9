import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';
import { startFakeDaemon } from '../../../support/daemon/fake-daemon.ts';
import type { FakeDaemon } from '../../../support/daemon/fake-daemon.ts';

const token = 'token-of-programs';

let fake: FakeDaemon;
let client: RpcClient;
beforeEach(async () => {
  fake = await startFakeDaemon();
  client = await RpcClient.connect(fake);
});
afterEach(async () => {
  await client.close();
  await fake.daemon.stop('test');
});

function get(url: string, bearer: string, agent = 'curl/8.1'): Promise<Response> {
  return fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${bearer}`, 'user-agent': agent } });
}

async function open(port = 0, wanted = token): Promise<string> {
  const { url } = await client.request('endpoint.open', { port, token: wanted });
  return url!;
}

describe('the port for other programs', () => {
  it('is closed until it is opened, and again after', async () => {
    expect((await client.request('endpoint.state', {})).url).toBeUndefined();
    const url = await open();
    expect(await (await get(url, token)).text()).toBe('answered /v1/models');
    await client.request('endpoint.close', {});
    await expect(get(url, token)).rejects.toThrow();
    expect((await client.request('endpoint.state', {})).url).toBeUndefined();
  });

  it('has a token of its own: neither opens what the other one does', async () => {
    const url = await open();
    expect((await get(url, fake.token)).status).toBe(401);
    expect((await get(fake.url, token)).status).toBe(401);
    const socket = new WebSocket(url.replace('http', 'ws'), { headers: { authorization: `Bearer ${token}` } });
    const refused = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(refused.message).toContain('404');
  });

  it('leaves the port of the daemon without the endpoint', async () => {
    await open();
    expect((await get(fake.url, fake.token)).status).toBe(404);
  });

  it('takes another token on the same port, which ends the former one', async () => {
    const url = await open();
    expect(await open(0, 'another-token-here')).toBe(url);
    expect((await get(url, token)).status).toBe(401);
    expect((await get(url, 'another-token-here')).status).toBe(200);
  });

  it('moves to another port, and stays where it is when that one is taken', async () => {
    const first = await open();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(open(port)).rejects.toMatchObject({ code: 'option.invalid' });
    expect((await get(first, token)).status).toBe(200);
    await new Promise((resolve) => other.close(resolve));
    expect(await open(port)).toBe(`http://127.0.0.1:${port}`);
    await expect(get(first, token)).rejects.toThrow();
  });

  it('tells which programs use it', async () => {
    const url = await open();
    for (const agent of ['OpenAI/JS 6.1', 'ollama/0.6 (x64)', 'OpenAI/JS 6.1'])
      await (await get(url, token, agent)).text();
    await get(url, 'wrong-token-of-another', 'stranger/1');
    expect((await client.request('endpoint.state', {})).programs).toEqual([
      { name: 'OpenAI', requests: 2, running: 0 },
      { name: 'ollama', requests: 1, running: 0 },
    ]);
  });

  it('refuses a token that could be guessed', async () => {
    await expect(open(0, 'short')).rejects.toMatchObject({ code: 'request.invalid' });
  });
});
