// Real: the daemon and the embedded model, asked outside of a conversation.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PrefixedOneShot } from '../../../extension/agent/one-shot-request.ts';
import { readRewriteAnswer } from '../../../extension/rewrite/rewrite-answer.ts';
import { askMessages, rewriteMessages } from '../../../extension/rewrite/rewrite-prompt.ts';
import { launchDaemon } from '../../../extension/daemon-link/daemon-launch.ts';
import { DaemonLink } from '../../../extension/daemon-link/daemon-link.ts';
import { daemonProcesses } from '../../../extension/daemon-link/daemon-process.ts';
import { RpcClient, type Endpoint } from '../../../extension/daemon-link/rpc-client.ts';
import type { GenerateEvent } from '../../../native/protocol/generation.ts';
import { tools } from '../../support/extension/compact-tools.ts';
import { daemonBundle } from '../../support/daemon/daemon-process.ts';

const never = new AbortController().signal;
const add = 'export function add(a, b) {\n  return a + b;\n}';
const request = { path: 'src/math.js', language: 'javascript', code: add };
let folder: string;
let link: DaemonLink;
let oneShot: PrefixedOneShot;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'one-shot-'));
  link = new DaemonLink({
    launch: (signal) =>
      launchDaemon(
        {
          script: daemonBundle,
          executable: process.execPath,
          arguments: ['--state-dir', path.join(folder, 'state'), '--backend', 'cpu', '--idle-exit', '60'],
          folder,
          env: process.env,
        },
        signal,
      ),
    askAboutTurns: () => Promise.resolve(undefined),
    wanted: () => ({ model: 'nano', threads: 1, contextTokens: 4096 }),
    logTail: () => '',
    now: () => Date.now(),
    process: daemonProcesses(path.basename(daemonBundle), path.join(folder, 'engine.log')),
  });
  oneShot = new PrefixedOneShot({
    model: (signal) => link.model(signal),
    tools: (kind) => (kind === 'ask' ? tools : []),
    thinking: () => 'least',
  });
});
afterAll(async () => {
  const client = await RpcClient.connect(
    JSON.parse(readFileSync(path.join(folder, 'state/daemon.json'), 'utf8')) as Endpoint,
  );
  await client.request('shutdown', {}).catch(() => undefined); // it closes the connection
  await client.closed;
  await link.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it('the small model rewrites and explains in the words it was taught, each from its kept prefix', async () => {
  const reused: number[] = [];
  const onEvent = (event: GenerateEvent): void => void (event.kind === 'prefill' && reused.push(event.reused));
  const rewrite = (instruction: string) =>
    oneShot.run('rewrite', rewriteMessages('compact', { ...request, instruction }), {
      maxTokens: 200,
      signal: never,
      onEvent,
    });
  expect(readRewriteAnswer(await rewrite('convert to an arrow function'), { done: true }).code).toBe(
    'export const add = (a, b) => a + b;',
  );
  expect(readRewriteAnswer(await rewrite('add a doc comment'), { done: true }).code).toBe(
    `/** Returns the sum of a and b. */\n${add}`,
  );
  expect(
    await oneShot.run('ask', askMessages('compact', { ...request, instruction: 'Explain this code.' }), {
      maxTokens: 200,
      signal: never,
    }),
  ).toContain('a plus b');
  expect(reused.at(-1), 'the second rewrite computes no system message again').toBeGreaterThan(10);
});

it('a stopped request leaves the daemon with nothing to do and the prefix usable', async () => {
  const abort = new AbortController();
  // A reply that never ends by itself: a short one could be complete before the abort arrives.
  const options = {
    maxTokens: 3000,
    signal: abort.signal,
    onText: () => abort.abort(),
    responseFormat: { type: 'grammar', gbnf: 'root ::= [a-z] root' },
  } as const;
  await expect(
    oneShot.run(
      'rewrite',
      rewriteMessages('compact', { ...request, instruction: 'convert to an arrow function' }),
      options,
    ),
  ).rejects.toMatchObject({ code: 'request.cancelled' });
  const status = await (await link.client()).request('status', {});
  expect(status).toMatchObject({ running: 0, waiting: 0, sessions: 2 });
  expect(
    await oneShot.run(
      'rewrite',
      rewriteMessages('compact', { ...request, instruction: 'convert to an arrow function' }),
      { maxTokens: 200, signal: never },
    ),
  ).toContain('=>');
});

it('a conversation beside it stays as it is', async () => {
  const model = await link.model(never);
  const conversation = await model.open({ tools: [], label: 'conversation' });
  await conversation.append([
    { role: 'system', content: 'You are a coding assistant.' },
    { role: 'user', content: 'hello' },
  ]);
  const before = JSON.stringify(conversation.entries);
  await oneShot.run('rewrite', rewriteMessages('compact', { ...request, instruction: 'add a doc comment' }), {
    maxTokens: 200,
    signal: never,
  });
  expect(JSON.stringify(conversation.entries)).toBe(before);
  expect((await conversation.generate({ maxTokens: 20 }, () => undefined, never)).usage.generated).toBeGreaterThan(0);
});
