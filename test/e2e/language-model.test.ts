// Runs inside the extension host, beside the packaged extension. Real: VS Code, the extension, the engine and nano.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { launchBrowser } from '../support/chromium.ts';
import { DaemonOfTest } from './host/daemon-of-test.ts';
import { installTestHost } from './host/host-install.ts';
import { runInHost } from './host/in-host.ts';
import { extensionsFolder } from './host/packaged-vsix.ts';
import { SampleCopy } from './host/sample-copy.ts';
import { VSCodeServer } from './host/vscode-server.ts';

it('other extensions use the model and the tools, other programs the port', { timeout: 6 * 60_000 }, async () => {
  const log = (text: string): void => void process.stderr.write(`${text}\n`);
  const host = installTestHost(log);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'moonwright-language-model-')));
  const daemon = new DaemonOfTest(path.join(folder, 'state'));
  const project = new SampleCopy('sample-project', folder);
  const server = await VSCodeServer.start(host, {
    folder,
    extensionsDir: extensionsFolder(host, log),
    runsTests: true,
    settings: {
      'moonwright.stateDirectory': daemon.stateDirectory,
      'moonwright.threads': 1,
      'moonwright.contextTokens': 8192,
    },
  });
  const browser = await launchBrowser(log);
  try {
    const results = await runInHost(browser, server, 'language-model.ts', { folder, workspace: project.folder });
    expect(results.filter((result) => result.error !== undefined)).toEqual([]);
    expect(results).toHaveLength(5);
  } finally {
    await browser.close();
    await server.stop();
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
});
