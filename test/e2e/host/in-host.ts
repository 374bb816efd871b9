import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from './test-places.ts';
import type { VSCodeServer } from './vscode-server.ts';

/** Result of a check inside the extension host; it holds if the error is undefined. */
export interface InHostResult {
  readonly name: string;
  readonly error: string | undefined;
}

const patienceMs = 4 * 60_000;

/**
 * Runs a file of test/e2e/in-host inside the extension host: it exports `checks`, functions by name. They run one
 * after the other, all of them. `folder` is scratch space, `workspace` is opened.
 */
export async function runInHost(
  browser: Browser,
  server: VSCodeServer,
  file: string,
  places: { readonly folder: string; readonly workspace: string },
): Promise<readonly InHostResult[]> {
  const extension = path.join(places.folder, 'in-host');
  const results = path.join(extension, 'results.json');
  mkdirSync(extension, { recursive: true });
  writeFileSync(
    path.join(extension, 'package.json'),
    JSON.stringify({
      name: 'in-host',
      publisher: 'test',
      version: '0.0.1',
      engines: { vscode: '^1.125.0' },
      main: './extension.cjs',
      activationEvents: ['*'],
    }),
  );
  writeFileSync(path.join(extension, 'extension.cjs'), 'exports.activate = () => undefined;\n');
  await build({
    stdin: { contents: runnerFor(file, results), resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    loader: { '.md': 'text', '.scm': 'text' },
    outfile: path.join(extension, 'tests.cjs'),
    logLevel: 'warning',
  });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const ended = new Promise<number>((resolve, reject) => {
      void page.exposeFunction('codeAutomationExit', resolve);
      setTimeout(() => reject(new Error('The checks inside the extension host did not end.')), patienceMs).unref();
    });
    await page.exposeFunction('codeAutomationLog', () => undefined);
    const remote = (to: string): string => `vscode-remote://127.0.0.1:${server.port}${to}`;
    const payload = [
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(path.join(extension, 'tests.cjs'))],
      ['skipWelcome', 'true'],
    ];
    await page.goto(`${server.url(places.workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    await ended;
    return JSON.parse(readFileSync(results, 'utf8')) as InHostResult[];
  } finally {
    await context.close();
  }
}

/** VS Code calls `run` of the file it is given. */
function runnerFor(file: string, results: string): string {
  return `import { writeFileSync } from 'node:fs';
import { checks } from ${JSON.stringify(path.join(root, 'test/e2e/in-host', file))};
export async function run() {
  const results = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      results.push({ name });
    } catch (error) {
      results.push({ name, error: String(error?.stack ?? error) });
    }
  }
  writeFileSync(${JSON.stringify(results)}, JSON.stringify(results));
}
`;
}
