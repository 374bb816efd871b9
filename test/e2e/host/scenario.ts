import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { launchBrowser } from '../../support/chromium.ts';
import { installTestHost, type TestHost } from './host-install.ts';
import { extensionsFolder } from './packaged-vsix.ts';
import { runScenario, type Scenario, type ScenarioOptions } from './run-scenario.ts';
import { screenshots } from './test-places.ts';

export type { Scenario, ScenarioOptions } from './run-scenario.ts';

let host: TestHost;
let extensionsDir: string;
let browser: Browser;

/** Call once per test file: its tests share the browser and the installed programs. */
export function useVSCode(): void {
  beforeAll(async () => {
    const log = (text: string): void => void process.stderr.write(`${text}\n`);
    host = installTestHost(log);
    extensionsDir = extensionsFolder(host, log);
    browser = await launchBrowser(log);
  }, 15 * 60_000);
  afterAll(async () => await browser?.close());
}

/** A test in its own VS Code. A failure leaves a picture and text next to its screenshots. */
export function scenario(name: string, options: ScenarioOptions, body: (scenario: Scenario) => Promise<void>): void {
  it(name, { timeout: 6 * 60_000 }, async () => {
    const pictures = path.join(screenshots, name.replaceAll(/[^\w]+/g, '-'));
    rmSync(pictures, { recursive: true, force: true });
    mkdirSync(pictures, { recursive: true });
    await runScenario({ ...options, host, extensionsDir, browser, pictures }, body);
  });
}
