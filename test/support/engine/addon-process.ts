import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { addonPath } from '../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../native/daemon/backend/library-locations.ts';
import path from 'node:path';

export const nanoPath = path.resolve(import.meta.dirname, '../../../native/models/nano.gguf');

/** Runs JavaScript (CommonJS) in a separate process, with `addon`, `libraries` and `nano` in scope. */
function program(script: string): string[] {
  const file = addonPath();
  if (file === undefined) throw new Error('the addon is not built: npm run build:native');
  const scope = [
    `const addonFile = ${JSON.stringify(file)};`,
    'const addon = require(addonFile);',
    `const libraries = ${JSON.stringify(findLibraries('cpu'))};`,
    `const nano = ${JSON.stringify(nanoPath)};`,
  ];
  return ['-e', [...scope, script].join('\n')];
}

/** Its standard output; throws when it does not end with status 0. */
export function runWithAddon(script: string): string {
  return execFileSync(process.execPath, program(script), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
  }).trim();
}

/** A process that prints `ready` and then stays until it is killed. */
export async function startWithAddon(script: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, program(`${script}\nconsole.log('ready'); setInterval(() => {}, 1000);`), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`it ended early with status ${code}`)));
  });
  return child;
}
