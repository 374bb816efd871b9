// Real: VS Code with the packaged extension, and a llama-server with nano that answers in place of its own engine.
import { describe, expect } from 'vitest';
import { LlamaServer } from '../support/engines/llama-server.ts';
import { scenario, useVSCode } from './host/scenario.ts';

describe('a llama-server', () => {
  useVSCode();

  let server: LlamaServer | undefined;
  scenario(
    'refuses a wrong key, and fixes the failing test although it ends on the way and comes back',
    {
      sample: 'sample-project',
      before: async () => {
        server = await LlamaServer.start();
      },
    },
    async ({ window, panel, project, openChat, shot }) => {
      const engine = server;
      if (engine === undefined) throw new Error('The server did not start.');
      const { page } = window;
      const { host } = new URL(engine.url);
      const input = page.locator('.quick-input-widget input.input');
      const type = async (text: string): Promise<void> => {
        await input.fill(text);
        await input.press('Enter');
      };
      try {
        await openChat();
        await window.runCommand('Moonwright: Use an Engine Elsewhere…');
        await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Enter an address…' }).click();
        await page.getByText('Address of a server').first().waitFor();
        await type(engine.url);
        await page.getByText(`Key for ${host}`).first().waitFor();
        await type('wrong');
        await page.getByText(`${host} refused the last one.`).first().waitFor();
        await type(engine.key);
        await page.locator('.monaco-dialog-box').getByText('Use This Engine').click();
        const chip = panel.frame.locator('.chip').first();
        await expect.poll(() => chip.innerText()).toContain(host);

        let back: Promise<void> | undefined;
        const endOnce = async (tool: string): Promise<void> => {
          if (tool !== 'edit_file' || back !== undefined) return;
          await engine.kill();
          back = panel.frame
            .getByText('Asking again in')
            .first()
            .waitFor()
            .then(() => engine.restart());
        };
        await panel.send('Fix the failing test.');
        expect(await panel.finishTurn((tool) => (tool === 'run_tests' ? 'session' : 'once'), endOnce)).toBe('answered');
        await back;
        expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
        expect(await panel.frame.locator('.turn-stats').innerText(), 'cached tokens').toMatch(/reused [1-9]\d*/);
        await shot('1-fixed');
      } finally {
        await engine.stop();
      }
    },
  );
});
