// Real: VS Code with the packaged extension, its own engine with nano for the chat, and a server with nano that answers
// inline chat alone.
import type { Locator } from 'playwright-core';
import { describe, expect } from 'vitest';
import { startNanoEndpoint } from '../support/models/nano-endpoint.ts';
import { CodeEditor } from './host/code-editor.ts';
import { scenario, useVSCode } from './host/scenario.ts';

const title = 'Moonwright: Choose the Model of Inline Chat…';

describe('a model of its own for inline chat', () => {
  useVSCode();

  let endpoint: Awaited<ReturnType<typeof startNanoEndpoint>> | undefined;
  scenario(
    'answers there while the chat stays on this machine, and is named in the box and the status bar',
    {
      sample: 'sample-project',
      before: async () => {
        endpoint = await startNanoEndpoint();
      },
    },
    async ({ window, panel, project, openChat, shot }) => {
      if (endpoint === undefined) throw new Error('The engine did not start.');
      const { token } = await endpoint.daemon.ready();
      const { page } = window;
      const { host } = new URL(endpoint.url);
      const input = page.locator('.quick-input-widget input.input');
      const entry = (text: string): Locator =>
        page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
      const status = page.locator('.statusbar-item', { hasText: 'nano' });
      const type = async (text: string): Promise<void> => {
        await input.fill(text);
        await input.press('Enter');
      };
      try {
        await openChat();
        await window.runCommand(title);
        await entry('The model that is loaded on this machine').waitFor();
        await shot('1-menu');
        await entry('A model of an engine elsewhere…').click();
        await entry('Enter an address…').click();
        await page.getByText('Address of a server').first().waitFor();
        await type(endpoint.url);
        await page.getByText(`Key for ${host}`).first().waitFor();
        await type(token);
        await page.locator('.monaco-dialog-box').getByText('Use This Engine').click();
        await expect.poll(() => status.first().innerText()).toContain(host);
        // The chat still is this machine's.
        expect(await panel.frame.locator('.chip').first().innerText()).not.toContain(host);

        const editor = new CodeEditor(window, project);
        await editor.open('src/math.js', 2, 1);
        const box = page.locator('.review-widget');
        await expect
          .poll(
            async () => {
              await page.keyboard.press('Control+I');
              const focused = box.locator('.monaco-editor.focused').first();
              return focused.waitFor({ timeout: 10_000 }).then(
                () => true,
                () => false,
              );
            },
            { timeout: 90_000 },
          )
          .toBe(true);
        await expect.poll(() => box.innerText()).toContain(host);
        await shot('2-box');
        await page.keyboard.type('Make this an arrow function');
        await page.keyboard.press('Enter');
        await box
          .locator('a')
          .filter({ hasText: /^(Accept|Reject)$/ })
          .first()
          .waitFor();
        expect(await box.innerText()).toContain(`nano · ${host}`);
        await shot('3-answered');

        await window.runCommand(title);
        await entry("The chat's model").click();
        await expect.poll(() => status.first().innerText()).not.toContain(host);
      } finally {
        await endpoint.stop();
      }
    },
  );
});
