// Real: VS Code with the packaged extension in a window that is remote, as a browser's is, and the project's daemon as
// the engine at home. Faked: the way between the two, which is one machine here.
import type { Locator } from 'playwright-core';
import { describe, expect } from 'vitest';
import { startNanoEndpoint, type NanoEndpoint } from '../support/models/nano-endpoint.ts';
import { scenario, useVSCode } from './host/scenario.ts';

const title = 'Moonwright: Use an Engine Elsewhere…';

describe('the engine at home', () => {
  useVSCode();

  let endpoint: NanoEndpoint | undefined;
  scenario(
    'is explained, asked for by port and token, checked, agreed to, and marked in its own words',
    {
      sample: 'sample-project',
      before: async () => {
        endpoint = await startNanoEndpoint();
      },
    },
    async ({ window, panel, openChat, shot, shotInThemes }) => {
      if (endpoint === undefined) throw new Error('The engine did not start.');
      const { port, token } = await endpoint.daemon.ready();
      const { page } = window;
      const input = page.locator('.quick-input-widget input.input');
      const entry = (text: string): Locator =>
        page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
      const type = async (text: string): Promise<void> => {
        await input.fill(text);
        await input.press('Enter');
      };
      const connect = async (to: number): Promise<void> => {
        await window.runCommand(title);
        await entry('The engine on the machine in front of you…').click();
        await entry('Connect…').waitFor();
        await shot('1-steps');
        await shotInThemes('1-steps');
        await entry('Connect…').click();
        await page.getByText('Port of this remote machine that leads home').first().waitFor();
        await type(String(to));
      };
      try {
        await openChat();
        await connect(1); // nothing is forwarded there
        await page.getByText('home:1 does not answer: forward its port again').first().waitFor();

        await connect(port);
        await page.getByText('Token of the engine at home').first().waitFor();
        await type('wrong');
        await page.getByText(`home:${port} refused the last one. Enter another.`).first().waitFor();
        await shot('2-token');
        await type(token);
        const dialog = page.locator('.monaco-dialog-box');
        await dialog.waitFor();
        expect(await dialog.innerText()).toContain('Send your messages and code to the machine in front of you?');
        await shot('3-consent');
        await shotInThemes('3-consent');
        await dialog.getByText('Use This Engine').click();

        const chip = panel.frame.locator('.chip').first();
        await expect.poll(() => chip.innerText()).toContain(`home:${port}`);
        await expect.poll(() => chip.getAttribute('title')).toContain('Answered at home');
        await panel.send('What does src/math.js do?');
        expect(await panel.finishTurn(() => 'once')).toBe('answered');
        await shot('4-answered');
      } finally {
        await endpoint.stop();
      }
    },
  );
});
