// Serving other programs, switched on and off in a real VS Code with the packaged extension and the embedded model.
import { describe, expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { scenario, useVSCode } from './host/scenario.ts';

describe('Serve on This Machine', () => {
  useVSCode();

  scenario(
    'lets other programs in with the token, and nobody when it is off',
    { sample: 'sample-project' },
    async (s) => {
      const { window, shot } = s;
      const { page } = window;
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const rows = page.locator('.quick-input-list .monaco-list-row');
      const choose = (label: string) => rows.filter({ hasText: label }).first().click();

      await window.runCommand('Moonwright: Serve on This Machine…');
      const box = page.locator('.quick-input-widget input.input');
      await expect.poll(() => box.inputValue(), { timeout: 30_000 }).toBe('8737');
      await shot('1-port');
      await box.fill(String(port));
      await page.keyboard.press('Enter');
      const toast = page.locator('.notification-toast').filter({ hasText: url });
      await toast.waitFor({ timeout: 60_000 });
      await shot('2-open');
      await toast.locator('.monaco-button', { hasText: 'Copy Token' }).click();

      const refused = await fetch(`${url}/v1/messages`, { method: 'POST', headers: { 'user-agent': 'stranger/1' } });
      expect([refused.status, await refused.json()]).toMatchObject([401, { type: 'error' }]);
      await page.locator('[id="moonwright.moonwright.moonwright.model"]').hover();
      await expect
        .poll(() => page.locator('.monaco-hover:visible').allInnerTexts(), { timeout: 30_000 })
        .toContainEqual(expect.stringContaining(url));
      await shot('3-tooltip');

      await window.runCommand('Moonwright: Serve on This Machine…');
      await expect
        .poll(() => rows.allInnerTexts(), { timeout: 30_000 })
        .toContainEqual(expect.stringContaining('Stop serving'));
      await shot('4-menu');
      await choose('Stop serving');
      await expect
        .poll(
          () =>
            fetch(url).then(
              () => 'open',
              () => 'closed',
            ),
          { timeout: 30_000 },
        )
        .toBe('closed');
    },
  );
});
