// Clients of the real daemon: sessions that outlive connections, cancels, kills, slow readers.
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenerateEvent } from '../../../../native/protocol/generation.ts';
import { DaemonProcess, root } from '../../../support/daemon/daemon-process.ts';
import type { ReadyLine } from '../../../support/daemon/daemon-process.ts';
import { until } from '../../../support/daemon/fake-daemon.ts';
import type { RpcClient } from '../../../../extension/daemon-link/rpc-client.ts';

let daemon: DaemonProcess & { readonly line: ReadyLine };

beforeAll(async () => {
  daemon = await DaemonProcess.start({
    args: ['--model', 'nano', '--context', '8192', '--parallel', '2', '--threads', '1'],
  });
});
afterAll(() => daemon.dispose());

/** A generation that goes on until it is stopped. */
const endless = {
  sampling: { temperature: 0 },
  responseFormat: { type: 'grammar', gbnf: 'root ::= [a-z] root' },
} as const;

async function newSession(client: RpcClient): Promise<string> {
  return (await client.request('session.create', { messages: [{ role: 'user', content: 'Write a poem.' }] })).session;
}

async function nothingRuns(client: RpcClient): Promise<void> {
  for (;;) {
    const { running, waiting } = await client.request('status', {});
    if (running + waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('sessions', () => {
  it('survive a dropped connection and go on where they were', async () => {
    const first = await daemon.connect();
    const session = await newSession(first);
    const turn = await first.request('session.generate', { session, options: { maxTokens: 16 } });
    first.socket.terminate();
    const second = await daemon.connect();
    const attached = await second.request('session.attach', { session });
    expect(attached.tokens).toBe(turn.tokens);
    expect(attached.entries.map(({ message }) => message.role)).toEqual(['user', 'assistant']);
    expect(attached.entries.at(-1)?.ids).toEqual(turn.ids);
    await second.request('session.append', { session, messages: [{ role: 'user', content: 'And now?' }] });
    const next = await second.request('session.generate', { session, options: { maxTokens: 4 } });
    expect(next.usage.reused).toBeGreaterThan(attached.tokens - 4);
    await second.close();
  });

  it('that are unknown are refused, and closed ones are unknown', async () => {
    const client = await daemon.connect();
    await expect(client.request('session.attach', { session: 'nobody' })).rejects.toMatchObject({
      code: 'session.unknown',
    });
    const session = await newSession(client);
    await client.request('session.close', { session });
    await expect(client.request('session.generate', { session })).rejects.toMatchObject({ code: 'session.unknown' });
    await client.close();
  });
});

describe('generation', () => {
  it('reports prefill before text, and the text is the answer', async () => {
    const client = await daemon.connect();
    const session = await newSession(client);
    const events: GenerateEvent[] = [];
    const { message } = await client.request(
      'session.generate',
      { session, options: { maxTokens: 24 } },
      { onProgress: (event) => events.push(event) },
    );
    const kinds = events.map(({ kind }) => kind).filter((kind, at, all) => kind !== all[at - 1]);
    expect(kinds.indexOf('prefill')).toBeLessThan(kinds.indexOf('text'));
    expect(events.map((event) => (event.kind === 'text' ? event.text : '')).join('')).toBe(message.content);
    await client.close();
  });

  it('that is cancelled leaves the session as it was', async () => {
    const client = await daemon.connect();
    const session = await newSession(client);
    const before = await client.request('session.attach', { session });
    const abort = new AbortController();
    const turn = await client.request(
      'session.generate',
      { session, options: endless },
      { signal: abort.signal, onProgress: (event) => event.kind === 'text' && abort.abort() },
    );
    expect(turn.finish).toBe('cancelled');
    expect(await client.request('session.attach', { session })).toEqual(before);
    await client.close();
  });

  it('of two clients goes on side by side', async () => {
    const clients = await Promise.all([daemon.connect(), daemon.connect()]);
    const turns = await Promise.all(
      clients.map(async (client) => {
        const session = await newSession(client);
        return await client.request('session.generate', {
          session,
          options: { maxTokens: 32, sampling: { temperature: 0 } },
        });
      }),
    );
    expect(turns[0]?.message).toEqual(turns[1]?.message);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('for a client that reads nothing waits, others are served, and it goes on once it reads', async () => {
    const slow = await daemon.connect();
    const session = await newSession(slow);
    let received = '';
    const turn = slow.request(
      'session.generate',
      { session, options: { ...endless, maxTokens: 300 } },
      { onProgress: (event) => event.kind === 'text' && (received += event.text) },
    );
    slow.socket.pause();
    const other = await daemon.connect();
    const quick = await other.request('session.generate', {
      session: await newSession(other),
      options: { maxTokens: 4 },
    });
    expect(quick.usage.generated).toBeGreaterThan(0);
    slow.socket.resume();
    const { message, usage } = await turn;
    expect({ text: received, generated: usage.generated }).toEqual({ text: message.content, generated: 300 });
    await Promise.all([slow.close(), other.close()]);
  });
});

describe('a client process that is killed mid-generation', () => {
  it('leaves a daemon that frees its place and serves the next', async () => {
    const observer = await daemon.connect();
    const program = `
      import { RpcClient } from ${JSON.stringify(`${root}/extension/daemon-link/rpc-client.ts`)};
      const client = await RpcClient.connect(${JSON.stringify(daemon.line)});
      const { session } = await client.request('session.create', { messages: [{ role: 'user', content: 'x' }] });
      console.log('generating');
      await client.request('session.generate', { session, options: ${JSON.stringify(endless)} });`;
    const { build } = await import('esbuild');
    const script = `${daemon.stateDirectory}/client.mjs`;
    await build({
      stdin: { contents: program, resolveDir: root, loader: 'ts' },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    for (;;) {
      if ((await observer.request('status', {})).running > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGKILL');
    await nothingRuns(observer);
    const turn = await observer.request('session.generate', {
      session: await newSession(observer),
      options: { maxTokens: 4 },
    });
    expect(turn.usage.generated).toBeGreaterThan(0);
    await observer.close();
  });
});

describe('models', () => {
  it('are listed and counted with', async () => {
    const client = await daemon.connect();
    const { models } = await client.request('model.list', {});
    expect(models.find(({ name }) => name === 'nano')).toMatchObject({ loaded: true });
    expect(await client.request('tokens.count', { texts: ['', 'hello world', '<|im_end|>'] })).toEqual({
      counts: [0, expect.any(Number), expect.any(Number)],
    });
    const { found, folder } = await client.request('model.find', {});
    expect(folder).toMatch(/models$/);
    expect(found.filter(({ origin }) => origin === 'moonwright')).toEqual([]);
    await expect(client.request('model.load', { model: 'nothing-like-it' })).rejects.toMatchObject({
      code: 'model.missing',
    });
    expect((await client.request('status', {})).model?.name).toBe('nano');
    await client.close();
  });

  it('are planned on this machine, whether their files are here or not', async () => {
    const client = await daemon.connect();
    const loaded = (await client.request('status', {})).model;
    const nano = await client.request('model.plan', { model: 'nano' });
    expect(nano).toMatchObject({ fit: 'ram', basis: 'file', sizeBytes: 28_791_136, contextLargest: 131_072 });
    expect(nano.plan).toMatchObject({ kvType: 'f16', contextTokens: 131_072, gpuLayers: 0 });
    const shorter = await client.request('model.plan', { model: 'nano', contextTokens: 4096, kvType: 'q8_0' });
    expect(shorter.plan).toMatchObject({ contextTokens: 4096, kvType: 'q8_0' });
    expect(shorter.plan.parts[0]!.kv).toBeLessThan(nano.plan.parts[0]!.kv / 30);
    const { models } = await client.request('model.list', {});
    for (const { name } of models) {
      const { sizeBytes, plan, fit } = await client.request('model.plan', { model: name });
      expect([name, sizeBytes > 1e7, plan.model, plan.speed !== undefined]).toEqual([name, true, name, true]);
      expect(fit === 'none').toBe(!plan.fits);
    }
    expect(await client.request('model.plan', { model: 'kimi-k3' })).toMatchObject({ fit: 'none', contextLargest: 0 });
    await expect(client.request('model.plan', { model: 'no-such-model' })).rejects.toMatchObject({
      code: 'model.missing',
    });
    expect((await client.request('status', {})).model).toEqual(loaded);
    await client.close();
  });

  it('are switched: clients hear of it, old sessions are gone, discovery tells the new one', async () => {
    await using own = await DaemonProcess.start();
    const client = await own.connect();
    await expect(client.request('session.create', {})).rejects.toMatchObject({ code: 'model.not-loaded' });
    const changes: (string | undefined)[] = [];
    client.onNotification('model.changed', ({ model }) => changes.push(model?.name));
    const fractions: number[] = [];
    const loaded = await client.request(
      'model.load',
      { model: 'nano', contextTokens: 2048 },
      { onProgress: ({ fraction }) => fractions.push(fraction) },
    );
    expect(loaded).toMatchObject({ name: 'nano', contextTokens: 2048 });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.length).toBeGreaterThan(0);
    const session = await newSession(client);
    expect(await client.request('model.load', { model: 'nano' })).toEqual(loaded);
    await client.request('model.load', { model: 'nano', contextTokens: 4096 });
    await expect(client.request('session.attach', { session })).rejects.toMatchObject({ code: 'session.unknown' });
    await using second = new DaemonProcess({ args: ['--model', 'nano'], stateDirectory: own.stateDirectory });
    expect(await second.ready()).toMatchObject({ model: 'nano', context: 4096 });
    await until(() => changes.length === 3);
    expect(changes).toEqual(['nano', undefined, 'nano']);
    await client.close();
  });

  it('are switched only when asked to while a turn runs, and the turn hears why it ends', async () => {
    await using own = await DaemonProcess.start({ args: ['--model', 'nano'] });
    const client = await own.connect();
    const other = await own.connect();
    const { session } = await client.request('session.create', {
      label: 'shop',
      messages: [{ role: 'user', content: 'Write a poem.' }],
    });
    const turn = client.request('session.generate', { session, options: endless });
    const ended = expect(turn).rejects.toMatchObject({
      code: 'model.switched',
      message: expect.stringContaining('The engine changed to the model nano, which ended this turn.') as string,
    });
    while ((await other.request('status', {})).running === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const shorter = { model: 'nano', contextTokens: 2048 } as const;
    await expect(other.request('model.load', { ...shorter, running: 'refuse' })).rejects.toMatchObject({
      code: 'model.busy',
      data: { turns: 1, whose: 'shop' },
    });
    expect((await other.request('status', {})).running).toBe(1);
    expect(await other.request('model.load', shorter)).toMatchObject({ contextTokens: 2048 });
    await ended;
    await client.close();
    await other.close();
  });

  it('are sampled as they were loaded to be', async () => {
    await using own = await DaemonProcess.start();
    const client = await own.connect();
    await client.request('model.load', { model: 'nano', contextTokens: 2048, sampling: { temperature: 2, minP: 0 } });
    const replies = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const session = await newSession(client);
      const { message } = await client.request('session.generate', { session, options: { maxTokens: 24 } });
      replies.add(message.content);
    }
    expect(replies.size).toBeGreaterThan(1);
    await client.close();
  });
});
