// A model is searched, downloaded and used in a real VS Code with the packaged extension. Faked: the hub, by a server
// on this machine that has nano.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { commit, FakeHub } from '../support/hub/fake-hub.ts';
import { scenario, useVSCode } from './host/scenario.ts';

const nano = readFileSync(path.join(import.meta.dirname, '../../native/models/nano.gguf'));
const hub = await FakeHub.start();
hub.add('moon/Nano-GGUF', { 'README.md': Buffer.from('A moon.'), 'nano.gguf': nano });
hub.add('moon/Other-GGUF', { 'other-Q4_0.gguf': Buffer.from('x') });

describe('a model of the hub', () => {
  useVSCode();
  afterAll(() => hub.stop());

  scenario(
    'is found by its name, downloaded with a pause, and answers',
    {
      sample: 'sample-project',
      settings: { 'moonwright.hubEndpoint': hub.endpoint },
      wrapper: (folder) => ['env', `HF_HUB_CACHE=${path.join(folder, 'hub')}`],
    },
    async ({ folder, window, panel, project, openChat, shot, shotInThemes, daemon }) => {
      const { page } = window;
      const input = page.locator('.quick-input-widget input.input');
      const row = (text: string | RegExp) =>
        page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
      await window.runCommand('Moonwright: Download a Model…');
      await row('qwen3.5-4b').waitFor({ timeout: 60_000 });
      await shot('1-catalogue');
      await input.fill('nano');
      await row('Search the hub for').waitFor();
      expect(hub.seen, 'nothing is sent before the search is picked').toEqual([]);
      await row('Search the hub for').click();
      await row('moon/Nano-GGUF').waitFor();
      await shot('2-found');
      await row('moon/Nano-GGUF').click();
      await row('28.8 MB').or(row('29 MB')).waitFor();
      await shot('3-sizes');
      await page.keyboard.press('Enter');
      await row(/Download 29 MB.*Runs in RAM/).waitFor({ timeout: 60_000 });
      await shot('4-plan');
      await shotInThemes('4-plan');
      const beginning = hub.loads.length;
      expect(beginning, 'the header is enough for a plan').toBe(1);
      hub.cdn.stallAfter = 10_000_000;
      await page.keyboard.press('Enter');
      await hub.waitFor(() => hub.loads.length === beginning + 1);

      await window.runCommand('Moonwright: Download a Model…');
      await row(/moon\/Nano-GGUF.*10 MB of 29 MB/).waitFor();
      await shot('5-running');
      await shotInThemes('5-running');
      await row('moon/Nano-GGUF').click();
      await row('Pause').click();
      hub.cdn.stallAfter = undefined;
      await window.runCommand('Moonwright: Download a Model…');
      await row('paused').click();
      await shot('6-paused');
      await row('Resume').click();

      const use = page.locator('.notification-toast .monaco-button').filter({ hasText: 'Use it' });
      await use.waitFor({ timeout: 60_000 });
      await shot('7-done');
      const file = path.join(folder, 'hub/models--moon--Nano-GGUF/snapshots', commit, 'nano.gguf');
      expect(existsSync(file)).toBe(true);
      expect(hub.loads.map(({ range }) => range)).toEqual(['bytes=0-12582911', undefined, 'bytes=10000000-']);
      await use.click();

      await openChat();
      await panel.send('Fix the failing test.');
      expect(await panel.finishTurn((tool) => (tool === 'run_tests' ? 'session' : 'once'))).toBe('answered');
      expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
      expect(daemon.log(), 'the downloaded file was loaded').toContain(file);
      await shot('8-answered');
    },
  );
});
