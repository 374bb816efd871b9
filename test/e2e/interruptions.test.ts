// Interrupted turns, each in a real VS Code with the packaged extension, the real daemon and the embedded model.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { processesIn } from './host/processes.ts';
import { scenario, useVSCode } from './host/scenario.ts';

describe('a turn', () => {
  useVSCode();

  scenario(
    'stops during slow tests, and goes on',
    { sample: 'projects/slow-tests' },
    async ({ folder, project, panel, shot, openChat }) => {
      const slow = path.join(folder, 'slow'); // the tests wait as long as this is there
      writeFileSync(slow, '');
      const before = project.contents();
      await openChat();
      await panel.send('Fix the failing test.');
      await panel.awaitApproval();
      await panel.decide('session');
      await panel.call('run_tests', 'running').waitFor();
      await expect
        .poll(() => processesIn(project.folder).filter((line) => line.includes('--test')).length, { timeout: 30_000 })
        .toBeGreaterThan(0);
      await shot('1-slow-tests');
      const pressed = Date.now();
      await panel.button('stop').click();
      expect(await panel.finishTurn()).toBe('stopped');
      expect(Date.now() - pressed, 'it does not wait for the tests').toBeLessThan(20_000);
      await shot('2-stopped');
      await expect
        .poll(() => processesIn(project.folder).filter((line) => line.includes('--test')), { timeout: 10_000 })
        .toEqual([]);
      expect(project.contents()).toEqual(before);
      rmSync(slow);
      await panel.begin('continueTurn');
      expect(await panel.finishTurn()).toBe('answered');
      await shot('3-went-on');
      expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
    },
  );

  scenario(
    'says what it took; is undone: all files are as they were, and what was spent still counts',
    {
      sample: 'projects/two-bugs',
      settings: { 'moonwright.price': { prompt: 1, completion: 4, currency: '€' } },
    },
    async ({ project, panel, shot, openChat }) => {
      const before = project.contents();
      await openChat();
      await panel.send('Fix the failing tests.');
      expect(await panel.finishTurn()).toBe('answered');
      expect(project.contents()).not.toEqual(before);
      const stats = panel.frame.locator('.turn-stats');
      expect(await stats.innerText()).toMatch(/generated[\s\S]* s[\s\S]*≈ [\d.]+ Wh[\s\S]*[\d.]+ €/);
      expect(await stats.getAttribute('title')).toMatch(/Reading [\d.]+ s, writing [\d.]+ s, tools [\d.]+ s/);
      await shot('1-what-it-took');
      const [, generated] = /(\d+) tokens generated/.exec((await stats.getAttribute('title')) ?? '') ?? [];
      await panel.button('undoTurn').click();
      await expect.poll(() => project.contents(), { timeout: 30_000 }).toEqual(before);
      // The request is the draft again. How long it takes is told as well as it is known.
      const meter = panel.frame.locator('.meter');
      await expect
        .poll(() => meter.locator('.meter-forecast').innerText())
        .toMatch(/^((≈ )?[\d.]+(–[\d.]+)? (s|min) · )?[\d.]+ MB$/);
      const title = (await meter.getAttribute('title')) ?? '';
      expect(title).toMatch(/The model would read \d+ tokens and finds \d+ in its cache/);
      expect(title).toMatch(/First word in |How long that takes is not known yet/);
      expect(title).toMatch(new RegExp(`undone turns included:\n.*; ${generated} tokens generated`));
      await shot('2-undone');
      expect(project.runTests()).toEqual({ passed: 0, failed: 2 });
    },
  );

  scenario(
    'survives the death of the daemon',
    { sample: 'sample-project' },
    async ({ project, panel, daemon, shot, openChat }) => {
      await openChat();
      await panel.send('Fix the failing test.');
      await panel.awaitApproval();
      const first = await daemon.kill();
      await shot('1-killed-while-it-waits');
      await panel.decide('session');
      // The next time while the model speaks.
      await expect.poll(() => daemon.pid ?? first, { timeout: 60_000 }).not.toBe(first);
      await panel.call('run_tests', 'done').first().waitFor();
      const second = await daemon.kill();
      await shot('2-killed-while-it-speaks');
      expect(await panel.finishTurn()).toBe('answered');
      await shot('3-recovered');
      expect([first, second]).not.toContain(daemon.pid);
      expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
    },
  );

  scenario(
    'survives a reload of the window while it asks',
    { sample: 'sample-project' },
    async ({ project, panel, window, shot, openChat }) => {
      const before = project.contents();
      await openChat();
      await panel.send('Fix the failing test.');
      await panel.awaitApproval();
      await panel.decide('once');
      await panel.call('edit_file', 'waiting').waitFor();
      await shot('1-asked');
      await window.reload();
      await openChat();
      await panel.button('continueTurn').waitFor({ timeout: 60_000 });
      await shot('2-reloaded');
      expect(await panel.running(), 'nothing goes on by itself').toBe(false);
      expect(await panel.text()).toContain('Fix the failing test.');
      expect(await panel.call('run_tests', 'done').count(), 'what was done is still there').toBe(1);
      expect(project.contents()).toEqual(before);
      await panel.begin('continueTurn');
      await panel.call('edit_file', 'waiting').waitFor({ timeout: 60_000 });
      await shot('3-asked-again');
      expect(await panel.finishTurn()).toBe('answered');
      expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
    },
  );
});
