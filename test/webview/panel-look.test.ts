// The panel's colours in a real browser, in the themes that people use: what can be read has enough contrast.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ToPanel } from '../../webview/messages.ts';
import { findChromium } from '../support/chromium.ts';

interface Gallery {
  buildGallery(): Promise<Record<string, string>>;
  launch(): Promise<Browser>;
  openScene(
    browser: Browser,
    file: string,
    messages: readonly ToPanel[],
    size?: { readonly width: number; readonly height: number },
  ): Promise<{ readonly page: Page }>;
}

/** Contrast that WCAG 2 asks for, of text and of marks. */
const textLeast = 4.5;
const markLeast = 3;
const themes = ['dark-modern', 'light-modern', 'high-contrast', 'high-contrast-light', 'solarized-light', 'monokai'];
const load = async (name: string): Promise<unknown> =>
  await import(pathToFileURL(path.join(import.meta.dirname, 'gallery', name)).href);

/** What on the page can hardly be read: its class, its text and its contrast. Runs in the page. */
function hardToRead({ text, mark }: { readonly text: number; readonly mark: number }): string[] {
  type Colour = readonly [number, number, number, number];
  const colourOf = (value: string): Colour => {
    const parts = (/rgba?\(([^)]+)\)/.exec(value)?.[1] ?? '0, 0, 0, 0').split(/[,/ ]+/).map(Number);
    if (value.startsWith('color(srgb')) {
      const [r = 0, g = 0, b = 0, a = 1] = (/color\(srgb ([^)]+)\)/.exec(value)?.[1] ?? '').split(/[/ ]+/).map(Number);
      return [r * 255, g * 255, b * 255, a];
    }
    const [r = 0, g = 0, b = 0, a = 1] = parts;
    return [r, g, b, a];
  };
  const over = ([r, g, b, a]: Colour, under: Colour): Colour => [
    r * a + under[0] * (1 - a),
    g * a + under[1] * (1 - a),
    b * a + under[2] * (1 - a),
    1,
  ];
  const parentOf = (element: Element): Element | null =>
    element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;
  const behind = (element: Element): Colour => {
    const layers: Colour[] = [];
    for (let at: Element | null = element; at !== null; at = parentOf(at))
      layers.unshift(colourOf(getComputedStyle(at).backgroundColor));
    return layers.reduce((under, layer) => over(layer, under), [255, 255, 255, 1] as Colour);
  };
  const opacityOf = (element: Element): number => {
    let opacity = 1;
    for (let at: Element | null = element; at !== null; at = parentOf(at))
      opacity *= Number(getComputedStyle(at).opacity);
    return opacity;
  };
  const luminance = (colour: Colour): number => {
    const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one: Colour, other: Colour): number => {
    const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const found = new Set<string>();
  for (const element of document.querySelectorAll<HTMLElement>('.panel *')) {
    const box = element.getBoundingClientRect();
    const isMark = element.classList.contains('codicon');
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent?.trim());
    const words = own.join('');
    if ((words === '' && !isMark) || box.width < 2 || box.height < 2 || element.closest('.spoken, [disabled]'))
      continue;
    const style = getComputedStyle(element);
    const opacity = opacityOf(element);
    // What only shows on hover is checked there; what is not drawn cannot be read at all.
    if (opacity === 0 || style.visibility === 'hidden') continue;
    const ground = behind(element);
    const [r, g, b, a] = colourOf(style.color);
    const ratio = contrast(over([r, g, b, a * opacity], ground), ground);
    if (ratio < (isMark ? mark : text) - 0.05) {
      const where = [element, element.parentElement].map((one) => `.${one?.className.split(' ').join('.')}`).reverse();
      found.add(`${where.join(' ')} ${ratio.toFixed(2)} ${words.slice(0, 24)}`);
    }
  }
  return [...found];
}

/** What a narrow page cuts off, apart from what scrolls by itself. Runs in the page. */
function cutOff(width: number): string[] {
  const scrolling = '.diff-body, .text-pane, pre, .code-block, table, .history, [hidden], .spoken';
  return [...document.querySelectorAll('.panel button, .panel vscode-button, .panel .hint, .panel .meter')]
    .filter((element) => element.closest(scrolling) === null && element.getBoundingClientRect().right > width + 0.5)
    .map((element) => `${element.className} ${element.textContent}`);
}

describe('the look of the panel', () => {
  let gallery: Gallery;
  let browser: Browser;
  let pages: Record<string, string>;
  let scenes: Record<string, readonly ToPanel[]>;

  beforeAll(async () => {
    process.env['CHROMIUM'] = findChromium((text) => void process.stderr.write(`${text}\n`));
    gallery = (await load('gallery.mjs')) as Gallery;
    scenes = ((await load('scenes.mjs')) as { scenes: Record<string, readonly ToPanel[]> }).scenes;
    pages = await gallery.buildGallery();
    browser = await gallery.launch();
  }, 15 * 60_000);
  afterAll(async () => {
    await browser?.close();
  });

  it('fits a side bar of 170 pixels', { timeout: 240_000 }, async () => {
    const size = { width: 170, height: 700 };
    const cut: string[] = [];
    for (const [name, messages] of Object.entries(scenes)) {
      const { page } = await gallery.openScene(browser, pages['dark-modern'] ?? '', messages, size);
      cut.push(...(await page.evaluate(cutOff, size.width)).map((one) => `${name}: ${one}`));
      await page.close();
    }
    expect(cut).toEqual([]);
  });

  for (const theme of themes)
    it(`can be read in ${theme}`, { timeout: 240_000 }, async () => {
      const hard: string[] = [];
      for (const [name, messages] of Object.entries(scenes)) {
        const { page } = await gallery.openScene(browser, pages[theme] ?? '', messages);
        hard.push(
          ...(await page.evaluate(hardToRead, { text: textLeast, mark: markLeast })).map((one) => `${name}: ${one}`),
        );
        await page.close();
      }
      expect(hard).toEqual([]);
    });
});
