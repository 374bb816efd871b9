// One daemon per state directory: the lock decides, also after kill -9.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../../../native/daemon/backend/addon-loader.ts';
import { claimStateDirectory } from '../../../../native/daemon/server/daemon-claim.ts';
import type { Claim } from '../../../../native/daemon/server/daemon-claim.ts';
import { daemonAnswers } from '../../../../native/daemon/server/daemon-probe.ts';
import { endHungDaemon } from '../../../../native/daemon/server/end-hung-daemon.ts';
import { prepareStateDirectory } from '../../../../native/daemon/server/state-directory.ts';
import type { StateFiles } from '../../../../native/daemon/server/state-directory.ts';
import { DaemonProcess } from '../../../support/daemon/daemon-process.ts';
import { stopProcess } from '../../../support/daemon/stop-process.ts';

const nano = ['--model', 'nano', '--context', '4096', '--threads', '1'];

describe('a second start', () => {
  it('prints the line of the running daemon and ends with 0 when it wants the same model or any', async () => {
    await using first = await DaemonProcess.start({ args: nano });
    for (const args of [nano, ['--model', 'native/models/nano.gguf'], []]) {
      await using second = new DaemonProcess({ args, stateDirectory: first.stateDirectory });
      const { code, stdout } = await second.ended;
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${JSON.stringify(first.line)}\n` });
    }
    expect((await (await first.connect()).request('status', {})).model?.name).toBe('nano');
  });

  it('says when the one that runs serves no endpoint', async () => {
    await using first = await DaemonProcess.start();
    await using second = new DaemonProcess({ args: ['--http'], stateDirectory: first.stateDirectory });
    const { code, stdout, stderr } = await second.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${JSON.stringify(first.line)}\n` });
    expect(stderr).toContain(`serves no OpenAI endpoint: stop it (process ${first.line.pid})`);
  });

  it('ends with 2 and says so when it wants another model', async () => {
    await using first = await DaemonProcess.start();
    await using second = new DaemonProcess({ args: nano, stateDirectory: first.stateDirectory });
    const { code, stdout, stderr } = await second.ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      `moonwright-daemon: A daemon with no model already runs here (process ${first.line.pid}): stop it first, or choose another --state-dir.\n`,
    );
    expect((await first.connect()).hello.pid).toBe(first.line.pid);
  });

  it('at the same moment as the first: exactly one wins, the other points to it', async () => {
    for (let round = 0; round < 3; round++) {
      await using one = new DaemonProcess();
      await using other = new DaemonProcess({ stateDirectory: one.stateDirectory });
      const lines = await Promise.all([one.ready(), other.ready()]);
      expect(lines[0]).toEqual(lines[1]);
      const [winner, loser] = lines[0].pid === one.child.pid ? [one, other] : [other, one];
      expect(winner.child.pid).toBe(lines[0].pid);
      expect((await loser.ended).code).toBe(0);
      expect((await winner.end()).code).toBe(0);
      expect(one.files()).toEqual([]);
    }
  });
});

describe('a crash of native code', () => {
  it.each(['SIGSEGV', 'SIGABRT'] as const)('by %s is said on stderr and in the log that is kept', async (signal) => {
    await using first = await DaemonProcess.start();
    const ended = await first.end(signal);
    const log = path.join(first.stateDirectory, 'daemon.log');
    expect(ended.signal).toBe(signal);
    expect(ended.stderr.split('\n').at(-2)).toBe(
      `moonwright-daemon: native code crashed with ${signal}; what was logged last is in ${log}`,
    );
    expect(readFileSync(log, 'utf8')).toMatch(/ready on .*\nmoonwright-daemon: native code crashed with .*\n$/);
    await using second = await DaemonProcess.start({ stateDirectory: first.stateDirectory });
    expect(second.stderr).toContain('crashed or was killed');
  });
});

describe.runIf(process.platform === 'linux')('a daemon that hangs', () => {
  const claim = (files: StateFiles, said: string[]): Promise<Claim> =>
    claimStateDirectory(files, {
      lockFile: (file) => loadAddon().lockFile(file),
      answers: (record) => daemonAnswers(record, 200),
      end: (record) => endHungDaemon(record, files.lock),
      log: (text) => said.push(text),
      patienceMs: 5000,
      hungMs: 1000,
      signal: new AbortController().signal,
    });

  it('is ended by the next one, which takes its place', async () => {
    await using hung = await DaemonProcess.start();
    stopProcess(hung.line.pid);
    const said: string[] = [];
    const won = await claim(prepareStateDirectory(hung.stateDirectory), said);
    expect(won).toMatchObject({ kind: 'won', afterCrash: true });
    if (won.kind === 'won') won.lock.release();
    expect((await hung.ended).signal).toBe('SIGKILL');
    expect(said.at(-1)).toMatch(/has not answered for 1 seconds: it is ended and replaced\.$/);
  });

  it('is left alone when the process of its number does not hold the lock', async () => {
    await using stranger = await DaemonProcess.start();
    await using hung = await DaemonProcess.start();
    stopProcess(hung.line.pid);
    const files = prepareStateDirectory(hung.stateDirectory);
    writeFileSync(files.discovery, JSON.stringify({ ...hung.line, pid: stranger.line.pid, protocol: 1 }));
    const said: string[] = [];
    await expect(claim(files, said)).rejects.toMatchObject({ code: 'daemon.unreachable' });
    expect(said.at(-1)).toMatch(/, and its process cannot be found\.$/);
    expect((await stranger.connect()).hello.pid).toBe(stranger.line.pid);
  });
});

describe('after kill -9', () => {
  it('the files that are left are no obstacle, and the log of the dead is kept', async () => {
    await using first = await DaemonProcess.start();
    expect((await first.end('SIGKILL')).signal).toBe('SIGKILL');
    expect(first.files()).toEqual(['daemon.json', 'daemon.lock', 'daemon.log']);
    await using second = await DaemonProcess.start({ stateDirectory: first.stateDirectory });
    expect(second.line.pid).not.toBe(first.line.pid);
    expect(second.stderr).toContain('crashed or was killed');
    expect(readFileSync(path.join(first.stateDirectory, 'daemon.crash.log'), 'utf8')).toContain(
      `ready on ${first.line.url}`,
    );
    expect((await second.end()).code).toBe(0);
    expect(existsSync(path.join(first.stateDirectory, 'daemon.json'))).toBe(false);
  });

  it('a discovery file that names a living stranger is not believed', async () => {
    await using stranger = await DaemonProcess.start();
    await using daemon = new DaemonProcess();
    const line = await daemon.ready();
    writeFileSync(
      path.join(daemon.stateDirectory, 'daemon.json'),
      JSON.stringify({ ...line, ...stranger.line, pid: line.pid, protocol: 1 }),
    );
    await using third = new DaemonProcess({ stateDirectory: daemon.stateDirectory });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(third.stdout).toBe('');
    await daemon.end();
    expect((await third.ready()).pid).toBe(third.child.pid);
  });
});
