// `npm run demo`: from a bare clone to a fixed test in a real VS Code. Installs what is missing, packages the extension
// and lets it repair a copy of the sample project through its panel. `-- --headed` prints an address to try it oneself.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../support/prepare.mjs';

if (!prepare()) process.exit(1);
const { buildSync } = await import('esbuild');
const outfile = path.join(root, '.cache', 'demo.mjs');
buildSync({
  entryPoints: [path.join(root, 'test/demo/demo.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
const { fixInPanel, openForUser } = await import(pathToFileURL(outfile).href);
try {
  const start = process.argv.includes('--headed') ? openForUser : fixInPanel;
  process.exitCode = (await start()) ? 0 : 1;
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
