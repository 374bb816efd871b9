import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

/** Bundles a program's TypeScript, whose packages stay outside, into `outfile`, and gives what it exports. */
export async function importBundled(entry, outfile) {
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.scm': 'text' },
    logLevel: 'warning',
  });
  return await import(pathToFileURL(path.resolve(outfile)).href);
}
