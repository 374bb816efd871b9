import type { Locator, Page } from 'playwright-core';
import { setTimeout as delay } from 'node:timers/promises';
import type { SampleCopy } from './sample-copy.ts';
import type { VSCodeWindow } from './vscode-window.ts';

/** VS Code's text editor as a user works in it. */
export class CodeEditor {
  readonly #window: VSCodeWindow;
  readonly #project: SampleCopy;
  readonly page: Page;

  constructor(window: VSCodeWindow, project: SampleCopy) {
    this.#window = window;
    this.#project = project;
    this.page = window.page;
  }

  /** Opens a file of the project with the cursor at a place, both counted from 1. */
  async open(file: string, line = 1, column = 1): Promise<void> {
    const name = file.split('/').at(-1) ?? file;
    const tab = this.page.locator('.tab.active').filter({ hasText: name });
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first();
    for (const end = Date.now() + 60_000; Date.now() < end && !(await tab.isVisible()); await delay(300)) {
      await this.page.keyboard.press('Control+P');
      // While the workbench starts, its parts take the focus and the box closes.
      if ((await this.#says(file)) && (await appears(row, 5000)))
        await row.click({ timeout: 2000 }).catch(() => undefined);
      await appears(tab, 3000);
    }
    await this.goTo(line, column);
  }

  async goTo(line: number, column = 1): Promise<void> {
    const place = this.page.locator('.statusbar-item').filter({ hasText: `Ln ${line}, Col ${column}` });
    for (const end = Date.now() + 30_000; Date.now() < end && !(await place.isVisible()); await delay(200)) {
      await this.page.keyboard.press('Control+G');
      if (await this.#says(`:${line}:${column}`)) await this.page.keyboard.press('Enter');
      await appears(place, 2000);
    }
  }

  /** Types into the box at the top; false if the box closed meanwhile. */
  async #says(text: string): Promise<boolean> {
    const input = this.page.locator('.quick-input-widget input.input');
    return (
      (await appears(input, 3000)) &&
      (await input.fill(text, { timeout: 2000 }).then(
        () => true,
        () => false,
      ))
    );
  }

  /** Selects from a place to a later one. */
  async select(
    from: readonly [line: number, column: number],
    to: readonly [line: number, column: number],
  ): Promise<void> {
    await this.goTo(...from);
    for (let line = from[0]; line < to[0]; line++) await this.page.keyboard.press('Shift+ArrowDown');
    await this.page.keyboard.press('Shift+Home');
    await this.page.keyboard.press('Shift+Home');
    for (let column = 1; column < to[1]; column++) await this.page.keyboard.press('Shift+ArrowRight');
  }

  /** Waits until a problem with these words is underlined or listed. */
  async problem(): Promise<void> {
    await this.page.locator('.squiggly-error').first().waitFor({ timeout: 45_000 });
  }

  /** Chooses an entry of the lightbulb's menu at the cursor. */
  async quickFix(title: string | RegExp, keys = 'Control+.'): Promise<void> {
    const entry = this.page.locator('.action-widget .monaco-list-row').filter({ hasText: title });
    for (const end = Date.now() + 30_000; Date.now() < end; await delay(500)) {
      await this.page.keyboard.press(keys);
      if (await appears(entry.first(), 5000)) {
        await entry.first().click();
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The lightbulb offers no "${String(title)}".`);
  }

  async run(title: string): Promise<void> {
    await this.#window.runCommand(`Moonwright: ${title}`);
  }

  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }

  /** Saves the active file until it has the expected text. */
  async saved(file: string, says: (text: string) => boolean, patienceMs = 60_000): Promise<string> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await delay(300)) {
      await this.page.keyboard.press('Control+S');
      const text = this.#project.read(file);
      // An empty one is being written just now.
      if (text !== '' && says(text)) return text;
    }
    throw new Error(`${file} does not say it: ${this.#project.read(file)}`);
  }
}

async function appears(locator: Locator, timeout: number): Promise<boolean> {
  return await locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}
