// Real: the daemon's server and the connection to it. Faked: its model.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RpcClient } from '../../../extension/daemon-link/rpc-client.ts';
import { ServedPort } from '../../../extension/daemon-link/served-port.ts';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import type { FakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { freePort } from '../../support/free-port.ts';

const token = 'token-of-programs';
let fake: FakeDaemon;
let client: RpcClient;
let wanted = 0;
let asked = 0;
let shown: (string | undefined)[];
let served: ServedPort;

beforeEach(async () => {
  fake = await startFakeDaemon();
  client = await RpcClient.connect(fake);
  [wanted, asked, shown] = [0, 0, []];
  served = new ServedPort(
    {
      client: () => {
        asked += 1;
        return Promise.resolve(client);
      },
      wanted: () => wanted,
      token: () => Promise.resolve(token),
    },
    (url) => shown.push(url),
  );
});
afterEach(async () => {
  await client.close();
  await fake.daemon.stop('test');
});

it('does not start the engine for those who never serve', async () => {
  await served.apply();
  expect([asked, shown]).toEqual([0, []]);
});

it('opens the port that is wanted, tells its address once, and closes it', async () => {
  wanted = await freePort();
  const url = `http://127.0.0.1:${wanted}`;
  await Promise.all([served.apply(), served.apply()]);
  const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  wanted = 0;
  await served.apply();
  expect(shown).toEqual([url, undefined]);
  await expect(fetch(url)).rejects.toThrow();
});

it('opens it again after the engine has ended', async () => {
  wanted = await freePort();
  await served.apply();
  served.lost();
  await served.apply();
  expect(shown).toEqual([`http://127.0.0.1:${wanted}`, undefined, `http://127.0.0.1:${wanted}`]);
});

it('says that the port is taken, and takes the next one that is wanted', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  wanted = (other.address() as AddressInfo).port;
  await expect(served.apply()).rejects.toMatchObject({ code: 'option.invalid' });
  expect(shown).toEqual([]);
  wanted = await freePort();
  await served.apply();
  expect(shown).toHaveLength(1);
  await new Promise((resolve) => other.close(resolve));
});
