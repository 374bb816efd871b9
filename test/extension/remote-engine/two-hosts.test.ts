// Real: two hosts as network namespaces, the daemon with nano on one, the extension's engine client on the other, and a
// forwarded port between them. Faked: SSH, by a forward of the test's own.
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { daemonBundle } from '../../support/daemon/daemon-process.ts';
import { TwoHosts } from '../../support/engines/two-hosts.ts';

const missing = TwoHosts.missing();
if (missing !== undefined) process.stderr.write(`The test over two hosts is skipped: ${missing}.\n`);

const port = 8737;
const openPort = 8738;
const token = 'token-of-the-engine-at-home';
let hosts: TwoHosts | undefined;
afterEach(async () => await hosts?.dispose());

interface Told {
  readonly unforwarded: string;
  readonly denied: string;
  readonly facts: object;
  readonly counts: readonly number[];
  readonly used: readonly string[];
  readonly tests: string;
  readonly state: string;
  readonly elsewhere: object;
  readonly socketOfEditor: string;
  readonly reached: readonly string[];
}

it.skipIf(missing !== undefined)(
  'a remote window uses the engine at home through a forwarded port, and nothing else of that machine',
  { timeout: 300_000 },
  async () => {
    hosts = new TwoHosts();
    const { home, away, homeAddress, folder } = hosts;
    const state = path.join(folder, 'state');
    const socket = path.join(folder, 'forward');
    const options = ['--model', 'nano', '--context', '4096', '--threads', '1', '--backend', 'cpu'];
    await hosts.start(home, daemonBundle, '--state-dir', state, ...options);
    const served = await hosts.run(home, 'home-host', state, socket, String(port), token, String(openPort));
    const { url, daemon } = JSON.parse(served) as { url: string; daemon: string };
    expect(url).toBe(`http://127.0.0.1:${port}`);

    const places = [`${homeAddress} ${openPort}`, `${homeAddress} ${port}`, `${homeAddress} ${daemon}`];
    const line = await hosts.run(away, 'away-host', socket, String(port), token, ...places, `127.0.0.1 ${daemon}`);
    const told = JSON.parse(line) as Told;
    expect(told.unforwarded).toBe(
      `daemon.unreachable: home:${port} does not answer: forward its port again, and check that it serves at home.`,
    );
    expect(told.denied).toMatch(/^auth\.denied: home:8737 refuses the key/);
    expect(told.facts).toMatchObject({ name: 'nano', profile: 'compact', contextTokens: 4096 });
    // Counted by the tokenizer at home, and said to be so.
    expect(told).toMatchObject({ state: 'ready', elsewhere: { reach: 'home', host: 'home:8737', estimates: false } });
    expect(told.counts).toEqual([expect.any(Number)]);
    expect(told.used).toContain('edit_file');
    expect(told.tests).toBe('6 passed');
    expect(told.socketOfEditor).not.toBe('none');
    expect(told.reached).toEqual([
      `${homeAddress} ${openPort} open`, // the hosts see each other
      `${homeAddress} ${port} ECONNREFUSED`,
      `${homeAddress} ${daemon} ECONNREFUSED`,
      `127.0.0.1 ${daemon} ECONNREFUSED`,
    ]);
  },
);
