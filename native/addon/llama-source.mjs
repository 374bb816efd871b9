/**
 * Where llama.cpp's source comes from: the git bundle inside the node-llama-cpp tarball of the pinned release, so that
 * headers (and llama-server for the benchmark) are of exactly the release of the prebuilt libraries.
 * `npm run engine:update -- VERSION --apply` moves the pin.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Release of node-llama-cpp; package.json names its packages in the same release. */
const packageVersion = '3.21.1';
const integrity = 'sha512-E3N0Ev2Va0wzydvXYFwM9Hvyo07PoWjt8T/9GMc43Cvt8YkV/NU/tYUgEMC1grTPv2o9PRjQi0G3Wb5P/awiMg==';

/** llama.cpp's release, as `llama_version()` gives it, without the suffix. */
export const llamaRelease = '0.4.0';

/** Folder of the bundle, the headers and the licence; git ignores it. */
const cacheFolder = path.join(root, '.cache', `llama-${llamaRelease}`);

/** The two include folders. The first use downloads about 35 MB, of which the bundle is kept. */
export function headerFolders() {
  ensureCache();
  return [path.join(cacheFolder, 'include'), path.join(cacheFolder, 'ggml/include')];
}

/** Path of the git bundle with the whole source. */
export function sourceBundle() {
  ensureCache();
  return path.join(cacheFolder, 'gitRelease.bundle');
}

function ensureCache() {
  if (existsSync(cacheFolder)) return;
  mkdirSync(path.dirname(cacheFolder), { recursive: true });
  const work = mkdtempSync(path.join(path.dirname(cacheFolder), 'fetch-'));
  try {
    process.stderr.write(`fetching node-llama-cpp@${packageVersion} for llama.cpp's headers\n`);
    const packed = packPackage(`node-llama-cpp@${packageVersion}`, work);
    if (packed.integrity !== integrity) {
      const difference = `expected ${integrity} but received ${packed.integrity}`;
      throw new Error(`node-llama-cpp@${packageVersion} has the wrong integrity: ${difference}`);
    }
    const ready = path.join(work, 'ready');
    unpackSource(packed.file, ['include', 'ggml/include', 'LICENSE'], ready);
    // The rename makes the cache appear whole or not at all. Another build may have been first.
    if (!existsSync(cacheFolder)) renameSync(ready, cacheFolder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Downloads a package of npm into `folder`. Returns the tarball's path and its integrity, `sha512-…`. */
export function packPackage(name, folder) {
  const windows = process.platform === 'win32';
  const out = execFileSync(windows ? 'npm.cmd' : 'npm', ['pack', name, '--silent', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    shell: windows,
  });
  const file = path.join(folder, out.trim().split('\n').at(-1));
  return { file, integrity: `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}` };
}

/**
 * Takes llama.cpp's git bundle and some paths of its source out of a tarball of node-llama-cpp. Returns the release's
 * name, such as "v0.4.0".
 */
export function unpackSource(tarball, paths, target) {
  const work = path.dirname(tarball);
  const folder = path.join(work, 'package/llama');
  const files = ['gitRelease.bundle', 'binariesGithubRelease.json'].map((name) => `package/llama/${name}`);
  run('tar', ['-xzf', path.basename(tarball), ...files], work);
  checkOutSource(path.join(folder, 'gitRelease.bundle'), paths, target);
  renameSync(path.join(folder, 'gitRelease.bundle'), path.join(target, 'gitRelease.bundle'));
  return JSON.parse(readFileSync(path.join(folder, 'binariesGithubRelease.json'), 'utf8')).release;
}

/** Copies some paths of the source in a git bundle to `target`. */
export function checkOutSource(bundle, paths, target) {
  mkdirSync(target, { recursive: true });
  const clone = mkdtempSync(path.join(target, 'clone-'));
  try {
    run('git', ['clone', '--quiet', '--no-checkout', bundle, clone], target);
    run('git', ['checkout', '--quiet', 'HEAD', '--', ...paths], clone);
    for (const each of paths) cpSync(path.join(clone, each), path.join(target, each), { recursive: true });
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

function run(command, parameters, cwd) {
  execFileSync(command, parameters, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
