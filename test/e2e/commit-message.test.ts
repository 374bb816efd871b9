// The message of a commit from a real git diff, in a real VS Code with the packaged extension and the embedded model.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { CodeEditor } from './host/code-editor.ts';
import { scenario, useVSCode } from './host/scenario.ts';

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Luna', '-c', 'user.email=luna@moon', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });

describe('a commit message', () => {
  useVSCode();

  scenario(
    'is written from what is changed, and nothing is committed',
    {
      sample: 'sample-project',
      before: async ({ project }) => {
        const { folder } = project;
        git(folder, 'init', '-q');
        git(folder, 'add', '.');
        git(folder, 'commit', '-q', '-m', 'Begin');
        writeFileSync(path.join(folder, 'src/math.js'), project.read('src/math.js').replace('a - b', 'a + b'));
      },
    },
    async ({ window, project, shot }) => {
      const editor = new CodeEditor(window, project);
      const { page } = window;
      await editor.open('src/math.js');
      await page.keyboard.press('Control+Shift+G');
      const box = page.locator('.scm-input .view-lines');
      await box.waitFor({ timeout: 60_000 });
      const button = page.locator('.action-label[aria-label*="Generate Commit Message"]:visible').first();
      await page.locator('.scm-input').hover(); // its buttons are shown only then
      await button.waitFor({ timeout: 60_000 });
      await shot('1-before');
      await button.click();
      await expect.poll(() => box.innerText(), { timeout: 45_000 }).toMatch(/src\/math\.js/);
      await shot('2-message');
      expect(
        (await box.innerText())
          .replace(/\u00a0/g, ' ')
          .trim()
          .split('\n'),
      ).toHaveLength(1);
      expect(git(project.folder, 'log', '--oneline').trim().split('\n')).toHaveLength(1);
      expect(git(project.folder, 'diff', '--cached'), 'nothing is staged either').toBe('');
    },
  );
});
