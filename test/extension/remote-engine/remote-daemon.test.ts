// Real: the project's own daemon with nano behind its OpenAI endpoint, as an engine elsewhere.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PrefixedOneShot } from '../../../extension/agent/one-shot-request.ts';
import { readRewriteAnswer } from '../../../extension/rewrite/rewrite-answer.ts';
import { rewriteMessages } from '../../../extension/rewrite/rewrite-prompt.ts';
import { never, remoteHost } from '../../support/engines/remote-bench.ts';
import { startNanoEndpoint, type NanoEndpoint } from '../../support/models/nano-endpoint.ts';

let endpoint: NanoEndpoint;
let token: string;
let port: number;

beforeAll(async () => {
  endpoint = await startNanoEndpoint();
  ({ token, port } = await endpoint.daemon.ready());
});
afterAll(() => endpoint.stop());

it('tells its model, its window and its profile, and refuses a wrong key in words', async () => {
  const host = remoteHost(endpoint.url, { key: token });
  const model = await host.model(never);
  expect(model.facts).toMatchObject({ name: 'nano', profile: 'compact', contextTokens: 4096 });
  expect(host.current).toMatchObject({
    state: 'ready',
    model: 'nano',
    contextTokens: 4096,
    elsewhere: { reach: 'machine', host: `127.0.0.1:${port}` },
  });
  const denied = remoteHost(endpoint.url, { key: 'wrong' });
  await expect(denied.model(never)).rejects.toMatchObject({ code: 'auth.denied' });
  expect(denied.current).toMatchObject({ state: 'failed', text: expect.stringContaining('refuses the key') });
});

it('stops at once when the user does, and the conversation stays as it was', async () => {
  const model = await remoteHost(endpoint.url, { key: token }).model(never);
  const session = await model.open({ tools: [] });
  await session.append([{ role: 'user', content: 'Write a long story.' }]);
  const abort = new AbortController();
  const stopped = session.generate({ maxTokens: 2000 }, () => abort.abort(), abort.signal);
  await expect(stopped).rejects.toMatchObject({ code: 'request.cancelled' });
  expect(session.entries).toHaveLength(1);
  await expect
    .poll(async () => (await endpoint.metrics()).get('moonwright_requests_running') ?? 0, { timeout: 10_000 })
    .toBe(0);
});

it('rewrites code for inline chat and commands, each from the same beginning', async () => {
  const host = remoteHost(endpoint.url, { key: token });
  const oneShot = new PrefixedOneShot({
    model: (signal) => host.model(signal),
    tools: () => [],
    thinking: () => 'least',
  });
  const messages = rewriteMessages('compact', {
    path: 'src/math.js',
    language: 'javascript',
    code: 'export function add(a, b) {\n  return a + b;\n}',
    instruction: 'convert to an arrow function',
  });
  const answer = await oneShot.run('rewrite', messages, { maxTokens: 200, signal: never });
  expect(readRewriteAnswer(answer, { done: true }).code).toContain('=>');
  await oneShot.dispose();
});
