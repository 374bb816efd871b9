// Runs inside the extension host. Real: VS Code, its files and its TypeScript server, and the packaged index with its
// thread.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { launchBrowser } from '../support/chromium.ts';
import { installTestHost } from './host/host-install.ts';
import { runInHost } from './host/in-host.ts';
import { SampleCopy } from './host/sample-copy.ts';
import { root } from './host/test-places.ts';
import { VSCodeServer } from './host/vscode-server.ts';

it('the index follows the workspace, and calls come from the language server', { timeout: 4 * 60_000 }, async () => {
  const log = (text: string): void => void process.stderr.write(`${text}\n`);
  const { buildBundles } = (await import(pathToFileURL(path.join(root, 'native/build.mjs')).href)) as {
    buildBundles(): Promise<void>;
  };
  await buildBundles();
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'moonwright-in-host-')));
  mkdirSync(path.join(folder, 'extensions'));
  const project = new SampleCopy('sample-project', folder);
  writeFileSync(path.join(project.folder, '.dist'), path.join(root, 'dist'));
  const server = await VSCodeServer.start(installTestHost(log), {
    folder,
    extensionsDir: path.join(folder, 'extensions'),
    runsTests: true,
  });
  const browser = await launchBrowser(log);
  try {
    const results = await runInHost(browser, server, 'source-index.ts', { folder, workspace: project.folder });
    expect(results.filter((result) => result.error !== undefined)).toEqual([]);
    expect(results).toHaveLength(6);
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
