// `npm run bench`: builds the daemon and, once, llama-server from the same release's source, then measures both side by
// side on this machine. Prints a table of ratios and writes .cache/bench/result.json. `npm run bench -- --quick` runs
// fewer rounds, `--rounds N` so many; `--only NAME` one scenario (see test/bench/scenarios.ts for their names). The
// scenario `forecast` needs the daemon only. `--workspace DIR` measures the index and the map of a folder instead
// (test/bench/workspace.mjs).
import path from 'node:path';
import { prepare, root } from '../support/prepare.mjs';
import { buildLlamaServer } from './llama-server-build.mjs';

if (!prepare()) process.exit(1);
if (process.argv.includes('--workspace')) await import('./workspace.mjs');
else await compareWithServer();

async function compareWithServer() {
  // Imported only now: `prepare` may have installed esbuild.
  const { importBundled } = await import('../support/bundled-program.mjs');
  const outfile = path.join(root, '.cache', 'bench', 'bench.mjs');
  const { bench } = await importBundled(path.join(root, 'test/bench/bench.ts'), outfile);
  await bench({ root, server: buildLlamaServer, arguments: process.argv.slice(2) });
}
