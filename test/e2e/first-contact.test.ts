// What somebody meets who has just installed the extension: the walkthrough, the sample project, the menus.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { Panel } from './host/panel.ts';
import { scenario, useVSCode } from './host/scenario.ts';

describe('first contact', () => {
  useVSCode();

  scenario(
    'a walkthrough leads to the panel, and the panel to a project with a failing test',
    { sample: 'projects/refactor' },
    async ({ window, panel, shot, shotInThemes }) => {
      const { page } = window;
      await window.runCommand('Welcome: Open Walkthrough...');
      await page.keyboard.type('Get Started with Moonwright');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get Started with Moonwright' }).click();
      await page.getByText('Find the panel').first().waitFor();
      await shot('1-walkthrough');
      await shotInThemes('1-walkthrough');
      await page.getByRole('button', { name: 'Open the panel' }).click();
      await panel.ready();
      const sample = panel.frame.locator('.example', { hasText: 'Open the sample project' });
      await sample.waitFor();
      await shot('2-welcome');
      await shotInThemes('2-welcome');
      const opened = page.context().waitForEvent('page');
      await sample.click();
      const other = new Panel(await opened);
      await other.page.setViewportSize({ width: 1280, height: 800 });
      await other.ready();
      const fix = other.frame.locator('.example', { hasText: 'Fix the failing test.' });
      await fix.waitFor({ timeout: 60_000 });
      expect(await other.frame.locator('.example-detail').first().textContent()).toContain('test/math.test.js');
      await fix.click();
      expect(await other.composer.inputValue()).toBe('Fix the failing test.');
      await other.page.close();
    },
  );

  scenario(
    'says at once that the included model does not know the language of the project',
    {
      sample: 'projects/refactor',
      before: async ({ project }) => {
        for (let at = 0; at < readdirSync(path.join(project.folder, 'src')).length + 2; at++)
          writeFileSync(path.join(project.folder, `cart${at}.py`), `def total${at}(items):\n    return sum(items)\n`);
      },
    },
    async ({ openChat, panel, shot, window }) => {
      await openChat();
      const row = panel.frame.locator('.continue');
      await row.filter({ hasText: 'Python is too hard for it' }).waitFor({ timeout: 60_000 });
      await shot('1-python');
      await panel.button('continueTurn').click();
      await row.waitFor({ state: 'hidden' });
      await window.page.locator('.explorer-folders-view').getByText('cart0.py').click({ button: 'right' });
      // A menu that has just opened takes no click, so that the one which opened it chooses nothing.
      await window.page.locator('.monaco-menu').getByText('Add to Chat').hover();
      await window.page.keyboard.press('Enter');
      await expect.poll(() => panel.composer.inputValue(), { timeout: 15_000 }).toBe('@cart0.py ');
      await shot('2-added');
    },
  );
});
