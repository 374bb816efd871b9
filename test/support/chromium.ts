import { chromium, type Browser } from 'playwright-core';
import { findOrInstall } from './system-tools.ts';

// A test machine has no GPU and often no user namespaces; nothing is to be fetched in the background.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of a Chromium: the variable CHROMIUM names one, else the system's, installed now when it is missing. */
export function findChromium(log: (text: string) => void): string {
  const own = process.env['CHROMIUM'];
  if (own !== undefined && own !== '') return own;
  return findOrInstall(
    {
      names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
      aptPackage: 'chromium',
      purpose: 'the browser in which VS Code and the panel are tested',
    },
    log,
  );
}

export async function launchBrowser(log: (text: string) => void = () => undefined): Promise<Browser> {
  return await chromium.launch({ executablePath: findChromium(log), args: flags });
}
