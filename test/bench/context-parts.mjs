import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** Bundles modules below `extension/` (`context/threaded-index`) into `outfile` and gives what they export. */
export async function bundledParts(names, outfile) {
  await build({
    stdin: {
      contents: names.map((name) => `export * from './${name}.ts';`).join('\n'),
      resolveDir: path.join(root, 'extension'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
    loader: { '.scm': 'text' },
    logLevel: 'warning',
  });
  return createRequire(import.meta.url)(path.resolve(outfile));
}
