// `npm run test:model -- FILE.gguf [--context N]`: loads a model with the real engine on the CPU and reports whether
// conversations, tool calls, constraints and reuse work with it. Exit status 1 if one does not.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../support/prepare.mjs';

if (!prepare()) process.exit(1);
const { buildSync } = await import('esbuild');
const outfile = path.join(root, '.cache', 'model-report', 'model-report.mjs');
buildSync({
  entryPoints: [path.join(root, 'test/model-report/model-report.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
process.env.MOONWRIGHT_ADDON ??= path.join(
  root,
  'native/addon/build',
  `${process.platform}-${process.arch}`,
  'moonwright.node',
);
const { reportModel } = await import(pathToFileURL(outfile).href);
process.exitCode = (await reportModel(process.argv.slice(2), (line) => console.log(line))) ? 0 : 1;
