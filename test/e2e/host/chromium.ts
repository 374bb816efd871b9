import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { lastLines } from './host-install.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
// A test machine has no GPU and often no user namespaces; nothing is to be fetched in the background.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Path of a Chromium; installed with apt when there is none and that is possible. Throws one sentence otherwise. */
export function findChromium(log: (text: string) => void): string {
  const found = searchPath();
  if (found !== undefined) return found;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !onPath('apt-get')) throw new Error('The tests in a real VS Code need Chromium: install it (Debian, Ubuntu: apt install chromium), or name one in the variable CHROMIUM.');
  log('Installing Chromium with apt ...');
  apt(['update']);
  apt(['install', '-y', '--no-install-recommends', 'chromium']);
  const installed = searchPath();
  if (installed === undefined) throw new Error('apt installed Chromium, but it is not on the PATH.');
  return installed;
}

export async function launchBrowser(log: (text: string) => void = () => undefined): Promise<Browser> {
  return await chromium.launch({ executablePath: findChromium(log), args: flags });
}

function searchPath(): string | undefined {
  const own = process.env['CHROMIUM'];
  if (own !== undefined && own !== '') return own;
  return names.map(onPath).find((file) => file !== undefined);
}

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

function apt(args: readonly string[]): void {
  const child = spawnSync('apt-get', ['-q', ...args], { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  if (child.status !== 0) throw new Error(`apt-get ${args[0]} failed, so Chromium is missing: ${lastLines(child.stderr ?? String(child.error))}`);
}
