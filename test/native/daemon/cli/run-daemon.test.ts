// The daemon's run in this process: its log, its line and the signal are passed in.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { expect, describe, it, onTestFinished } from 'vitest';
import { loadAddon } from '../../../../native/daemon/backend/addon-loader.ts';
import { createDaemonApi } from '../../../../native/daemon/cli/daemon-api.ts';
import { DaemonLog } from '../../../../native/daemon/cli/daemon-log.ts';
import { runDaemon } from '../../../../native/daemon/cli/run-daemon.ts';
import type { ServeOptions } from '../../../../native/daemon/cli/command-line.ts';
import { ModelLifecycle } from '../../../../native/daemon/server/model-lifecycle.ts';
import type { Loadable } from '../../../../native/daemon/server/model-lifecycle.ts';
import { readDiscovery, readyLine, writeDiscovery } from '../../../../native/daemon/server/discovery-file.ts';
import type { DiscoveryRecord } from '../../../../native/daemon/server/discovery-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const nano = { model: 'nano', contextTokens: 4096, threads: 1 } as const;

/** A run in a new state directory. `onLine` sees what is announced, `onLog` every line of the log. */
class Run {
  readonly directory: string;
  readonly announced: string[] = [];
  readonly logged: string[] = [];
  readonly stop = new AbortController();
  onLine: (line: string) => void = () => undefined;
  onLog: (line: string) => void = () => undefined;
  createApi = createDaemonApi;

  constructor(directory = temporaryFolder()) {
    this.directory = directory;
  }

  start(options: Partial<ServeOptions> = {}): Promise<boolean> {
    const write = (line: string): void => {
      this.logged.push(line.trimEnd().split(' ').slice(1).join(' '));
      this.onLog(line);
    };
    return runDaemon(
      {
        load: undefined,
        port: 0,
        http: false,
        token: undefined,
        backend: 'cpu',
        stateDirectory: this.directory,
        idleMs: undefined,
        aliases: [],
        allowedOrigins: [],
        verbose: false,
        ...options,
      },
      {
        version: '1.2.3',
        log: new DaemonLog({ write }, 'info'),
        stopSignal: this.stop.signal,
        createApi: this.createApi,
        announce: (line) => {
          this.announced.push(line);
          this.onLine(line);
        },
      },
    );
  }

  /** Stops when a line of the log contains `text`. */
  stopAt(text: string): void {
    this.onLog = (line) => line.includes(text) && this.stop.abort('SIGTERM');
  }

  files(): string[] {
    return readdirSync(this.directory).sort();
  }

  record(): DiscoveryRecord | undefined {
    return readDiscovery(path.join(this.directory, 'daemon.json'));
  }
}

describe('a daemon that runs', () => {
  it('announces itself once, when the file with the same facts is written and the port answers', async () => {
    const run = new Run();
    let record: DiscoveryRecord | undefined;
    let answer: Promise<number> | undefined;
    run.onLine = () => {
      record = run.record();
      answer = fetch(`${record!.url}/`, { headers: { authorization: `Bearer ${record!.token}` } })
        .then((response) => response.status)
        .finally(() => run.stop.abort('SIGTERM'));
    };
    expect(await run.start({ load: nano, http: true })).toBe(true);
    expect(await answer).toBe(200);
    expect(run.announced).toEqual([readyLine(record!)]);
    expect(record).toMatchObject({
      version: '1.2.3',
      protocol: 1,
      pid: process.pid,
      http: true,
      backend: 'cpu',
      model: 'nano',
      modelPath: realpathSync('native/models/nano.gguf'),
      context: 4096,
    });
    expect(run.logged).toContain(`info ready on ${record!.url}`);
  });

  it('makes a new random token for every run that is given none', async () => {
    const tokens: string[] = [];
    for (const token of [undefined, undefined, 'given']) {
      const run = new Run();
      run.onLine = (line) => {
        tokens.push((JSON.parse(line) as DiscoveryRecord).token);
        run.stop.abort('SIGTERM');
      };
      await run.start({ token });
    }
    expect(tokens[0]).toMatch(/^[\w-]{43}$/);
    expect(tokens[1]).toMatch(/^[\w-]{43}$/);
    expect(tokens[1]).not.toBe(tokens[0]);
    expect(tokens[2]).toBe('given');
  });

  it('logs the signal that ends it last, and leaves no file', async () => {
    const run = new Run();
    let files: string[] = [];
    run.onLine = () => {
      files = run.files();
      run.stop.abort('SIGINT');
    };
    expect(await run.start()).toBe(true);
    expect(files).toEqual(['daemon.json', 'daemon.lock', 'daemon.log']);
    expect(run.logged.at(-1)).toBe('info stopping: Received SIGINT.');
    expect(run.files()).toEqual([]);
  });
});

describe('a signal before the daemon is ready', () => {
  it('while it waits for the lock of another ends it: nothing is announced, and the lock stays', async () => {
    const run = new Run();
    const lock = loadAddon().lockFile(path.join(run.directory, 'daemon.lock'));
    onTestFinished(() => lock?.release());
    run.stopAt('waiting for it');
    expect(await run.start()).toBe(true);
    expect({ announced: run.announced, files: run.files() }).toEqual({ announced: [], files: ['daemon.lock'] });
  });

  it('while it chooses a backend ends it before it listens', async () => {
    const run = new Run();
    run.stopAt('backend cpu: usable');
    expect(await run.start()).toBe(true);
    expect({ announced: run.announced, files: run.files() }).toEqual({ announced: [], files: [] });
    expect(run.logged.at(-1)).toMatch(/^info backend cpu: usable/);
  });

  it('while it loads a model ends it without an error, and nothing is announced', async () => {
    const run = new Run();
    run.stopAt('0 %');
    expect(await run.start({ load: nano })).toBe(true);
    expect(run.stop.signal.aborted).toBe(true);
    expect({ announced: run.announced, files: run.files() }).toEqual({ announced: [], files: [] });
    expect(run.logged).toContain('info stopping: Received SIGTERM.');
  });
});

describe('a load that lasts', () => {
  it('is cancelled by the signal itself, not only after clients and connections have ended', async () => {
    const run = new Run();
    const order: string[] = [];
    run.onLog = (line) => line.includes('stopping:') && order.push('stopping');
    run.createApi = (options) => ({
      ...createDaemonApi(options),
      lifecycle: new ModelLifecycle<Loadable>({
        check: () => Promise.resolve(),
        load: (_options, _onProgress, signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              order.push('load cancelled');
              reject(new Error('cancelled'));
            });
            run.stop.abort('SIGTERM');
          }),
        turns: () => [],
        leaving: () => Promise.resolve(),
        changed: () => undefined,
      }),
    });
    expect(await run.start({ load: nano })).toBe(true);
    expect(order).toEqual(['load cancelled', 'stopping']);
    expect({ announced: run.announced, files: run.files() }).toEqual({ announced: [], files: [] });
  });
});

describe('a daemon that cannot start', () => {
  it('for its port says so once, announces nothing, and gives the directory free', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const run = new Run();
    await expect(run.start({ port })).rejects.toMatchObject({ code: 'option.invalid' });
    expect({ announced: run.announced, files: run.files() }).toEqual({ announced: [], files: [] });
    expect(run.logged.at(-1)).toBe('info stopping: It could not start.');
    const next = new Run(run.directory);
    next.onLine = () => next.stop.abort('SIGTERM');
    expect(await next.start()).toBe(true);
    expect(next.announced).toHaveLength(1);
  });

  it('for an unknown model fails before it takes the lock', async () => {
    const run = new Run();
    await expect(run.start({ load: { model: 'gpt-5' } })).rejects.toMatchObject({ code: 'model.missing' });
    expect({ files: run.files(), logged: run.logged }).toEqual({ files: [], logged: [] });
  });
});

describe('a start while another daemon runs', () => {
  /** A directory that looks as if a daemon ran in it: the lock is held, and its port answers. */
  async function occupied(more: Partial<DiscoveryRecord> = {}): Promise<{ run: Run; record: DiscoveryRecord }> {
    const run = new Run();
    const server = createServer((_, response) => response.end(JSON.stringify({ pid: process.pid })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const lock = loadAddon().lockFile(path.join(run.directory, 'daemon.lock'));
    onTestFinished(() => {
      server.close();
      lock?.release();
    });
    const { port } = server.address() as AddressInfo;
    const record: DiscoveryRecord = {
      port,
      url: `http://127.0.0.1:${port}`,
      token: 'of-the-other',
      pid: process.pid,
      model: null,
      backend: 'cpu',
      context: null,
      protocol: 1,
      version: '1.0.0',
      modelPath: null,
      http: true,
      ...more,
    };
    writeDiscovery(path.join(run.directory, 'daemon.json'), record);
    return { run, record };
  }

  it('announces that one, logs nothing, and leaves its files alone', async () => {
    const { run, record } = await occupied();
    expect(await run.start({ http: true })).toBe(true);
    expect(run.announced).toEqual([readyLine(record)]);
    expect(run.logged).toEqual([]);
    expect(run.files()).toEqual(['daemon.json', 'daemon.lock']);
    expect(run.record()).toEqual(record);
  });

  it('warns when that one serves no endpoint and one is wanted', async () => {
    const { run, record } = await occupied({ http: false });
    expect(await run.start({ http: true })).toBe(true);
    expect(run.announced).toEqual([readyLine(record)]);
    expect(run.logged).toEqual([
      expect.stringMatching(/^warn The daemon that runs here serves no OpenAI endpoint: stop it \(process \d+\)/),
    ]);
  });

  it('is refused, with nothing announced, when that one has another model', async () => {
    const { run, record } = await occupied({ model: 'other', modelPath: '/other.gguf' });
    await expect(run.start({ load: nano })).rejects.toMatchObject({ code: 'daemon.running' });
    expect(run.announced).toEqual([]);
    expect(run.record()).toEqual(record);
  });
});
