// The real daemon where nothing can be written: /dev/full takes the place of its log, of stderr and of stdout.
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';
import { readDiscovery } from '../../../../native/daemon/server/discovery-file.ts';
import type { DiscoveryRecord } from '../../../../native/daemon/server/discovery-file.ts';
import { DaemonProcess } from '../../../support/daemon/daemon-process.ts';
import { until } from '../../../support/daemon/fake-daemon.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const nano = ['--context', '4096', '--threads', '1', '--model', 'nano', '--http', '--verbose'];

/** Does what makes a daemon log: loads a model, generates, fails, asks over HTTP. */
async function useIt(record: Pick<DiscoveryRecord, 'url' | 'token'>): Promise<void> {
  const client = await RpcClient.connect(record);
  const { session } = await client.request('session.create', { messages: [{ role: 'user', content: 'Hi' }] });
  expect((await client.request('session.generate', { session, options: { maxTokens: 4 } })).ids).not.toEqual([]);
  await client.request('model.load', { model: 'nano', contextTokens: 2048, threads: 1 });
  await expect(client.request('model.load', { model: 'no-such-model' })).rejects.toMatchObject({
    code: 'model.missing',
  });
  const health = await fetch(`${record.url}/health`, { headers: { authorization: `Bearer ${record.token}` } });
  expect(health.status).toBe(200);
  await client.close();
}

describe.runIf(process.platform === 'linux')('a daemon on a full disk', () => {
  it('whose log file cannot be written says so on stderr, serves, and ends in order', async () => {
    const stateDirectory = temporaryFolder();
    // The name of the kept log is taken, so the link stays where the new log is opened.
    mkdirSync(path.join(stateDirectory, 'daemon.crash.log'));
    symlinkSync('/dev/full', path.join(stateDirectory, 'daemon.log'));
    await using daemon = await DaemonProcess.start({ args: nano, stateDirectory });
    await useIt(daemon.line);
    const { code, stderr } = await daemon.end();
    expect(code).toBe(0);
    expect(stderr.match(/The log file is written no more: ENOSPC/g)).toHaveLength(1);
    expect(stderr).toMatch(/ info stopping: Received SIGTERM\.\n/);
    expect(daemon.files()).toEqual(['daemon.crash.log']);
  });

  it.each([
    ['stderr', ['ignore', 'pipe', 'full'], /ready on/],
    ['stdout', ['ignore', 'full', 'pipe'], /The line that says where this daemon is could not be printed: .*ENOSPC/],
    ['both', ['ignore', 'full', 'full'], /The line that says where this daemon is could not be printed: .*ENOSPC/],
  ] as const)('whose %s cannot be written serves and ends in order', async (_, wanted, logged) => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const stdio = wanted.map((kind) => (kind === 'full' ? full : kind));
    await using daemon = new DaemonProcess({ args: nano, stdio });
    const record = (): DiscoveryRecord | undefined => readDiscovery(path.join(daemon.stateDirectory, 'daemon.json'));
    await until(() => record() !== undefined);
    await useIt(record()!);
    expect(readFileSync(path.join(daemon.stateDirectory, 'daemon.log'), 'utf8')).toMatch(logged);
    expect((await daemon.end()).code).toBe(0);
    expect(daemon.files()).toEqual([]);
  });

  it('that cannot start still ends with its status', async () => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    await using daemon = new DaemonProcess({ args: ['--nonsense'], stdio: ['ignore', full, full] });
    expect((await daemon.ended).code).toBe(2);
  });
});
