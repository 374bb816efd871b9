import { setTimeout as delay } from 'node:timers/promises';
import type { ElementHandle, Locator } from 'playwright-core';

const patienceMs = 30_000;

/**
 * Waits until the page has shown the same element with the same text for `quietMs`. For parts that the editor replaces
 * a moment after it shows them: a key or click meant for the first one would be lost. Throws when that never happens.
 */
export async function settled(locator: Locator, quietMs: number): Promise<void> {
  const end = Date.now() + patienceMs;
  let element: ElementHandle | null = null;
  let text: string | undefined;
  let since = Date.now();
  while (Date.now() - since < quietMs) {
    if (Date.now() > end) throw new Error(`The page did not settle: ${String(text)}`);
    await delay(50);
    const now = await shownText(element);
    if (now !== undefined && now === text) continue;
    element = await locator.elementHandle();
    text = await shownText(element);
    since = Date.now();
  }
}

/** Undefined once the element has left the page. Attributes do not count: a cursor that blinks changes them. */
async function shownText(element: ElementHandle | null): Promise<string | undefined> {
  if (element === null || !(await element.isVisible())) return undefined;
  return (await element.textContent()) ?? '';
}
