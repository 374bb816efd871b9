// Real: VS Code with the packaged extension, and a server with nano that answers in place of the extension's own
// engine: the project's daemon with its HTTP endpoint, or what `npm run test:engines` has started.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect } from 'vitest';
import { engineUnderTest, type EngineUnderTest } from '../support/engines/engine-under-test.ts';
import { scenario, useVSCode } from './host/scenario.ts';

const title = 'Moonwright: Use an Engine Elsewhere…';

describe('an engine elsewhere', () => {
  useVSCode();

  let engine: EngineUnderTest | undefined;
  scenario(
    'answers once the user has agreed, is marked all the time, and fixes the failing test',
    {
      sample: 'sample-project',
      before: async () => {
        engine = await engineUnderTest();
      },
    },
    async ({ window, panel, project, openChat, shot }) => {
      if (engine === undefined) throw new Error('The engine did not start.');
      const { page } = window;
      const { host } = new URL(engine.url);
      const settings = path.join(project.folder, '.vscode', 'settings.json');
      const input = page.locator('.quick-input-widget input.input');
      const entry = (text: string): Locator =>
        page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
      const dialog = page.locator('.monaco-dialog-box');
      const type = async (text: string): Promise<void> => {
        await input.fill(text);
        await input.press('Enter');
      };
      const enterAddress = async (): Promise<void> => {
        await window.runCommand(title);
        await entry('Enter an address…').click();
        await page.getByText('Address of a server').first().waitFor();
        await type(engine?.url ?? '');
      };
      try {
        await openChat();
        const chip = panel.frame.locator('.chip').first();
        await expect.poll(() => chip.getAttribute('class')).toContain('is-ready');
        expect(await chip.innerText()).not.toContain(host);

        await enterAddress();
        await page.getByText(`Key for ${host}`).first().waitFor();
        await type(engine.key);
        await dialog.waitFor();
        const asked = await dialog.innerText();
        expect(asked).toContain(`Send your messages and code to ${host}?`);
        expect(asked).toContain('This address is on this machine.');
        await shot('1-consent');
        // Enter, pressed too often, sends nothing.
        await page.keyboard.press('Enter');
        await dialog.waitFor({ state: 'detached' });
        await enterAddress();
        await dialog.waitFor();
        expect(await chip.innerText()).not.toContain(host);
        await dialog.getByText('Never in This Workspace').click();
        await expect.poll(() => existsSync(settings) && readFileSync(settings, 'utf8')).toContain('allowElsewhere');
        await window.runCommand(title);
        await page.getByText('This workspace uses no engine elsewhere.').first().waitFor();
        expect(await chip.innerText()).not.toContain(host);

        rmSync(settings);
        // The editor has noticed when the menu opens again.
        await expect
          .poll(
            async () => {
              await window.runCommand(title);
              const shown = entry('Enter an address…').waitFor({ timeout: 3000 });
              return shown.then(
                () => true,
                () => false,
              );
            },
            { timeout: 60_000 },
          )
          .toBe(true);
        await page.keyboard.press('Escape');
        await enterAddress();
        await dialog.waitFor();
        await dialog.getByText('Use This Engine').click();
        await expect.poll(() => chip.innerText()).toContain(host);
        await expect.poll(() => page.locator('.statusbar-item', { hasText: `nano · ${host}` }).count()).toBe(1);

        await panel.send('Fix the failing test.');
        expect(await panel.finishTurn((tool) => (tool === 'run_tests' ? 'session' : 'once'))).toBe('answered');
        expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
        await shot('2-fixed');

        await window.runCommand(title);
        await entry("Use this machine's own engine").waitFor();
        await shot('3-menu');
        await entry("Use this machine's own engine").click();
        await expect.poll(() => chip.innerText()).not.toContain(host);
      } finally {
        await engine.stop();
      }
    },
  );
});
