/** Formats the C++ files below this folder with .clang-format. With --check it only names unformatted files. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { clangFormatPath } = require('clang-format-node');
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(h|cpp)$/.test(name) && !name.startsWith(`build${path.sep}`))
  .map((name) => path.join(import.meta.dirname, name));

try {
  execFileSync(
    clangFormatPath,
    process.argv.includes('--check') ? ['--dry-run', '--Werror', ...files] : ['-i', ...files],
    { stdio: 'inherit' },
  );
} catch (error) {
  if (error.status === undefined) throw error;
  process.stderr.write('Run node native/addon/format.mjs to format these files.\n');
  process.exitCode = 1;
}
