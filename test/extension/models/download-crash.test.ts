// Real: a process that downloads and is killed, and the files that it leaves. Faked: the hub.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { DownloadWindow, expectFile, requestFor } from '../../support/hub/download-window.ts';
import { FakeHub, sha256 } from '../../support/hub/fake-hub.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const models = path.resolve(import.meta.dirname, '../../../extension/models');

/** A process that opens the queue in `folder` and adds a download. */
async function otherProcess(hub: FakeHub, folder: string, request: object): Promise<ChildProcess> {
  const script = path.join(folder, 'other-window.mjs');
  const source = (name: string): string => JSON.stringify(path.join(models, `${name}.ts`));
  await build({
    stdin: {
      contents: `
        import { DownloadFolder } from ${source('download-folder')};
        import { DownloadQueue } from ${source('download-queue')};
        import { HubAddress } from ${source('hub-address')};
        import { HubClient } from ${source('hub-client')};
        const hub = new HubClient({
          fetch: (url, init) => fetch(url, init),
          address: () => new HubAddress(${JSON.stringify(hub.endpoint)}),
          token: async () => undefined,
        });
        const queue = new DownloadQueue({
          hub,
          folder: new DownloadFolder(${JSON.stringify(path.join(folder, 'hub'))}),
          records: ${JSON.stringify(path.join(folder, 'downloads'))},
          failed: (thrown) => console.error(thrown),
        });
        await queue.open();
        await queue.add(${JSON.stringify(request)});
        setInterval(() => undefined, 1000);
      `,
      resolveDir: models,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
    logLevel: 'warning',
  });
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it('a download goes on in another window, from where it was, when its process is killed', async () => {
  const bytes = randomBytes(3_000_000);
  const hub = await FakeHub.forTest();
  const files = { 'tiny-Q4_0.gguf': bytes };
  hub.add('moon/Tiny-GGUF', files);
  hub.cdn.stallAfter = 1_000_000;
  const folder = temporaryFolder();
  const request = requestFor('moon/Tiny-GGUF', files);
  const child = await otherProcess(hub, folder, request);
  const part = path.join(folder, 'hub/models--moon--Tiny-GGUF/blobs', `${sha256(bytes)}.part`);
  await expect.poll(async () => (await stat(part).catch(() => undefined))?.size, { timeout: 30_000 }).toBe(1_000_000);

  const window = new DownloadWindow(hub, folder);
  await window.queue.open();
  expect(window.queue.states).toMatchObject([{ totalBytes: bytes.length }]);
  expect(hub.loads.length, 'the other process downloads').toBe(1);
  hub.cdn.stallAfter = undefined;
  child.kill('SIGKILL');
  const [{ id = '' } = {}] = window.queue.states;
  await expectFile(await window.reaches(id, 'done', 'failed'), bytes);
  expect(hub.loads.map(({ range }) => range)).toEqual([undefined, 'bytes=1000000-']);
});
