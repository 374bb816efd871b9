import { setTimeout as delay } from 'node:timers/promises';
import type { ElementHandle, Locator } from 'playwright-core';

/**
 * Waits until the page has shown the same element, unchanged, for `quietMs`. For parts that the editor replaces soon
 * after it shows them: a key or click for the first one would be lost.
 */
export async function settled(locator: Locator, quietMs: number): Promise<void> {
  let element: ElementHandle | null = null;
  let content: string | undefined;
  let since = Date.now();
  while (Date.now() - since < quietMs) {
    await delay(50);
    const now = await innerHtml(element);
    if (now !== undefined && now === content) continue;
    element = await locator.elementHandle();
    content = await innerHtml(element);
    since = Date.now();
  }
}

/** Undefined once the element has left the page. */
async function innerHtml(element: ElementHandle | null): Promise<string | undefined> {
  if (element === null || !(await element.isVisible())) return undefined;
  return element.innerHTML();
}
