// Set-up of a test run: builds the addon and the bundle when they are missing or older than their sources.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export default async function buildOnce(): Promise<void> {
  const addon = spawnSync(process.execPath, [path.join(root, 'native/addon/build.mjs')], {
    cwd: root,
    encoding: 'utf8',
  });
  if (addon.status !== 0)
    process.stderr.write(`The addon could not be built; its tests use the last one:\n${addon.stdout}${addon.stderr}\n`);
  const { buildBundles, bundle, bundleIsStale } = (await import(path.join(root, 'native/build.mjs'))) as BuildScript;
  if (!bundleIsStale()) return;
  try {
    await buildBundles();
  } catch (error) {
    // Without it the tests of the process fail and say why; all others still tell something.
    rmSync(bundle, { force: true });
    process.stderr.write(`The bundle could not be built: ${String(error)}\n`);
  }
}

interface BuildScript {
  readonly bundle: string;
  bundleIsStale(): boolean;
  buildBundles(): Promise<void>;
}
