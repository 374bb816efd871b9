// Commands that rewrite code in a real VS Code, with the packaged extension, the real daemon and the embedded model.
import { describe, expect } from 'vitest';
import { CodeEditor } from './host/code-editor.ts';
import { scenario, useVSCode, type Scenario } from './host/scenario.ts';

const sample = 'projects/refactor';
const editorOf = ({ window, project }: Scenario): CodeEditor => new CodeEditor(window, project);

describe('a refactor command', () => {
  useVSCode();

  scenario('fixes a problem from the lightbulb', { sample }, async (at) => {
    const editor = editorOf(at);
    await editor.open('src/math.js', 2, 28);
    await editor.problem();
    await editor.quickFix("Moonwright: Fix: Cannot find name 'vlaue'");
    await editor.page.locator('.squiggly-error').first().waitFor({ state: 'hidden', timeout: 45_000 });
    await at.shot('fixed');
    const text = await editor.saved('src/math.js', (now) => now.includes('Math.max(value, min)'));
    expect(text).toContain('return price - (price * percent) / 100;');
    expect(text).not.toContain('vlaue');
  });

  scenario('fixes all problems of a file, one after the other', { sample }, async (at) => {
    const editor = editorOf(at);
    await editor.open('src/text.js', 1, 1);
    await editor.problem();
    await editor.run('Fix All Problems in File');
    await editor.toast('Fixed all 2 problems.').waitFor({ timeout: 45_000 });
    await at.shot('all-fixed');
    const text = await editor.saved(
      'src/text.js',
      (now) => now.includes('word.toUpperCase') && now.includes('Hello, ${name}!'),
    );
    expect(text).toContain("throw new Error('not implemented');");
  });

  scenario('documents a function', { sample }, async (at) => {
    const editor = editorOf(at);
    const before = at.project.read('src/math.js');
    await editor.open('src/math.js', 6, 5);
    await editor.run('Document');
    const text = await editor.saved('src/math.js', (now) => now.includes('/**'));
    await at.shot('documented');
    expect(text).toMatch(/\n\/\*\* [^\n]+ \*\/\nexport function discount\(price, percent\) \{\n/);
    expect(text.replace(/\/\*\*[^\n]*\n/, '')).toBe(before);
  });

  scenario('implements a stub', { sample }, async (at) => {
    const editor = editorOf(at);
    await editor.open('src/text.js', 2, 5);
    await editor.run('Implement Stub');
    const text = await editor.saved('src/text.js', (now) => !now.includes('not implemented'));
    await at.shot('implemented');
    const { countVowels } = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
      countVowels: (text: string) => number;
    };
    expect(countVowels('aeroplane')).toBe(5);
  });

  scenario(
    'suggests a name, and leaves out of the rename what was not checked in the preview',
    { sample },
    async (at) => {
      const editor = editorOf(at);
      const { page } = editor;
      await editor.open('src/order.js', 5, 11);
      await editor.run('Rename with Meaning…');
      const suggestion = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'lowest' });
      await suggestion.waitFor({ timeout: 45_000 });
      await at.shot('1-suggested');
      await suggestion.click();
      const preview = page.locator('.bulk-edit-panel');
      await preview.waitFor({ timeout: 60_000 });
      await at.shot('2-preview');
      expect(at.project.read('src/cart.js'), 'nothing is touched before').toContain('taVo');
      await preview.getByRole('button', { name: 'Apply' }).click();
      await preview.waitFor({ state: 'hidden' });
      await page.keyboard.press('Control+K');
      await page.keyboard.press('S');
      await at.shot('3-renamed');
      await expect
        .poll(() => at.project.read('src/cart.js'), { timeout: 20_000 })
        .toContain('export function lowest(prices)');
      expect(at.project.read('src/order.js')).toContain('return lowest(prices) + postage;');
      expect(at.project.read('src/order.js')).toContain("import { lowest } from './cart.js';");
      expect(at.project.read('src/order.js'), 'a mention is left out until it is checked').toContain(
        '// The bill: taVo of',
      );
      expect(at.project.read('README.md')).toContain('`taVo`');
    },
  );

  scenario('shows a rename of several files before it is made', { sample }, async (at) => {
    const editor = editorOf(at);
    const { page } = editor;
    const before = at.project.contents();
    await editor.open('src/math.js', 5, 20);
    const rename = async (): Promise<void> => {
      await editor.run('Rename with Meaning…');
      const box = page.locator('.quick-input-widget input.input');
      await box.fill('reduced');
      await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'your own' }).click();
      await at.window.changes.getByText('reduced').first().waitFor({ timeout: 45_000 });
    };
    await rename();
    await at.shot('1-shown');
    await editor.toast('Rename discount to reduced').getByRole('button', { name: 'Discard' }).click();
    await at.window.changes.waitFor({ state: 'hidden' });
    expect(at.project.contents()).toEqual(before);
    await rename();
    await editor.toast('Rename discount to reduced').getByRole('button', { name: 'Apply' }).click();
    await page.keyboard.press('Control+K');
    await page.keyboard.press('S');
    await expect
      .poll(() => at.project.read('src/invoice.js'), { timeout: 20_000 })
      .toBe("import { reduced } from './math.js';\n\nexport const net = (price) => reduced(price, 10);\n");
    expect(at.project.read('src/math.js')).toContain('export function reduced(price, percent)');
    await at.shot('2-made');
  });

  scenario('explains a function at its place, and converts it', { sample }, async (at) => {
    const editor = editorOf(at);
    const { page } = editor;
    await editor.open('src/math.js', 6, 5);
    await editor.run('Explain');
    const note = page.locator('.review-widget');
    await note.filter({ hasText: 'discount' }).waitFor({ timeout: 60_000 });
    await expect.poll(() => note.innerText()).toMatch(/price/);
    await at.shot('1-explained');
    await editor.goTo(6, 5);
    await editor.quickFix('Moonwright: Convert to arrow function', 'Control+Shift+R');
    await editor.saved('src/math.js', (now) =>
      now.includes('export const discount = (price, percent) => price - (price * percent) / 100;'),
    );
    await at.shot('2-converted');
  });

  scenario('leaves out of the palette what the model is too small for', { sample }, async (at) => {
    const editor = editorOf(at);
    const { page } = editor;
    await editor.open('src/math.js', 6, 5);
    const listed = async (command: string): Promise<number> => {
      await page.keyboard.press('F1');
      await page.locator('.quick-input-widget input.input').fill(`>Moonwright: ${command}`);
      await page.waitForTimeout(500);
      const rows = page.locator(`.quick-input-list .monaco-list-row[aria-label^="Moonwright: ${command}"]`);
      const count = await rows.count();
      await page.keyboard.press('Escape');
      return count;
    };
    await expect.poll(() => listed('Write Tests'), { timeout: 60_000, interval: 500 }).toBe(0);
    expect(await listed('Document')).toBe(1);
    await at.shot('1-left-out');
  });
});
