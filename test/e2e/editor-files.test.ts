// Real: VS Code, its files and its TypeScript server. The adapters run inside the extension host, without the panel.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { launchBrowser } from '../support/chromium.ts';
import { installTestHost } from './host/host-install.ts';
import { runInHost } from './host/in-host.ts';
import { SampleCopy } from './host/sample-copy.ts';
import { VSCodeServer } from './host/vscode-server.ts';

it(
  'files are read, edited, put back and renamed through the editor as they must be',
  { timeout: 6 * 60_000 },
  async () => {
    const log = (text: string): void => void process.stderr.write(`${text}\n`);
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'moonwright-in-host-')));
    mkdirSync(path.join(folder, 'extensions'));
    const project = new SampleCopy('sample-project', folder);
    const server = await VSCodeServer.start(installTestHost(log), {
      folder,
      extensionsDir: path.join(folder, 'extensions'),
      runsTests: true,
    });
    const browser = await launchBrowser(log);
    try {
      for (const [file, checks] of [
        ['editor-files.ts', 18],
        ['undo-files.ts', 3],
      ] as const) {
        const results = await runInHost(browser, server, file, { folder, workspace: project.folder });
        expect(results.filter((result) => result.error !== undefined)).toEqual([]);
        expect(results).toHaveLength(checks);
      }
    } finally {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);
