import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimStateDirectory } from '../../../../native/daemon/server/daemon-claim.ts';
import type { ClaimOptions } from '../../../../native/daemon/server/daemon-claim.ts';
import { daemonAnswers } from '../../../../native/daemon/server/daemon-probe.ts';
import { readDiscovery, readyLine, writeDiscovery } from '../../../../native/daemon/server/discovery-file.ts';
import type { DiscoveryRecord } from '../../../../native/daemon/server/discovery-file.ts';
import { prepareStateDirectory } from '../../../../native/daemon/server/state-directory.ts';
import { defaultStateDirectory } from '../../../../native/local/state-directory.ts';
import { startFakeDaemon } from '../../../support/daemon/fake-daemon.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const record: DiscoveryRecord = {
  port: 1,
  url: 'http://127.0.0.1:1',
  token: 't',
  pid: 1,
  model: 'nano',
  backend: 'cpu',
  context: 10,
  protocol: 1,
  version: '0',
  modelPath: '/nano.gguf',
  http: false,
};

function claimOptions(overrides: Partial<ClaimOptions> = {}): ClaimOptions {
  return {
    lockFile: () => ({ release: () => undefined }),
    answers: () => Promise.resolve(true),
    log: () => undefined,
    patienceMs: 0,
    hungMs: 60_000,
    end: () => false,
    signal: new AbortController().signal,
    ...overrides,
  };
}

describe('claimStateDirectory', () => {
  it('wins with the lock and removes the file of a dead daemon, keeping its log', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    expect(await claimStateDirectory(files, claimOptions())).toMatchObject({ kind: 'won', afterCrash: false });
    writeDiscovery(files.discovery, record);
    writeFileSync(files.log, 'last words');
    expect(await claimStateDirectory(files, claimOptions())).toMatchObject({ kind: 'won', afterCrash: true });
    expect(existsSync(files.discovery)).toBe(false);
    expect(readFileSync(files.crashLog, 'utf8')).toBe('last words');
  });

  it('wins also where the log of the dead daemon cannot be kept', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    writeFileSync(files.log, 'last words');
    mkdirSync(files.crashLog);
    const said: string[] = [];
    const claim = await claimStateDirectory(files, claimOptions({ log: (text) => said.push(text) }));
    expect(claim).toMatchObject({ kind: 'won', afterCrash: true });
    expect(said).toEqual([expect.stringMatching(/^The log of the daemon before this one cannot be kept: /)]);
  });

  it('finds the holder, and touches nothing of it', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    writeDiscovery(files.discovery, record);
    expect(await claimStateDirectory(files, claimOptions({ lockFile: () => undefined }))).toEqual({
      kind: 'taken',
      running: record,
    });
    expect(readDiscovery(files.discovery)).toEqual(record);
  });

  it('waits for a holder that is starting, and says so once', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    const said: string[] = [];
    setTimeout(() => writeDiscovery(files.discovery, record), 250);
    const claim = await claimStateDirectory(
      files,
      claimOptions({ lockFile: () => undefined, patienceMs: 10_000, log: (text) => said.push(text) }),
    );
    expect(claim.kind).toBe('taken');
    expect(said).toHaveLength(1);
  });

  it('takes over when the holder ends', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    let tries = 0;
    const claim = await claimStateDirectory(
      files,
      claimOptions({ lockFile: () => (++tries < 3 ? undefined : { release: () => undefined }), patienceMs: 10_000 }),
    );
    expect(claim.kind).toBe('won');
  });

  it('ends a holder that was ready and hangs, and takes over', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    writeDiscovery(files.discovery, record);
    const said: string[] = [];
    const ended: DiscoveryRecord[] = [];
    const claim = await claimStateDirectory(
      files,
      claimOptions({
        lockFile: () => (ended.length === 0 ? undefined : { release: () => undefined }),
        answers: () => Promise.resolve(false),
        end: (running) => ended.push(running) > 0,
        log: (text) => said.push(text),
        patienceMs: 10_000,
        hungMs: 350,
      }),
    );
    expect(claim.kind).toBe('won');
    expect(ended).toEqual([record]);
    expect(said.at(-1)).toBe(
      'The daemon that runs here (process 1) has not answered for 0 seconds: it is ended and replaced.',
    );
  });

  it('ends none that is starting, and none that followed another', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    const ended: number[] = [];
    const hung = claimOptions({
      lockFile: () => undefined,
      answers: () => Promise.resolve(false),
      end: ({ pid }) => ended.push(pid) > 0,
      patienceMs: 1000,
      hungMs: 300,
    });
    await expect(claimStateDirectory(files, hung)).rejects.toMatchObject({ code: 'daemon.unreachable' });
    let pid = 10;
    const answers = (): Promise<boolean> => {
      writeDiscovery(files.discovery, { ...record, pid: ++pid });
      return Promise.resolve(false);
    };
    writeDiscovery(files.discovery, record);
    await expect(claimStateDirectory(files, { ...hung, answers })).rejects.toMatchObject({
      code: 'daemon.unreachable',
    });
    expect(ended).toEqual([]);
  });

  it('gives up on a holder that never answers, and when asked to end', async () => {
    const files = prepareStateDirectory(temporaryFolder());
    writeDiscovery(files.discovery, record);
    const mute = claimOptions({ lockFile: () => undefined, answers: () => Promise.resolve(false) });
    await expect(claimStateDirectory(files, mute)).rejects.toMatchObject({ code: 'daemon.unreachable' });
    expect(await claimStateDirectory(files, { ...mute, signal: AbortSignal.abort() })).toEqual({ kind: 'stopped' });
  });
});

describe('the discovery file', () => {
  it('is replaced in one step and readable by its owner only', () => {
    const file = path.join(temporaryFolder(), 'daemon.json');
    writeFileSync(file, 'old', { mode: 0o644 });
    writeDiscovery(file, record);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readDiscovery(file)).toEqual(record);
  });

  it('that cannot be replaced stays as it was, with nothing beside it', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'daemon.json');
    mkdirSync(file);
    expect(() => writeDiscovery(file, record)).toThrow(expect.objectContaining({ code: 'file.failed' }));
    expect(readdirSync(folder)).toEqual(['daemon.json']);
  });

  it('is ignored when it is not one', () => {
    const file = path.join(temporaryFolder(), 'daemon.json');
    expect(readDiscovery(file)).toBeUndefined();
    for (const text of ['', '{', 'null', '[]', '{"port":"1"}', '{"port":1,"url":"x"}']) {
      writeFileSync(file, text);
      expect(readDiscovery(file)).toBeUndefined();
    }
  });

  it('gives the ready line its seven fields and no more', () => {
    expect(Object.keys(JSON.parse(readyLine(record)) as object)).toEqual([
      'port',
      'url',
      'token',
      'pid',
      'model',
      'backend',
      'context',
    ]);
  });
});

describe('daemonAnswers', () => {
  it('believes only a daemon with the token and the pid of the record', async () => {
    const { daemon, url, token } = await startFakeDaemon();
    const alive = { ...record, port: Number(new URL(url).port), token, pid: process.pid };
    expect(await daemonAnswers(alive)).toBe(true);
    expect(await daemonAnswers({ ...alive, token: 'wrong' })).toBe(false);
    expect(await daemonAnswers({ ...alive, pid: 1 })).toBe(false);
    await daemon.stop('test');
    expect(await daemonAnswers(alive)).toBe(false);
  });
});

describe('the state directory', () => {
  it('is where each platform keeps such things', () => {
    expect(defaultStateDirectory('linux', {}, '/home/u')).toBe('/home/u/.local/state/moonwright/v1');
    expect(defaultStateDirectory('linux', { XDG_STATE_HOME: '/state' }, '/home/u')).toBe('/state/moonwright/v1');
    expect(defaultStateDirectory('linux', { XDG_STATE_HOME: 'relative' }, '/home/u')).toBe(
      '/home/u/.local/state/moonwright/v1',
    );
    expect(defaultStateDirectory('darwin', {}, '/Users/u')).toBe('/Users/u/Library/Application Support/moonwright/v1');
    expect(defaultStateDirectory('win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Users\\u')).toBe(
      'C:\\Local\\moonwright\\v1',
    );
  });
});
