// The inline chat in a real VS Code with the packaged extension, the real daemon and the embedded model. Faked: in some
// tests the model, by a script slow enough to be stopped.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ScriptedDaemon, type DaemonReply } from '../support/daemon/scripted-daemon.ts';
import { CodeEditor } from './host/code-editor.ts';
import { scenario, useVSCode, type Scenario, type ScenarioOptions } from './host/scenario.ts';
import { settled } from './host/settled.ts';

const math = 'src/math.js';
/** In a browser the editor saves by itself. */
const settings = { 'files.autoSave': 'off' };
const arrow = 'export const clamp = (value, min, max) => Math.min(Math.max(value, min), max);';

/** The inline chat as a user sees it. */
class InlineChat {
  readonly editor: CodeEditor;
  readonly page: Page;
  readonly box: Locator;

  constructor({ window, project }: Scenario) {
    this.editor = new CodeEditor(window, project);
    this.page = window.page;
    this.box = this.page.locator('.review-widget');
  }

  /** Opens the chat with its key at a place of a file, and waits until one can type. */
  async open(file: string, line: number, column = 1): Promise<void> {
    await this.editor.open(file, line, column);
    await this.openHere();
  }

  async openHere(): Promise<void> {
    const input = this.box.locator('.monaco-editor.focused').first();
    // Before the extension has started the key does nothing.
    for (let attempt = 0; attempt < 3; attempt++) {
      await this.page.keyboard.press('Control+I');
      const opened = await input.waitFor({ timeout: 30_000 }).then(
        () => true,
        () => false,
      );
      if (!opened) continue;
      // Soon after its start the editor may replace the box: what is typed meanwhile would go into the file.
      await settled(input, 1000);
      return;
    }
    throw new Error('The inline chat did not open.');
  }

  async send(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  link(name: string): Locator {
    return this.box
      .locator('a')
      .filter({ hasText: new RegExp(`^${name}$`) })
      .last();
  }

  async proposed(): Promise<void> {
    await this.link('Accept').waitFor();
  }

  async decide(name: 'Accept' | 'Reject'): Promise<void> {
    await this.link(name).click();
    await this.box.waitFor({ state: 'detached' });
  }

  /** What the editor shows, without the box. */
  async text(): Promise<string> {
    const lines = await this.page
      .locator(
        '.editor-instance .overflow-guard > .monaco-scrollable-element > .lines-content > .view-lines > .view-line',
      )
      .evaluateAll((all) =>
        all
          .filter((line) => line.closest('.review-widget') === null)
          .map((line) => ({
            top: Number(/top:\s*(\d+)/.exec(line.getAttribute('style') ?? '')?.[1]),
            text: line.textContent ?? '',
          }))
          .sort((a, b) => a.top - b.top)
          .map(({ text }) => text.replaceAll('\u00a0', ' ')),
      );
    return lines.join('\n');
  }

  get dirty(): Locator {
    return this.page.locator('.tab.active.dirty');
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
    await this.dirty.waitFor({ state: 'detached' });
  }

  async focusEditor(): Promise<void> {
    await this.page.keyboard.press('Control+1');
  }
}

function bytes({ project }: Scenario, file: string): string {
  return readFileSync(path.join(project.folder, file)).toString('hex');
}

/** A scenario in which a script is the model. */
function scripted(
  name: string,
  replies: () => DaemonReply,
  options: Partial<ScenarioOptions>,
  body: (scenario: Scenario, daemon: ScriptedDaemon) => Promise<void>,
): void {
  let daemon: ScriptedDaemon | undefined;
  scenario(
    name,
    {
      sample: 'sample-project',
      ...options,
      before: async ({ stateDirectory }) => {
        daemon = await ScriptedDaemon.start(stateDirectory, replies, { profile: 'compact', contextTokens: 4096 });
      },
    },
    async (it) => {
      try {
        if (daemon === undefined) throw new Error('There is no daemon.');
        await body(it, daemon);
      } finally {
        await daemon?.stop();
      }
    },
  );
}

describe('the inline chat', () => {
  useVSCode();

  scenario(
    'writes into the text: what is accepted stays, and one undo takes it back',
    { sample: 'sample-project', settings },
    async (it) => {
      const { project, shot } = it;
      const chat = new InlineChat(it);
      const before = bytes(it, math);
      await chat.open(math, 6);
      await shot('1-box');
      await chat.send('convert to an arrow function');
      await chat.proposed();
      await shot('2-proposed');
      expect(await chat.text()).toContain(arrow);
      await chat.decide('Accept');
      await chat.focusEditor();
      await chat.save();
      await shot('3-accepted');
      expect(project.read(math)).toContain(`}\n\n${arrow}\n\nexport function average`);
      await expect
        .poll(() => chat.page.locator('.codelens-decoration a').count(), {
          message: 'nothing waits for a decision',
          timeout: 15_000,
        })
        .toBe(0);
      await chat.page.keyboard.press('Control+Z');
      await chat.dirty.waitFor();
      await chat.save();
      expect(bytes(it, math)).toBe(before);
    },
  );

  scenario(
    'leaves nothing of what is rejected, and answers questions',
    { sample: 'sample-project', settings },
    async (it) => {
      const { shot } = it;
      const chat = new InlineChat(it);
      writeFileSync(path.join(it.project.folder, math), it.project.read(math).replaceAll('\n', '\r\n'));
      const before = bytes(it, math);
      await chat.open(math, 10, 5);
      const shortcuts = chat.page.locator('.suggest-widget.visible').getByText('/explain');
      // Right after the box opened the editor may not yet know who completes in it.
      for (let attempt = 0; attempt < 5 && !(await shortcuts.isVisible()); attempt++) {
        if (attempt > 0) await chat.page.keyboard.press('Backspace');
        await chat.page.keyboard.type('/');
        await shortcuts.waitFor({ timeout: 4000 }).catch(() => undefined);
      }
      await shot('1-shortcuts');
      await expect.poll(() => shortcuts.isVisible()).toBe(true);
      await chat.page.keyboard.type('doc');
      await chat.page.locator('.suggest-widget.visible .focused').getByText('/doc').waitFor();
      await chat.page.keyboard.press('Enter');
      await chat.proposed();
      await shot('2-proposed');
      expect(await chat.text()).toContain('/** Returns the average of a and b. */');
      await chat.decide('Reject');
      expect(await chat.text()).not.toContain('/**');
      expect(await chat.dirty.count(), 'nothing is left to save').toBe(0);
      await shot('3-rejected');
      await chat.focusEditor();
      await chat.page.keyboard.type('x');
      await chat.page.keyboard.press('Backspace');
      await chat.dirty.waitFor();
      await chat.save();
      expect(bytes(it, math)).toBe(before);

      await chat.open(math, 6, 5);
      await chat.send('What does this do?');
      await chat.box.getByText('limited to the range').waitFor();
      await shot('4-answered');
      expect(await chat.dirty.count()).toBe(0);
      await chat.page.keyboard.press('Escape');
      await chat.open('src/text.js', 2, 5);
      await chat.send('/tests');
      await chat.link('Choose a larger model…').waitFor();
      await shot('5-refused');
    },
  );

  scenario(
    'works in an untitled document',
    {
      sample: 'sample-project',
      settings: {
        ...settings,
        'files.defaultLanguage': 'javascript',
        'editor.autoClosingBrackets': 'never',
        'editor.autoIndent': 'none',
      },
    },
    async (it) => {
      const chat = new InlineChat(it);
      await it.window.runCommand('File: New Untitled Text File');
      await chat.page.locator('.tab.active').filter({ hasText: 'Untitled-1' }).waitFor();
      await chat.page.keyboard.insertText('function half(n) {\n  return n / 2;\n}');
      await chat.openHere();
      await chat.send('convert to an arrow function');
      await chat.proposed();
      await it.shot('1-proposed');
      expect(await chat.text()).toContain('const half = (n) => n / 2;');
      await chat.decide('Accept');
      expect(await chat.text()).toBe('const half = (n) => n / 2;');
      await chat.focusEditor();
      await chat.page.keyboard.press('Control+Z');
      await expect.poll(() => chat.text()).toBe('function half(n) {\n  return n / 2;\n}');
    },
  );

  const slow: DaemonReply = {
    text: '```js\nexport function clamp(value, min, max) {\n  const low = Math.max(value, min);\n  const all = [low, max];\n  return Math.min(...all);\n}\n```',
    pieceLength: 6,
    pieceMs: 200,
  };

  scripted(
    'stops on Escape with everything as it was, also when the window goes away',
    () => slow,
    { settings: { ...settings, 'files.hotExit': 'onExit' } },
    async (it, daemon) => {
      const chat = new InlineChat(it);
      const before = bytes(it, math);
      await chat.open(math, 6, 5);
      await chat.send('write it in steps');
      await expect.poll(() => chat.text(), { timeout: 30_000 }).toContain('const low = Math.m');
      await it.shot('1-writing');
      await chat.page.keyboard.press('Escape');
      await chat.box.getByText('Stopped. The text is as it was before.').waitFor();
      expect(await chat.text()).not.toContain('low');
      expect(await chat.dirty.count()).toBe(0);
      await it.shot('2-stopped');
      const said = daemon.asked.length;

      // Saved half written, then the window is loaded anew.
      await chat.box.getByRole('button', { name: 'Ask Moonwright' }).click();
      await chat.send('write it in steps, please');
      await expect.poll(() => chat.text(), { timeout: 30_000 }).toContain('const low = Math.m');
      await chat.focusEditor();
      await chat.page.keyboard.press('Control+S');
      await expect.poll(() => bytes(it, math)).not.toBe(before);
      expect(daemon.asked.length).toBe(said + 1);
      await it.window.reload();
      await chat.editor.open(math, 6, 5);
      await expect.poll(() => bytes(it, math), { timeout: 60_000 }).toBe(before);
      await it.shot('3-after-reload');

      await expect.poll(() => chat.text()).not.toContain('low');
    },
  );
});
