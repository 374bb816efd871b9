// `npm run test:model -- FILE.gguf [--context N]`: loads a model with the real engine on the CPU and reports whether
// conversations, tool calls, constraints and reuse work with it. Exit status 1 if one does not.
import path from 'node:path';
import { prepare, root } from '../support/prepare.mjs';

if (!prepare()) process.exit(1);
// Imported only now: `prepare` may have installed esbuild.
const { importBundled } = await import('../support/bundled-program.mjs');
const outfile = path.join(root, '.cache', 'model-report', 'model-report.mjs');
process.env.MOONWRIGHT_ADDON ??= path.join(
  root,
  'native/addon/build',
  `${process.platform}-${process.arch}`,
  'moonwright.node',
);
const { reportModel } = await importBundled(path.join(root, 'test/model-report/model-report.ts'), outfile);
process.exitCode = (await reportModel(process.argv.slice(2), (line) => console.log(line))) ? 0 : 1;
