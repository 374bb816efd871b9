// `npm run demo`: from a bare clone to a fixed test in a real VS Code. Installs what is missing, packages the extension
// and lets it repair a copy of the sample project through its panel. `-- --headed` prints an address to try it oneself.
import path from 'node:path';
import { prepare, root } from '../support/prepare.mjs';

if (!prepare()) process.exit(1);
// Imported only now: `prepare` may have installed esbuild.
const { importBundled } = await import('../support/bundled-program.mjs');
const outfile = path.join(root, '.cache', 'demo.mjs');
const { fixInPanel, openForUser } = await importBundled(path.join(root, 'test/demo/demo.ts'), outfile);
try {
  const start = process.argv.includes('--headed') ? openForUser : fixInPanel;
  process.exitCode = (await start()) ? 0 : 1;
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
