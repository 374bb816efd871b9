/**
 * Where llama.cpp's source comes from: the git bundle inside the node-llama-cpp tarball of the pinned release, so that
 * headers (and llama-server for the benchmark) are of exactly the release of the prebuilt libraries.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const tarball = 'node-llama-cpp@3.21.1';
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
    const file = fetchTarball(work);
    run('tar', ['-xzf', path.basename(file), 'package/llama/gitRelease.bundle'], work);
    const source = path.join(work, 'source');
    run('git', ['clone', '--quiet', '--no-checkout', 'package/llama/gitRelease.bundle', 'source'], work);
    run('git', ['checkout', '--quiet', 'HEAD', '--', 'include', 'ggml/include', 'LICENSE'], source);
    const ready = path.join(work, 'ready');
    cpSync(path.join(source, 'include'), path.join(ready, 'include'), { recursive: true });
    cpSync(path.join(source, 'ggml/include'), path.join(ready, 'ggml/include'), { recursive: true });
    cpSync(path.join(source, 'LICENSE'), path.join(ready, 'LICENSE'));
    renameSync(path.join(work, 'package/llama/gitRelease.bundle'), path.join(ready, 'gitRelease.bundle'));
    // The rename makes the cache appear whole or not at all. Another build may have been first.
    if (!existsSync(cacheFolder)) renameSync(ready, cacheFolder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function fetchTarball(folder) {
  process.stderr.write(`fetching ${tarball} for llama.cpp's headers\n`);
  const windows = process.platform === 'win32';
  const out = execFileSync(windows ? 'npm.cmd' : 'npm', ['pack', tarball, '--silent', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    shell: windows,
  });
  const file = path.join(folder, out.trim().split('\n').at(-1));
  const actual = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (actual !== integrity)
    throw new Error(`${tarball} has the wrong integrity: expected ${integrity} but received ${actual}`);
  return file;
}

function run(command, parameters, cwd) {
  execFileSync(command, parameters, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
