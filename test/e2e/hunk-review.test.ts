// The review of changes, hunk by hunk, in a real VS Code with the packaged extension. Faked: the model, where a script speaks for it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { panelStrings } from '../../webview/strings.ts';
import { ScriptedDaemon, type DaemonReply } from '../support/scripted-daemon.ts';
import { scenario, useVSCode, type Scenario, type ScenarioOptions } from './host/scenario.ts';

const before = 'export function add(a, b) {\n  return a - b;\n}\n\nexport function clamp(value, min, max) {\n  return Math.min(min, Math.max(max, value));\n}\n';
const fixed = before.replace('a - b', 'a + b');
const both = fixed.replace('Math.min(min, Math.max(max, value))', 'Math.max(min, Math.min(max, value))');

function edit(from: string, to: string): { readonly name: string; readonly arguments: object } {
  return { name: 'edit_file', arguments: { path: 'src/math.js', old_string: from, new_string: to } };
}

/** A scenario in which the model has repaired two lines of one file, and the user has decided on neither. */
function reviewing(name: string, options: Pick<ScenarioOptions, 'settings'>, body: (scenario: Scenario) => Promise<void>): void {
  let model: ScriptedDaemon | undefined;
  const start: ScenarioOptions['before'] = async ({ stateDirectory, project }) => {
    writeFileSync(path.join(project.folder, 'src/math.js'), before);
    const replies: DaemonReply[] = [
      { calls: [edit('return a - b;', 'return a + b;')] },
      { calls: [edit('return Math.min(min, Math.max(max, value));', 'return Math.max(min, Math.min(max, value));')] },
      { text: 'Both are repaired.' },
    ];
    model = await ScriptedDaemon.start(stateDirectory, () => replies.shift() ?? { text: 'There is nothing more to say.' });
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

  reviewing('are kept and undone hunk by hunk, also after a reload', {}, async ({ project, panel, window, shot }) => {
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
    await expect.poll(() => lens('Undo').count(), { timeout: 60_000 }).toBe(1);
    await panel.ready();
    await list.waitFor();
    await shot('4-reloaded');
    await lens('Undo').first().click();
    await expect.poll(() => project.read('src/math.js')).toBe(fixed);
    await expect.poll(() => lens('Undo').count()).toBe(0);
    await list.waitFor({ state: 'hidden' });
    await shot('5-other-undone');
  });
});
