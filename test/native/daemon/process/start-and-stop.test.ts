// The real daemon as its own process, on the embedded model.
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DaemonProcess, root } from '../../../support/daemon/daemon-process.ts';
import { RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const nano = ['--model', 'nano', '--context', '4096', '--threads', '1'];

describe('a daemon that starts', () => {
  it('prints one line when it can be used, and nothing else on stdout', async () => {
    await using daemon = await DaemonProcess.start({ args: nano });
    const { line } = daemon;
    expect(Object.keys(line)).toEqual(['port', 'url', 'token', 'pid', 'model', 'backend', 'context']);
    expect(line).toMatchObject({
      url: `http://127.0.0.1:${line.port}`,
      pid: daemon.child.pid,
      model: 'nano',
      backend: 'cpu',
      context: 4096,
    });
    expect(line.token.length).toBeGreaterThanOrEqual(32);
    const client = await daemon.connect();
    expect(client.hello).toMatchObject({
      protocol: 1,
      engine: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      model: { name: 'nano', contextTokens: 4096 },
    });
    const { session } = await client.request('session.create', { messages: [{ role: 'user', content: 'Hi' }] });
    const { ids, usage } = await client.request('session.generate', { session, options: { maxTokens: 8 } });
    expect(ids.length).toBeGreaterThan(0);
    expect(usage.generated).toBeLessThanOrEqual(8);
    const { code, stdout } = await daemon.end();
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${JSON.stringify(line)}\n` });
  });

  it('keeps its files to the user alone', async () => {
    await using daemon = await DaemonProcess.start();
    const mode = (name: string): string => (statSync(path.join(daemon.stateDirectory, name)).mode & 0o777).toString(8);
    expect(daemon.files()).toEqual(['daemon.json', 'daemon.lock', 'daemon.log']);
    expect([mode('.'), mode('daemon.json'), mode('daemon.lock'), mode('daemon.log')]).toEqual([
      '700',
      '600',
      '600',
      '600',
    ]);
    expect(JSON.parse(readFileSync(path.join(daemon.stateDirectory, 'daemon.json'), 'utf8'))).toMatchObject(
      daemon.line,
    );
  });

  it('tightens a state directory that is open to others, but not a folder with other things in it', async () => {
    const open = temporaryFolder();
    chmodSync(open, 0o755);
    const shared = temporaryFolder();
    chmodSync(shared, 0o755);
    writeFileSync(path.join(shared, 'other'), '');
    for (const [stateDirectory, mode] of [
      [open, 0o700],
      [shared, 0o755],
      [path.join(open, 'deep', 'er'), 0o700],
    ] as const) {
      await using daemon = await DaemonProcess.start({ stateDirectory });
      expect(statSync(daemon.stateDirectory).mode & 0o777).toBe(mode);
    }
  });

  it('takes port and token as told, the token also from the environment', async () => {
    await using daemon = await DaemonProcess.start({ env: { MOONWRIGHT_TOKEN: 'from-the-environment' } });
    expect(daemon.line).toMatchObject({ token: 'from-the-environment', model: null, context: null });
    await using other = await DaemonProcess.start({
      args: ['--token', 'from-the-option'],
      env: { MOONWRIGHT_TOKEN: 'from-the-environment' },
    });
    expect(other.line.token).toBe('from-the-option');
    await using refused = new DaemonProcess({ args: ['--port', String(daemon.line.port)] });
    const { code, stderr } = await refused.ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${daemon.line.port}: .*\n$`));
    expect(refused.files()).toEqual([]);
  });
});

describe('a daemon that is told to end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s ends with 0 and leaves nothing behind, also mid-stream',
    async (signal) => {
      await using daemon = await DaemonProcess.start({ args: nano });
      const client = await daemon.connect();
      const { session } = await client.request('session.create', { messages: [{ role: 'user', content: 'Count.' }] });
      let begun: () => void = () => undefined;
      const first = new Promise<void>((resolve) => (begun = resolve));
      const turn = client
        .request(
          'session.generate',
          { session, options: { responseFormat: { type: 'grammar', gbnf: 'root ::= [a-z]+' } } },
          { onProgress: (event) => event.kind === 'text' && begun() },
        )
        .catch((error: unknown) => error);
      const stopping = new Promise((resolve) => client.onNotification('daemon.stopping', resolve));
      await first;
      const { code } = await daemon.end(signal);
      expect(code).toBe(0);
      expect(daemon.files()).toEqual([]);
      expect(await stopping).toEqual({ reason: `Received ${signal}.` });
      expect(await turn).toMatchObject({ finish: 'cancelled' });
      expect(await client.closed).toMatchObject({ code: 1001, reason: expect.stringMatching(/^daemon\.stopping: /) });
    },
  );

  it('by a signal while it loads ends with 0, too', async () => {
    await using daemon = new DaemonProcess({ args: nano });
    while (daemon.files().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const { code, stdout } = await daemon.end();
    expect(code).toBe(0);
    expect(stdout === '' || stdout.endsWith('}\n')).toBe(true);
    expect(daemon.files()).toEqual([]);
  });

  it('by a client answers first', async () => {
    await using daemon = await DaemonProcess.start();
    const client = await daemon.connect();
    expect(await client.request('shutdown', {})).toEqual({});
    expect((await daemon.ended).code).toBe(0);
    expect(daemon.files()).toEqual([]);
  });

  it('by being idle waits for its clients to go', async () => {
    await using daemon = await DaemonProcess.start({ args: ['--idle-exit', '1'] });
    const client = await daemon.connect();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await client.request('status', {})).sessions).toBe(0);
    await client.close();
    const { code, stderr } = await daemon.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('Nobody has used the daemon');
  });

  it('ends even if the one that started it has closed its pipes', async () => {
    await using daemon = await DaemonProcess.start();
    daemon.child.stdout?.destroy();
    daemon.child.stderr?.destroy();
    const client = await daemon.connect();
    await client.request('shutdown', {});
    expect((await daemon.ended).code).toBe(0);
  });
});

describe('npm run serve', () => {
  it('passes the line, the signal and the status through', async () => {
    await using daemon = await DaemonProcess.start({ script: path.join(root, 'native/serve.mjs') });
    const client = await RpcClient.connect(daemon.line);
    expect(client.hello.pid).toBe(daemon.line.pid);
    const { code, stdout } = await daemon.end();
    expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 1 });
    await using refused = new DaemonProcess({ script: path.join(root, 'native/serve.mjs'), args: ['--nonsense'] });
    expect((await refused.ended).code).toBe(2);
  });

  it('says that a killed daemon was killed', async () => {
    await using daemon = await DaemonProcess.start({ script: path.join(root, 'native/serve.mjs') });
    process.kill(daemon.line.pid, 'SIGABRT');
    const { code, stderr } = await daemon.ended;
    expect(code).toBe(128 + os.constants.signals.SIGABRT);
    expect(stderr).toMatch(/The daemon was ended by SIGABRT: .*\n$/);
  });
});

describe('a bad option or model', () => {
  it.each([
    [['--nonsense'], /Unknown option --nonsense\. See --help\./],
    [['--port', '70000'], /--port/],
    [['--port'], /--port/],
    [['--model', 'nano', '--kv-type', 'q4'], /Expected one of auto, f16, q8_0 for --kv-type but received q4\./],
    [['--backend', 'fpga'], /--backend/],
    [['--context', '4096'], /Expected --model together with --context/],
    [['nano'], /Unexpected argument nano/],
    [['--model', ''], /--model/],
    [['--model', 'gpt-5'], /There is no model "gpt-5"/],
    [['--model', '/does/not/exist.gguf'], /exist\.gguf/],
    [['--model', 'nano', '--context', '1'], /--context/],
    [['--token', 'has space'], /token/],
    [['--allow-origin', 'nonsense'], /--allow-origin/],
  ])('%j ends it with one sentence and status 2', async (args, sentence) => {
    await using daemon = new DaemonProcess({ args });
    const { code, stdout, stderr } = await daemon.ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^moonwright-daemon: /);
  });

  it('a file that is no model ends it so, and the state directory is as before', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'broken.gguf');
    writeFileSync(file, readFileSync(path.join(root, 'native/models/nano.gguf')).subarray(0, 100_000));
    await using daemon = new DaemonProcess({ args: ['--model', file] });
    const { code, stderr } = await daemon.ended;
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(daemon.files()).toEqual([]);
  });

  it('a state directory that is a file is refused', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    await using daemon = new DaemonProcess({ stateDirectory: file });
    expect(await daemon.ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Cannot use the state directory'),
    });
    mkdirSync(path.join(folder, 'unused'));
  });
});

describe('other commands', () => {
  it('--help and --version answer on stdout', async () => {
    await using help = new DaemonProcess({ args: ['--help'] });
    const { code, stdout, stderr } = await help.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of [
      '--model',
      '--port',
      '--http',
      '--token',
      '--context',
      '--kv-type',
      '--parallel',
      '--threads',
      '--backend',
      '--gpu-layers',
      '--cpu-moe',
      '--state-dir',
      '--idle-exit',
    ])
      expect(stdout).toContain(option);
    await using version = new DaemonProcess({ args: ['--version'] });
    expect((await version.ended).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('plan prints a memory plan and loads nothing', async () => {
    await using plan = new DaemonProcess({ args: ['plan', 'nano', '--context', '32k'] });
    const { code, stdout } = await plan.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('nano');
    expect(stdout).toContain('32768');
    expect(plan.files()).toEqual([]);
    await using bad = new DaemonProcess({ args: ['plan', 'gpt-5'] });
    expect(await bad.ended).toMatchObject({ code: 2, stdout: '' });
  });
});
