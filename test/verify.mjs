// Sets up a bare clone and passes all tests: `npm run verify`. Needs Node and npm; installs the rest.
// Ends with `N passed, N failed` on a line of its own; the exit status says the same.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beginNode, prepare, root, runScript } from './support/prepare.mjs';

const report = path.join(root, '.cache', 'test-report.json');

/** Counts of the last test run; undefined when the runner died before writing them. */
function counts() {
  if (!existsSync(report)) return undefined;
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that fails to load has no tests of its own and would not be counted otherwise.
  const broken = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests };
}

mkdirSync(path.dirname(report), { recursive: true });
rmSync(report, { force: true });
let passed = 0;
let failed = 0;
const step = (ok) => (ok ? passed++ : failed++);

const ready = prepare();
step(ready);
if (ready) {
  // The tests want a real llama-server. It is built, if it must be, beside the checks, which leave a core free.
  const server = beginNode('llama-server', 'test/support/engines/llama-server-program.mjs');
  step(runScript('check', 'check'));
  step(await server);
  const ok = runScript('test', 'test', ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  const total = counts();
  if (total === undefined) failed++;
  else {
    passed += total.passed;
    failed += total.failed;
    if (total.skipped > 0) console.log(`${total.skipped} skipped`);
    if (!ok && total.failed === 0) failed++; // an unhandled error outside any test
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
