// A workspace that the user does not trust, in a VS Code that asks for trust as the user's own does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { processesIn } from './host/processes.ts';
import { scenario, useVSCode } from './host/scenario.ts';

describe('an untrusted workspace', () => {
  useVSCode();

  scenario(
    'is only read',
    {
      sample: 'sample-project',
      workspaceTrust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
      before: async ({ project }) => {
        // Tests that leave a trace when they run.
        const test = path.join(project.folder, 'test/math.test.js');
        writeFileSync(
          test,
          `import { writeFileSync } from 'node:fs';\nwriteFileSync(new URL('../../ran', import.meta.url), '');\n${readFileSync(test, 'utf8')}`,
        );
      },
    },
    async ({ folder, project, panel, shot, openChat }) => {
      const before = project.contents();
      await openChat();
      await panel.frame.locator('.banner').waitFor();
      await shot('1-banner');
      await panel.send('Fix the failing test.');
      const seen = new Set<string>();
      const watch = setInterval(() => processesIn(project.folder).forEach((line) => seen.add(line)), 50);
      await panel.finishTurn();
      clearInterval(watch);
      await shot('2-end');
      expect(await panel.call('run_tests', 'done').count()).toBe(0);
      expect(await panel.call('edit_file', 'done').count()).toBe(0);
      expect(project.contents()).toEqual(before);
      expect(existsSync(path.join(folder, 'ran')), 'the tests did not run').toBe(false);
      // VS Code's own, and ripgrep, which lists the files to read, may run.
      expect(
        [...seen].filter((line) => !line.includes('/vscode-test-host/') && !/\/dist\/ripgrep\/rg /.test(line)),
      ).toEqual([]);
    },
  );
});
