// `npm run build`: the daemon as one file, dist/daemon.js. Everything is inside except Node, the addon, the embedded
// model and the llama.cpp libraries, which are found at run time. `--clean` removes what was built instead.
import { build } from 'esbuild';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
export const bundle = path.join(root, 'dist/daemon.js');

/** Whether the bundle is absent or older than a file it is made of. */
export function bundleIsStale() {
  if (!existsSync(bundle)) return true;
  const built = statSync(bundle).mtimeMs;
  const sources = readdirSync(path.join(root, 'native'), { recursive: true }).filter((name) => /\.(ts|json)$/.test(name)).map((name) => path.join('native', name));
  return [...sources, 'package-lock.json'].some((name) => statSync(path.join(root, name)).mtimeMs > built);
}

export async function buildBundles() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const shared = { bundle: true, platform: 'node', target: 'node20', format: 'esm', sourcemap: true, external: ['@node-llama-cpp/*'], logLevel: 'warning', write: false };
  // Packages written for CommonJS ask for require(); an ES module has none of its own.
  const banner = { js: "#!/usr/bin/env node\nimport { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);" };
  const daemon = await build({ ...shared, entryPoints: [path.join(root, 'native/daemon/main.ts')], outfile: bundle, banner, define: { 'process.env.MOONWRIGHT_VERSION': JSON.stringify(version) } });
  for (const { path: file, contents } of daemon.outputFiles) replaceFile(file, contents);
}

/** In one step: a daemon that starts meanwhile must not read half a file. */
function replaceFile(file, contents) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, contents, { mode: 0o755 });
  renameSync(`${file}.${process.pid}`, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--clean')) {
    for (const made of ['dist', 'native/addon/build']) rmSync(path.join(root, made), { recursive: true, force: true });
  } else {
    await buildBundles();
  }
}
