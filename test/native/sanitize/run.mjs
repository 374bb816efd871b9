/**
 * Runs tests with an addon that is compiled with gcc's sanitizers; Linux only. Node and llama.cpp are not, so a report
 * counts only when one of its stacks begins in the addon. Fails when a test fails or a report counts.
 *
 *   npm run test:sanitize -- [address | thread] [test files, else those of the addon]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { prepare, root } from '../../support/prepare.mjs';

const kinds = {
  address: {
    sanitizers: 'address,undefined',
    runtime: 'libasan.so',
    options: 'detect_leaks=0:detect_stack_use_after_return=1:quarantine_size_mb=4',
  },
  thread: { sanitizers: 'thread', runtime: 'libtsan.so', options: 'exitcode=0:report_signal_unsafe=0' },
};
const [first = 'address', ...rest] = process.argv.slice(2);
const kind = first in kinds ? first : 'address';
const files = first in kinds ? rest : [first, ...rest];
const { sanitizers, runtime, options } = kinds[kind];

if (!prepare()) process.exit(1);
const target = `${process.platform}-${process.arch}-${kind}`;
const reports = path.join(root, '.cache/sanitize', kind);
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

execFileSync(process.execPath, ['native/addon/build.mjs', '--target', target], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    MOONWRIGHT_BUILD: '1',
    CXX: path.join(import.meta.dirname, 'compiler.sh'),
    SANITIZERS: sanitizers,
  },
});
const log = `${options}:log_path=${reports}/report`;
const tests = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--testTimeout=600000',
    '--hookTimeout=600000',
    ...(files.length > 0 ? files : ['test/native/addon']),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      MOONWRIGHT_ADDON: path.join(root, 'native/addon/build', target, 'moonwright.node'),
      LD_PRELOAD: execFileSync('g++', [`-print-file-name=${runtime}`], { encoding: 'utf8' }).trim(),
      ASAN_OPTIONS: log,
      TSAN_OPTIONS: log,
      UBSAN_OPTIONS: `print_stacktrace=1:log_path=${reports}/report`,
    },
  },
);

const runtimes = /libsanitizer\/|\((lib[a-z]*san|libstdc\+\+|libc|libgcc_s)\.so/;
/** True when a stack of the report begins in the addon, runtime functions aside. Thread creation does not count. */
const isOurs = (report) =>
  report.split(/\n\s*\n/).some((stack) => {
    const [first = ''] = stack.split('\n').filter((line) => /^\s*#\d+ /.test(line) && !runtimes.test(line));
    return /moonwright\.node|native\/addon\//.test(first) && !/(created|allocated) by/.test(stack);
  });
const found = readdirSync(reports)
  .flatMap((name) => readFileSync(path.join(reports, name), 'utf8').split(/^={18,}$/m))
  .filter(isOurs);
for (const report of found) process.stdout.write(`${report}\n`);
process.stdout.write(
  `${kind}: ${found.length} reports; with those of others they are in ${path.relative(root, reports)}\n`,
);
process.exitCode = tests.status === 0 && found.length === 0 ? 0 : 1;
