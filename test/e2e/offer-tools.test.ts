// Real: VS Code with the packaged extension, the official client of the Model Context Protocol, which starts the bridge
// that the extension has put in place, the project's tests.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect } from 'vitest';
import type { OfferingWindow } from '../../extension/mcp/offering-windows.ts';
import { scenario, useVSCode } from './host/scenario.ts';

const title = 'Moonwright: Offer Tools to Other Agents…';

function offered(stateDirectory: string): readonly OfferingWindow[] {
  const folder = path.join(stateDirectory, 'windows');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as OfferingWindow);
  } catch {
    return []; // nothing is offered yet
  }
}

/** Where the extension has put the program that clients start. */
function bridgeBelow(folder: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith(path.join('globalStorage', 'moonwright.moonwright', 'mcp.mjs')),
  );
  if (found === undefined) throw new Error('The bridge is not in place.');
  return path.join(folder, found);
}

async function textOf(client: Client, name: string, input: Record<string, unknown> = {}): Promise<string> {
  const [content] = ((await client.callTool({ name, arguments: input })) as CallToolResult).content;
  return content?.type === 'text' ? content.text : '';
}

describe('Offer Tools to Other Agents', () => {
  useVSCode();

  scenario(
    'lets another agent read the code and, when the user allows it, run the tests',
    { sample: 'sample-project' },
    async ({ window, daemon, project, folder, openChat, shot, shotInThemes }) => {
      const { page } = window;
      const rows = page.locator('.quick-input-list .monaco-list-row');
      const choose = (label: string) => rows.filter({ hasText: label }).first().click();
      await openChat();
      expect(offered(daemon.stateDirectory)).toEqual([]);

      await window.runCommand(title);
      await rows.filter({ hasText: 'Switch on' }).first().waitFor();
      await shot('1-off');
      await choose('Switch on');
      await rows.filter({ hasText: 'Stop offering tools' }).first().waitFor({ timeout: 60_000 });
      await shot('2-on');
      await shotInThemes('2-on');
      await page.keyboard.press('Escape');
      const [offer] = offered(daemon.stateDirectory);
      expect(offer?.folders).toEqual([project.folder]);

      const client = new Client({ name: 'agent-of-test', version: '1' });
      const args = [bridgeBelow(folder), '--state-dir', daemon.stateDirectory];
      await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: project.folder }));
      try {
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name).sort()).toEqual([
          'find_symbol',
          'get_diagnostics',
          'repository_map',
          'run_tests',
        ]);
        expect(await textOf(client, 'find_symbol', { name: 'add' })).toMatch(/^src\/math\.js:\d+: /);

        const running = textOf(client, 'run_tests');
        const card = page.locator('.notification-toast').filter({ hasText: 'Run tests (for agent-of-test)' });
        await card.waitFor({ timeout: 60_000 });
        await shot('3-question');
        await shotInThemes('3-question');
        await card.locator('.monaco-button', { hasText: 'Allow once' }).click();
        expect(await running).toMatch(/\d failed/);

        await page.locator('[id="moonwright.moonwright.moonwright.model"]').hover();
        await expect
          .poll(() => page.locator('.monaco-hover:visible').allInnerTexts(), { timeout: 30_000 })
          .toContainEqual(expect.stringContaining(offer?.url ?? 'no address'));
        await shot('4-tooltip');

        const direct = new Client({ name: 'over-http', version: '1' });
        const headers = { authorization: `Bearer ${offer?.token ?? ''}` };
        const transport = new StreamableHTTPClientTransport(new URL(offer?.url ?? ''), { requestInit: { headers } });
        await direct.connect(transport as Parameters<Client['connect']>[0]);
        expect(await textOf(direct, 'get_diagnostics')).not.toBe('');
        await window.runCommand(title);
        await rows.filter({ hasText: 'over-http' }).first().waitFor();
        await shot('5-connected');
        await choose('Stop offering tools');
        await expect.poll(() => offered(daemon.stateDirectory), { timeout: 30_000 }).toEqual([]);
        await expect(direct.listTools()).rejects.toThrow();
        await expect(client.listTools()).rejects.toThrow('No window of VS Code offers its tools');
        await direct.close();
      } finally {
        await client.close();
      }
    },
  );
});
