// The panel in a real browser under the policy it has in VS Code; the host is a stub that records.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FromPanel, ToPanel } from '../../webview/messages.ts';
import { findChromium } from '../support/chromium.ts';
import { answer, sampleState, user } from './panel-samples.ts';

interface Gallery {
  buildGallery(): Promise<Record<string, string>>;
  launch(): Promise<Browser>;
  openScene(
    browser: Browser,
    file: string,
    messages: readonly ToPanel[],
  ): Promise<{ readonly page: Page; readonly errors: readonly string[] }>;
}

interface LongTranscript {
  measureLongTranscript(
    browser: Browser,
    file: string,
    size: { readonly turns: number; readonly lines: number },
  ): Promise<{
    readonly streaming: { readonly rows: number; readonly followed: boolean };
    readonly scrolling: { readonly rows: number };
    readonly errors: readonly string[];
  }>;
}

interface PanelWindow {
  posted: FromPanel[];
  violations: string[];
  feed(messages: readonly ToPanel[]): void;
}

const load = async (name: string): Promise<unknown> =>
  await import(pathToFileURL(path.join(import.meta.dirname, 'gallery', name)).href);

describe('the panel in Chromium', () => {
  let gallery: Gallery;
  let browser: Browser;
  let file: string;

  beforeAll(async () => {
    process.env['CHROMIUM'] = findChromium((text) => void process.stderr.write(`${text}\n`));
    gallery = (await load('gallery.mjs')) as Gallery;
    file = (await gallery.buildGallery())['dark'] ?? '';
    browser = await gallery.launch();
  }, 15 * 60_000);
  afterAll(async () => {
    await browser?.close();
  });

  async function open(
    items: Extract<ToPanel, { type: 'init' }>['items'],
    more = {},
  ): Promise<{ readonly page: Page; readonly errors: readonly string[] }> {
    return await gallery.openScene(browser, file, [{ type: 'init', strings: {}, state: sampleState(more), items }]);
  }

  it('keeps few rows of ten thousand entries in the document, and follows what streams', async () => {
    const { measureLongTranscript } = (await load('long-transcript.mjs')) as LongTranscript;
    const { streaming, scrolling, errors } = await measureLongTranscript(browser, file, { turns: 2000, lines: 600 });
    expect(streaming.rows).toBeLessThanOrEqual(200);
    expect(scrolling.rows).toBeLessThanOrEqual(200);
    expect(streaming.followed).toBe(true);
    expect(errors).toEqual([]);
  });

  it('loads nothing that a model writes, and breaks no rule of its policy', async () => {
    const text =
      '![x](https://evil.example/x.png) <img src="https://evil.example/y.png"> <script>document.title = "bad"</script> [a](javascript:alert(1))\n\n```html\n<img src=x onerror=alert(1)>\n```';
    const requests: string[] = [];
    const { page, errors } = await open([user(0), answer('a', text)]);
    page.on('request', (request) => requests.push(request.url()));
    await page.waitForTimeout(200);
    expect(await page.locator('img, iframe, a[href], .answer script').count()).toBe(0);
    expect(await page.evaluate(() => (window as unknown as PanelWindow).violations)).toEqual([]);
    expect([await page.title(), requests, errors]).toEqual(['Moonwright', [], []]);
    await page.close();
  });

  it('leaves the view where the user scrolled to while text arrives, and leads back to the end', async () => {
    const { page } = await open([user(0), answer('a', 'line\n\n'.repeat(200), { streaming: true })], { running: true });
    const list = page.locator('.list');
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
    await page.locator('.jump').waitFor({ state: 'visible' });
    await page.waitForTimeout(300);
    const before = await list.evaluate((element) => element.scrollTop);
    const offset = 'line\n\n'.repeat(200).length;
    await page.evaluate(
      (at) =>
        (window as unknown as PanelWindow).feed([
          { type: 'append', id: 'a', field: 'text', offset: at, text: 'more\n\n'.repeat(50) },
        ]),
      offset,
    );
    await page.waitForTimeout(500);
    expect(await list.evaluate((element) => element.scrollTop)).toBe(before);
    await page.locator('.jump').click();
    await page.locator('.jump').waitFor({ state: 'hidden' });
    await page.close();
  });

  it('follows calls that come many at a time, and answers that grow faster than it draws', async () => {
    const { page, errors } = await open([user(0)], { running: true });
    const list = page.locator('.list');
    const jump = page.locator('.jump');
    for (let step = 0; step < 12; step++) {
      await page.evaluate((from) => {
        const feed = (window as unknown as PanelWindow).feed;
        const card = (at: number, state: 'writing' | 'done'): ToPanel => ({
          type: 'items',
          items: [
            {
              kind: 'call',
              id: `call-${at}|c${at}`,
              name: 'read_file',
              title: `Read notes/note${at}.md`,
              state,
              result: '17 lines',
              output: '',
              paths: [],
              dropped: false,
              view: state === 'done' ? { kind: 'text', text: '17 lines' } : undefined,
            },
          ],
        });
        for (let at = from; at < from + 10; at++) feed([card(at, 'writing')]);
        for (let at = from; at < from + 10; at++) feed([card(at, 'done')]);
      }, step * 10);
      expect(await jump.isVisible(), `step ${step}`).toBe(false);
    }
    await list.getByText('note119.md').waitFor({ timeout: 5000 });
    await expect
      .poll(() => list.evaluate((one) => one.scrollHeight - one.clientHeight - one.scrollTop))
      .toBeLessThanOrEqual(1);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('comes back to the same place from the list of conversations', async () => {
    const { page } = await open([user(0), answer('a', 'line\n\n'.repeat(200))]);
    const list = page.locator('.list');
    await list.evaluate((element) => element.scrollTo(0, 400));
    await page.locator('.jump').waitFor({ state: 'visible' });
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.locator('.history').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.history').waitFor({ state: 'hidden' });
    expect(await list.evaluate((element) => element.scrollTop)).toBe(400);
    await page.close();
  });

  it('works with the keyboard alone: write, send, reach the approval, allow', async () => {
    const { page } = await open([user(0)], {
      running: true,
      approvals: [{ callId: 'c', title: 'Edit a.js', view: undefined, rule: undefined }],
    });
    await page.locator('.composer textarea').focus();
    await page.keyboard.type('wait');
    await page.keyboard.press('Control+Enter');
    for (
      let presses = 0;
      presses < 12 && !(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Allow once'));
      presses++
    )
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    const posted = await page.evaluate(() => (window as unknown as PanelWindow).posted);
    expect(posted.filter((message) => message.type === 'send' || message.type === 'choose')).toEqual([
      { type: 'send', text: 'wait', steer: true },
      { type: 'choose', callId: 'c', choice: 'once' },
    ]);
    await page.close();
  });

  it('grows the composer with its text', async () => {
    const { page } = await open([user(0)]);
    const textarea = page.locator('.composer textarea');
    const height = async (): Promise<number> => (await textarea.boundingBox())?.height ?? 0;
    const one = await height();
    await textarea.fill('a\nb\nc\nd');
    expect(await height()).toBeGreaterThan(one + 30);
    await textarea.fill('a\n'.repeat(200));
    expect(await height()).toBeLessThan(400);
    await page.close();
  });

  it("sets and changes the mode with the toolkit's dropdown", async () => {
    const { page } = await open([user(0)], { mode: 'edit' });
    await page.locator('.mode').click();
    await page.locator('vscode-option', { hasText: 'Plan' }).click();
    expect(
      await page.evaluate(() => (window as unknown as PanelWindow).posted.filter((message) => message.type === 'mode')),
    ).toEqual([{ type: 'mode', mode: 'plan' }]);
    await page.close();
  });
});
