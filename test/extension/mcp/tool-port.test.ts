// Real: the official client over HTTP, the port, the tools, their gate, test runs. Faked: the editor, the user.
import { request } from 'node:http';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult, Progress } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ToolPort } from '../../../extension/mcp/tool-port.ts';
import { offeredWorkspace, type OfferedWorld } from '../../support/extension/offered-workspace.ts';

const token = 'token-of-agents';
const sum = {
  'package.json': '{"type":"module","scripts":{"test":"node --test"}}\n',
  'src/sum.js': 'export function sum(a, b) {\n  return a - b;\n}\n',
  'test/sum.test.js': [
    "import test from 'node:test';",
    "import assert from 'node:assert';",
    "import { sum } from '../src/sum.js';",
    "test('adds', () => assert.equal(sum(1, 2), 3));",
  ].join('\n'),
};
/** Prints once that it runs, then runs until a file is there. */
const endless = (folder: string): string =>
  [
    "import test from 'node:test';",
    "import { existsSync, writeFileSync } from 'node:fs';",
    `test('waits', async () => { writeFileSync(${JSON.stringify(path.join(folder, 'runs'))}, '');`,
    `while (!existsSync(${JSON.stringify(path.join(folder, 'go'))})) await new Promise((r) => setTimeout(r, 20)); });`,
  ].join('\n');

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function offered(world: OfferedWorld = {}, texts: Record<string, string> = sum) {
  const workspace = await offeredWorkspace(texts, world);
  closing.push(() => workspace.dispose());
  const port = await ToolPort.start({ port: 0, token, tools: workspace.tools, version: '1.2.3', progressMs: 20 });
  closing.push(() => port.close());
  return { port, workspace };
}

async function connected({ url }: { readonly url: string }, name = 'agent-of-test'): Promise<Client> {
  const client = new Client({ name, version: '1' });
  const headers = { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  closing.push(() => client.close());
  return client;
}

async function call(client: Client, name: string, input: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: input })) as CallToolResult;
  const [content] = result.content;
  return { text: content?.type === 'text' ? content.text : '', failed: result.isError };
}

describe('a client of the Model Context Protocol', () => {
  it('is told the tools, what they may change, and how to use them', async () => {
    const { port } = await offered();
    const client = await connected(port);
    expect(client.getServerVersion()).toMatchObject({ name: 'moonwright', version: '1.2.3' });
    expect(client.getInstructions()).toMatch(/run_tests/);
    const { tools } = await client.listTools();
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['run_tests', false],
      ['find_symbol', true],
    ]);
    expect(tools[1]?.inputSchema).toMatchObject({ type: 'object', required: ['name'] });
    expect(port.clients).toEqual(['agent-of-test']);
  });

  it('runs the tests when the user allows it, who is told what would run and for whom', async () => {
    const { port, workspace } = await offered({ ask: async () => 'once' });
    const client = await connected(port);
    expect(await call(client, 'run_tests')).toMatchObject({ failed: false, text: expect.stringContaining('adds') });
    workspace.files.write('src/sum.js', 'export const sum = (a, b) => a + b;\n');
    expect((await call(client, 'run_tests', { target: 'test/sum.test.js' })).text).toMatch(/1 passed/);
    expect(workspace.asked).toEqual([
      'Run tests (for agent-of-test)',
      'Run tests test/sum.test.js (for agent-of-test)',
    ]);
  });

  it('is refused what the user declines, and what its mistakes are', async () => {
    const { port, workspace } = await offered();
    const client = await connected(port);
    expect(await call(client, 'run_tests')).toEqual({ text: 'Error: the user declined this call.', failed: true });
    expect(await call(client, 'find_symbol')).toMatchObject({ failed: true, text: expect.stringContaining('name') });
    expect(await call(client, 'delete_file', { path: 'src/sum.js' })).toMatchObject({
      failed: true,
      text: expect.stringContaining('there is no tool delete_file'),
    });
    expect(workspace.asked).toHaveLength(1);
  });

  it('may only read in a workspace that is not trusted, and nobody is asked', async () => {
    const { port, workspace } = await offered({ trusted: false, ask: async () => 'once' });
    const client = await connected(port);
    expect((await call(client, 'find_symbol', { name: 'sum' })).text).toMatch(/^src\/sum\.js:1: export function sum/);
    expect(await call(client, 'run_tests')).toMatchObject({ failed: true, text: expect.stringContaining('trusted') });
    expect(workspace.asked).toEqual([]);
  });

  it('sees nothing of secret files, nor runs tests outside of the workspace', async () => {
    const { port } = await offered(
      { ask: async () => 'once', rules: ['deny read(private/**)'] },
      { ...sum, '.env': 'hidden_name = 1\n', 'private/a.js': 'export const hidden_name = 2;\n' },
    );
    const client = await connected(port);
    expect(await call(client, 'find_symbol', { name: 'hidden_name' })).toEqual({
      text: 'No symbol hidden_name. Look for a part of it with search_text.',
      failed: false,
    });
    expect(await call(client, 'run_tests', { target: '../..' })).toMatchObject({
      failed: true,
      text: expect.stringMatching(/outside|no tests/),
    });
  });

  it('hears that a call goes on, and ends the tests when it cancels', async () => {
    const { port, workspace } = await offered({ ask: async () => 'once' });
    const { folder } = workspace.files;
    workspace.files.write('test/sum.test.js', endless(folder));
    const client = await connected(port);
    const stop = new AbortController();
    const heard: Progress[] = [];
    const calling = client.callTool({ name: 'run_tests', arguments: {} }, undefined, {
      signal: stop.signal,
      onprogress: (progress) => heard.push(progress),
    });
    const ended = calling.then(
      () => 'answered',
      () => 'cancelled',
    );
    await vi.waitFor(() => expect(existsSync(path.join(folder, 'runs'))).toBe(true), { timeout: 30_000 });
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(2), { timeout: 30_000 });
    expect(heard.map(({ progress }) => progress)).toEqual(heard.map((_, at) => at));
    stop.abort();
    expect(await ended).toBe('cancelled');
    // The run has ended: another one is answered, and the first never saw its file.
    writeFileSync(path.join(folder, 'go'), '');
    expect((await call(client, 'run_tests')).text).toMatch(/1 passed/);
  });

  it('that is killed leaves no question open', async () => {
    let stopped: Promise<void> | undefined;
    const { port, workspace } = await offered({
      ask: (_call, _rules, signal) => {
        stopped = new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        return stopped.then(() => 'decline' as const);
      },
    });
    const client = await connected(port);
    const calling = client.callTool({ name: 'run_tests', arguments: {} }).catch(() => undefined);
    await vi.waitFor(() => expect(workspace.asked).toHaveLength(1), { timeout: 30_000 });
    await client.close();
    await stopped;
    await calling;
  });
});

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends a request as it is; `fetch` would set some of its headers. */
function send(port: number, { method = 'POST', path = '/mcp', headers = {}, body = '' }: Sent) {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const defaults = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: { ...defaults, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const hello = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
});

describe('the port', () => {
  const bearer = { authorization: `Bearer ${token}` };
  it.each([
    ['without a token', {}, 401],
    ['with a wrong token', { headers: { authorization: 'Bearer wrong' } }, 401],
    ['for another host', { headers: { ...bearer, host: 'evil.example' } }, 403],
    ['of a web page', { headers: { ...bearer, origin: 'http://evil.example' } }, 403],
    ['of a web page of this machine', { headers: { ...bearer, origin: 'http://localhost:3000' } }, 403],
    ['for another path', { headers: bearer, path: '/' }, 404],
    ['by GET', { headers: bearer, method: 'GET', body: '' }, 405],
    ['without JSON', { headers: bearer, body: 'hello' }, 400],
    ['with several messages', { headers: bearer, body: `[${hello}]` }, 400],
    ['that is too long', { headers: bearer, body: `{"x":"${'x'.repeat(1 << 20)}"}` }, 413],
    ['of no session', { headers: bearer, body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' }, 404],
    [
      'of another session',
      { headers: { ...bearer, 'mcp-session-id': 'guess' }, body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' },
      404,
    ],
  ] satisfies [string, Sent, number][])('refuses a request %s', async (_what, sent, status) => {
    const { port, workspace } = await offered({ ask: async () => 'once' });
    const answer = await send(port.port, { body: hello, ...sent });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { message: expect.any(String) } });
    expect(answer.text).not.toContain(workspace.files.folder);
    expect(port.clients).toEqual([]);
  });

  it('forgets the clients that were quiet for longest, and none that waits for an answer', async () => {
    const { port } = await offered({
      ask: (_call, _rules, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('decline'), { once: true })),
    });
    const busy = await connected(port, 'busy');
    void busy.callTool({ name: 'run_tests', arguments: {} }).catch(() => undefined);
    const quiet = await connected(port, 'quiet');
    for (let at = 0; at < 15; at += 1) await send(port.port, { headers: bearer, body: hello });
    expect(port.clients).toContain('busy');
    expect(port.clients).not.toContain('quiet');
    expect(port.clients).toHaveLength(16);
    await expect(quiet.listTools()).rejects.toThrow();
  });

  it('knows a new token only, as soon as there is one', async () => {
    const { port } = await offered();
    const client = await connected(port);
    await port.renew('another');
    await expect(client.listTools()).rejects.toThrow();
    const right = { authorization: 'Bearer another' };
    expect((await send(port.port, { headers: right, body: hello })).status).toBe(200);
    expect((await send(port.port, { headers: bearer, body: hello })).status).toBe(401);
  });

  it('is gone when it is closed, with its calls', async () => {
    const signals: AbortSignal[] = [];
    const { port } = await offered({
      ask: (_call, _rules, signal) => {
        signals.push(signal);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve('decline'), { once: true }));
      },
    });
    const client = await connected(port);
    void client.callTool({ name: 'run_tests', arguments: {} }).catch(() => undefined);
    await vi.waitFor(() => expect(signals).toHaveLength(1), { timeout: 30_000 });
    await port.close();
    expect(signals[0]?.aborted).toBe(true);
    await expect(send(port.port, { headers: bearer, body: hello })).rejects.toThrow('ECONNREFUSED');
  });

  it('is another one where the last one is taken', async () => {
    const { port, workspace } = await offered();
    const second = await ToolPort.start({
      port: port.port,
      token,
      tools: workspace.tools,
      version: '1',
      progressMs: 1000,
    });
    expect(second.port).not.toBe(port.port);
    await second.close();
  });
});
