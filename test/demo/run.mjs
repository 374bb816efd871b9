// `npm run demo`: from a bare clone to a fixed test. Installs, builds, starts the daemon on the embedded model and
// lets it repair a temporary copy of the sample project, with real files and the real test runner.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from '../support/prepare.mjs';

if (!prepare()) process.exit(1);
const { buildSync } = await import('esbuild');
const outfile = path.join(root, '.cache', 'demo.mjs');
buildSync({ entryPoints: [path.join(root, 'test/demo/fix-sample.ts')], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' });
const { fixSample } = await import(pathToFileURL(outfile).href);
process.exitCode = (await fixSample(root)) ? 0 : 1;
