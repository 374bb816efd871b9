// The list of models in a real VS Code: the real daemon plans them on this machine, and loads nano as it is set up.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { scenario, useVSCode } from './host/scenario.ts';

describe('the list of models', () => {
  useVSCode();

  scenario(
    'shows each model with its plan, and the plan for each setting',
    { sample: 'sample-project' },
    async ({ daemon, window, shot, shotInThemes }) => {
      const { page } = window;
      const row = (name: string) => page.locator(`.monaco-list-row[aria-label^="${name}, "]`);
      const menu = page.locator('.quick-input-widget');
      const choice = (label: string) => menu.locator(`.monaco-list-row[aria-label^="${label},"]`);
      await window.runCommand('Moonwright: Manage Models');
      await row('nano').waitFor({ timeout: 120_000 });
      expect(await row('nano').getAttribute('aria-label')).toMatch(/RAM · ≤ \d+ tok\/s · 128k context/);
      await shot('1-models');
      await shotInThemes('1-models');
      await row('nano').hover();
      await shot('2-plan');
      await shotInThemes('2-plan');

      await row('nano').click();
      await expect.poll(() => menu.locator('input.input').getAttribute('placeholder')).toContain('128k context');
      await choice('Context').click();
      await choice('4096').waitFor();
      await shot('3-contexts');
      await shotInThemes('3-contexts');
      await choice('4096').click();
      await expect.poll(() => menu.locator('input.input').getAttribute('placeholder')).toContain('4096 context');
      expect(await choice('Context').getAttribute('aria-label')).toContain('4096');
      await shot('4-plan-changed');
      await page.keyboard.press('Escape');
      await expect
        .poll(() => readFileSync(path.join(daemon.stateDirectory, 'daemon.json'), 'utf8'), { timeout: 60_000 })
        .toMatch(/"context": *4096/);
    },
  );
});
