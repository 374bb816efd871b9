// The review of changes, hunk by hunk, in a real VS Code with the packaged extension. Faked: the model, by a script,
// in some of the tests.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { panelStrings } from '../../webview/strings.ts';
import { ScriptedDaemon, type DaemonReply } from '../support/daemon/scripted-daemon.ts';
import { scenario, useVSCode, type Scenario, type ScenarioOptions } from './host/scenario.ts';
import { settled } from './host/settled.ts';

const before =
  'export function add(a, b) {\n  return a - b;\n}\n\nexport function clamp(value, min, max) {\n  return Math.min(min, Math.max(max, value));\n}\n';
const fixed = before.replace('a - b', 'a + b');
const both = fixed.replace('Math.min(min, Math.max(max, value))', 'Math.max(min, Math.min(max, value))');

function edit(from: string, to: string): { readonly name: string; readonly arguments: object } {
  return { name: 'edit_file', arguments: { path: 'src/math.js', old_string: from, new_string: to } };
}

/** A scenario in which the model has repaired two lines of one file, and the user has decided on neither. */
function reviewing(
  name: string,
  options: Pick<ScenarioOptions, 'settings'>,
  body: (scenario: Scenario) => Promise<void>,
): void {
  let model: ScriptedDaemon | undefined;
  const start: ScenarioOptions['before'] = async ({ stateDirectory, project }) => {
    writeFileSync(path.join(project.folder, 'src/math.js'), before);
    const replies: DaemonReply[] = [
      { calls: [edit('return a - b;', 'return a + b;')] },
      { calls: [edit('return Math.min(min, Math.max(max, value));', 'return Math.max(min, Math.min(max, value));')] },
      { text: 'Both are repaired.' },
    ];
    model = await ScriptedDaemon.start(
      stateDirectory,
      () => replies.shift() ?? { text: 'There is nothing more to say.' },
    );
  };
  scenario(name, { sample: 'sample-project', before: start, ...options }, async (scenario) => {
    try {
      await scenario.openChat();
      await scenario.panel.send('Repair both functions.');
      expect(await scenario.panel.finishTurn(() => 'session')).toBe('answered');
      await body(scenario);
    } finally {
      await model?.stop();
    }
  });
}

describe('changes', () => {
  useVSCode();

  reviewing(
    'are kept and undone hunk by hunk, also after a reload',
    {},
    async ({ project, panel, window, shot, openChat }) => {
      const { page } = window;
      const lens = (text: string) => page.locator('.codelens-decoration a').filter({ hasText: text });
      expect(project.read('src/math.js')).toBe(both);
      const list = panel.frame.locator('.pending-files');
      await list.waitFor();
      expect(await list.innerText()).toContain(panelStrings.pendingOne);
      await shot('1-panel');
      await list.getByRole('button', { name: 'src/math.js', exact: true }).click();
      await expect.poll(() => lens('Keep').count(), { timeout: 30_000 }).toBe(2);
      await shot('2-editor');
      await lens('Keep').first().click();
      await expect.poll(() => lens('Keep').count()).toBe(1);
      expect(project.read('src/math.js')).toBe(both);
      await shot('3-one-kept');

      await window.reload();
      await openChat(); // a side bar that was opened a moment before is not always open again
      await list.waitFor();
      // An editor that was opened a moment before is not always opened again.
      await list.getByRole('button', { name: 'src/math.js', exact: true }).click();
      await expect.poll(() => lens('Undo').count(), { timeout: 60_000 }).toBe(1);
      await shot('4-reloaded');
      await lens('Undo').first().click();
      await expect.poll(() => project.read('src/math.js')).toBe(fixed);
      await expect.poll(() => lens('Undo').count()).toBe(0);
      await list.waitFor({ state: 'hidden' });
      await shot('5-other-undone');
    },
  );

  reviewing(
    'are decided on by keys, in the gutter and in the review of all files; what the user typed stays',
    { settings: { 'workbench.colorTheme': 'Default Dark Modern' } },
    async ({ project, panel, window, shot }) => {
      const { page } = window;
      const lens = (text: string) => page.locator('.codelens-decoration a').filter({ hasText: text });
      const list = panel.frame.locator('.pending-files');
      const position = page.locator('.statusbar-item').filter({ hasText: /^Ln / });
      await list.getByRole('button', { name: 'src/math.js', exact: true }).click();
      await expect.poll(() => lens('Keep').count(), { timeout: 30_000 }).toBe(2);
      await expect.poll(() => position.innerText()).toContain('Ln 2,');
      await page.keyboard.press('Alt+F5');
      await expect.poll(() => position.innerText()).toContain('Ln 6,');
      await shot('1-second-hunk');
      await page.keyboard.press('Control+Alt+Z');
      await expect.poll(() => project.read('src/math.js')).toBe(fixed);
      await expect.poll(() => lens('Keep').count()).toBe(1); // the editor follows the file
      // The editor's own undo brings the hunk back, to be decided on again.
      await page.keyboard.press('Control+Z');
      await expect.poll(() => lens('Keep').count()).toBe(2);
      await page.keyboard.press('Control+S');
      await expect.poll(() => project.read('src/math.js')).toBe(both);

      await page.keyboard.press('Control+Home');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.type('// mine');
      await page.keyboard.press('Control+S');
      await expect.poll(() => project.read('src/math.js')).toBe(`// mine\n${both}`);
      const peek = page.locator('.peekview-widget');
      // The gutter learns a moment later that the line above is not the assistant's, and draws its peek's buttons anew.
      await expect
        .poll(
          async () => {
            await page.keyboard.press('Escape');
            await page.keyboard.press('Control+Home');
            await page.keyboard.press('Alt+F3'); // the editor's own key for the next change in the gutter
            await peek.waitFor();
            await settled(peek, 500);
            return `${await position.innerText()} ${await peek.innerText()}`;
          },
          { timeout: 30_000 },
        )
        .toMatch(/^Ln 3,[^]*1 of 2 changes/);
      await shot('2-gutter');
      await peek.locator('.action-label[aria-label^="Keep Change"]').click();
      await expect.poll(() => lens('Keep').count()).toBe(1);
      await page.keyboard.press('Escape');

      await list.getByRole('button', { name: panelStrings.reviewAll, exact: true }).click();
      // Near both hunks; the line that was typed may be folded away.
      await window.changes.getByText('clamp').filter({ visible: true }).first().waitFor();
      await shot('3-review');
      await page.locator('.editor-actions .action-label[aria-label^="Undo All Changes"]').click();
      // The first hunk was kept in the gutter.
      await expect.poll(() => project.read('src/math.js')).toBe(`// mine\n${fixed}`);
      await window.changes.waitFor({ state: 'detached' });
      await list.waitFor({ state: 'hidden' });
      expect(await panel.frame.locator('.turn-end').last().getAttribute('data-state')).toBe('kept');
      await shot('4-decided');
    },
  );

  const nanoBefore =
    'export function add(a, b) {\n  return a - b;\n}\n\nexport function clamp(value, min, max) {\n  return Math.min(Math.max(value, min), max);\n}\n\nexport function average(a, b) {\n  return (a - b) / 2;\n}\n';
  scenario(
    'of the embedded model in two places of a file are decided on one by one',
    {
      sample: 'sample-project',
      before: async ({ project }) => writeFileSync(path.join(project.folder, 'src/math.js'), nanoBefore),
    },
    async ({ project, panel, window, shot, openChat }) => {
      const lens = (text: string) => window.page.locator('.codelens-decoration a').filter({ hasText: text });
      expect(project.runTests()).toEqual({ passed: 3, failed: 2 });
      await openChat();
      await panel.send('Fix the failing tests.');
      expect(await panel.finishTurn()).toBe('answered');
      await shot('1-fixed');
      expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
      const after = project.read('src/math.js');
      await panel.frame.locator('.pending-files').getByRole('button', { name: 'src/math.js', exact: true }).click();
      await expect.poll(() => lens('Keep').count(), { timeout: 30_000 }).toBe(2);
      await lens('Undo').last().click();
      await lens('Keep').first().click();
      await expect.poll(() => lens('Keep').count()).toBe(0);
      const [first = '', second = ''] = [
        after.slice(0, after.indexOf('average')),
        nanoBefore.slice(nanoBefore.indexOf('average')),
      ];
      expect(project.read('src/math.js')).toBe(first + second);
      expect(project.runTests()).toEqual({ passed: 4, failed: 1 });
      await shot('2-decided');
    },
  );
});
