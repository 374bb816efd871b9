import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { setTimeout as delay } from 'node:timers/promises';

export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

/** The kinds of themes that the window is not in from the beginning. */
export const otherThemes = ['vs-dark', 'hc-black', 'hc-light'] as const;

/** One window of VS Code in a new browser context: no layout, storage or secrets of earlier windows. */
export class VSCodeWindow {
  readonly page: Page;
  /** Requests of the window to other machines. */
  readonly foreignRequests: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
  }

  static async open(
    browser: Browser,
    url: string,
    size: WindowSize = { width: 1280, height: 800 },
  ): Promise<VSCodeWindow> {
    const context = await browser.newContext({ viewport: size });
    const window = new VSCodeWindow(context, await context.newPage());
    context.on('request', (request) => {
      if (isForeign(new URL(request.url()))) window.foreignRequests.push(request.url());
    });
    await window.page.goto(url);
    await window.ready();
    return window;
  }

  /** Waits for the workbench; also after a reload. */
  async ready(): Promise<void> {
    await this.page.waitForSelector('.monaco-workbench', { timeout: 120_000 });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Runs a command by its exact title in the palette; waits until the extension it belongs to has put it there. */
  async runCommand(title: string, timeoutMs = 120_000): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    const row = this.page
      .locator('.quick-input-list .monaco-list-row')
      .and(this.page.locator(`[aria-label="${title}"], [aria-label^="${title},"]`))
      .first();
    for (const end = Date.now() + timeoutMs; Date.now() < end; await delay(200)) {
      await this.page.keyboard.press('F1');
      // Keys pressed before the workbench listens are lost, and an open palette does not learn of new commands.
      if (!(await appears(input, 5000))) continue;
      // An editor that opens at this moment takes the focus, and the palette goes away.
      if (!(await succeeds(input.fill(`>${title}`, { timeout: 3000 })))) continue;
      if ((await appears(row, 2000)) && (await succeeds(row.click({ timeout: 3000 })))) return;
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`The palette has no command "${title}".`);
  }

  /** Shows the colours of a kind of themes: what the browser prefers chooses it. */
  async useTheme(theme: 'vs' | (typeof otherThemes)[number]): Promise<void> {
    await this.page.emulateMedia({
      colorScheme: theme === 'vs-dark' || theme === 'hc-black' ? 'dark' : 'light',
      forcedColors: theme.startsWith('hc-') ? 'active' : 'none',
    });
    await this.page.locator(`.monaco-workbench.${theme}`).waitFor({ timeout: 30_000 });
    await this.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  }

  /** Makes the secondary side bar as narrow as it gets. Returns its width. */
  async narrowSideBar(): Promise<number> {
    const bar = this.page.locator('.part.auxiliarybar');
    const { x = 0, y = 0 } = (await bar.boundingBox()) ?? {};
    await this.page.mouse.move(x - 1, y + 300);
    await this.page.mouse.down();
    // No further: it would close.
    await this.page.mouse.move(x + 60, y + 300, { steps: 4 });
    await this.page.mouse.move((this.page.viewportSize()?.width ?? 0) - 165, y + 300, { steps: 4 });
    await this.page.mouse.up();
    return (await bar.boundingBox())?.width ?? 0;
  }

  /** The editor that shows the changes of a turn, all files in one. */
  get changes(): Locator {
    return this.page.locator('.multiDiffEditor');
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

/** Webview resources have a foreign host name that a service worker answers; VS Code itself asks for extensions. */
function isForeign({ hostname, protocol }: URL): boolean {
  return (
    /^(https?|wss?):$/.test(protocol) &&
    !['127.0.0.1', 'localhost', 'open-vsx.org'].includes(hostname) &&
    !hostname.endsWith('.vscode-resource.vscode-cdn.net')
  );
}

async function succeeds(action: Promise<void>): Promise<boolean> {
  return await action.then(
    () => true,
    () => false,
  );
}

async function appears(locator: Locator, timeout: number): Promise<boolean> {
  return await locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}
