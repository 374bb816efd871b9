// Real: the bridge as a program, the official client that starts it, the windows' ports, files and tools. Faked: the
// editor, the user.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ToolOffer } from '../../../extension/mcp/tool-offer.ts';
import { ToolPort } from '../../../extension/mcp/tool-port.ts';
import {
  offeredWorkspace,
  type OfferedWorld,
  type OfferedWorkspace,
} from '../../support/extension/offered-workspace.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const bridge = path.resolve(import.meta.dirname, '../../../dist/mcp.mjs');
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Window {
  readonly workspace: OfferedWorkspace;
  readonly offer: ToolOffer;
}

/** A window that offers its tools. */
async function openWindow(stateDirectory: string, texts: Record<string, string>, world: OfferedWorld = {}) {
  const workspace = await offeredWorkspace(texts, world);
  closing.push(() => workspace.dispose());
  return { workspace, offer: await offerOf(stateDirectory, workspace) } satisfies Window;
}

async function offerOf(stateDirectory: string, { tools, files }: OfferedWorkspace): Promise<ToolOffer> {
  const offer = new ToolOffer(
    {
      tools,
      version: '1',
      wanted: () => true,
      token: async () => `token-of-${path.basename(files.folder)}`,
      stateDirectory: () => stateDirectory,
      folders: () => [files.folder],
      lastPort: { get: () => 0, set: async () => undefined },
      installBridge: () => undefined,
      startPort: (options) => ToolPort.start(options),
    },
    () => undefined,
  );
  await offer.apply();
  closing.push(() => offer.dispose());
  return offer;
}

/** A client that starts the bridge in a folder, as agents do. */
async function clientIn(cwd: string, stateDirectory: string, ...more: string[]): Promise<Client> {
  const client = new Client({ name: 'agent-of-test', version: '1' });
  const args = [bridge, '--state-dir', stateDirectory, ...more];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd }));
  closing.push(() => client.close());
  return client;
}

async function textOf(client: Client, name: string, input: Record<string, unknown>): Promise<string> {
  const [content] = ((await client.callTool({ name, arguments: input })) as CallToolResult).content;
  return content?.type === 'text' ? content.text : '';
}

const tested = {
  'package.json': '{"type":"module","scripts":{"test":"node --test"}}\n',
  'test/a.test.js': "import test from 'node:test';\ntest('passes', () => undefined);\n",
};
const inFirst = { ...tested, 'first.js': 'export function marker() {}\n' };
const inSecond = { ...tested, 'lib/second.js': 'export const marker = 2;\n' };

describe('a client that starts a program', () => {
  it('gets the tools of the window in which its folder is open', async () => {
    const state = temporaryFolder();
    const first = await openWindow(state, inFirst);
    const second = await openWindow(state, inSecond, { ask: async () => 'decline' });
    const inLib = await clientIn(path.join(second.workspace.files.folder, 'lib'), state);
    expect(inLib.getInstructions()).toMatch(/run_tests/);
    expect((await inLib.listTools()).tools.map(({ name }) => name)).toEqual(['run_tests', 'find_symbol']);
    expect(await textOf(inLib, 'find_symbol', { name: 'marker' })).toBe('lib/second.js:1: export const marker = 2;');
    expect(await textOf(inLib, 'run_tests', {})).toBe('Error: the user declined this call.');
    expect(second.workspace.asked).toEqual(['Run tests (for agent-of-test)']);
    const told = await clientIn('/', state, '--folder', first.workspace.files.folder);
    expect(await textOf(told, 'find_symbol', { name: 'marker' })).toMatch(/^first\.js:1/);
  });

  it('is told what to do where no window offers its tools, and finds one that is opened then', async () => {
    const state = temporaryFolder();
    const folder = temporaryFolder();
    const other = await openWindow(state, inFirst);
    const client = await clientIn(folder, state);
    await expect(client.listTools()).rejects.toThrow(
      `No window of VS Code offers its tools for ${folder}. Open that folder in VS Code and run ` +
        `"Moonwright: Offer Tools to Other Agents…". Folders that are offered now: ${other.workspace.files.folder}.`,
    );
    const workspace = await offeredWorkspace(inSecond);
    closing.push(() => workspace.dispose());
    const later = await clientIn(workspace.files.folder, state);
    await expect(later.listTools()).rejects.toThrow('No window');
    await offerOf(state, workspace);
    expect((await later.listTools()).tools).toHaveLength(2);
  });

  it('goes on after the window was reloaded, also with another token and port', async () => {
    const state = temporaryFolder();
    const { workspace, offer } = await openWindow(state, inFirst);
    const client = await clientIn(workspace.files.folder, state);
    await client.listTools();
    await offer.dispose();
    await expect(client.listTools()).rejects.toThrow('No window');
    await offerOf(state, workspace);
    expect(await textOf(client, 'find_symbol', { name: 'marker' })).toMatch(/^first\.js:1/);
    const again = await clientIn(workspace.files.folder, state);
    expect((await again.listTools()).tools).toHaveLength(2);
  });

  it('hears it when the window closes during a call', async () => {
    const state = temporaryFolder();
    const { workspace, offer } = await openWindow(state, inFirst, {
      ask: (_call, _rules, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('decline'), { once: true })),
    });
    const client = await clientIn(workspace.files.folder, state);
    const calling = client.callTool({ name: 'run_tests', arguments: {} });
    const ended = expect(calling).rejects.toThrow('closed or reloaded');
    await vi.waitFor(() => expect(workspace.asked).toHaveLength(1), { timeout: 30_000 });
    await offer.dispose();
    await ended;
  });

  it('cancels a call in the window, and ends the program with itself', async () => {
    const state = temporaryFolder();
    const signals: AbortSignal[] = [];
    const { workspace } = await openWindow(state, inFirst, {
      ask: (_call, _rules, signal) => {
        signals.push(signal);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve('decline'), { once: true }));
      },
    });
    const client = await clientIn(workspace.files.folder, state);
    const stop = new AbortController();
    const heard: unknown[] = [];
    const calling = client
      .callTool({ name: 'run_tests', arguments: {} }, undefined, {
        signal: stop.signal,
        onprogress: (progress) => heard.push(progress),
      })
      .catch(() => 'cancelled');
    await vi.waitFor(() => expect(signals).toHaveLength(1), { timeout: 30_000 });
    await vi.waitFor(() => expect(heard).not.toEqual([]), { timeout: 30_000 });
    stop.abort();
    expect(await calling).toBe('cancelled');
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true), { timeout: 30_000 });
    await client.close();
  });
});

describe('the program', () => {
  it('ends when its input ends, and says what is wrong with its options', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'state'));
    const run = async (...args: string[]) => {
      const child = spawn(process.execPath, [bridge, ...args], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      child.stdin.end();
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, said };
    };
    expect(await run('--state-dir', path.join(folder, 'state'))).toEqual({ code: 0, said: '' });
    expect(await run('--nonsense')).toMatchObject({ code: 2, said: expect.stringContaining('--nonsense') });
  });
});
