// `npm run build`: the daemon as one file, dist/daemon.js. Everything is inside except Node, the addon and the
// llama.cpp libraries, which are found at run time. `--clean` removes what was built instead.
import { build } from 'esbuild';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
export const bundle = path.join(root, 'dist/daemon.js');

export async function buildBundles() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const shared = { bundle: true, platform: 'node', target: 'node20', format: 'esm', sourcemap: true, external: ['@node-llama-cpp/*'], logLevel: 'warning' };
  // Packages written for CommonJS ask for require(); an ES module has none of its own.
  const banner = { js: "#!/usr/bin/env node\nimport { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);" };
  await build({ ...shared, entryPoints: [path.join(root, 'native/daemon/main.ts')], outfile: bundle, banner, define: { 'process.env.MOONWRIGHT_VERSION': JSON.stringify(version) } });
  chmodSync(bundle, 0o755);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--clean')) {
    for (const made of ['dist', 'native/addon/build']) rmSync(path.join(root, made), { recursive: true, force: true });
  } else {
    await buildBundles();
  }
}
