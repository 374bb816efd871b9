// Sets up a bare clone and passes all tests: `npm run verify`. Needs Node and npm; installs the rest.
// Ends with `N passed, N failed` on a line of its own; the exit status says the same.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const report = path.join(root, '.cache', 'test-report.json');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs one step with its output shown; true when it exits with 0. */
function run(title, command, args) {
  console.log(`\n== ${title}: ${[command, ...args].join(' ')}`);
  const started = Date.now();
  const child = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const ok = child.status === 0;
  console.log(`== ${title}: ${ok ? 'ok' : `failed (${child.signal ?? child.status})`} in ${seconds} s`);
  return ok;
}

/** Whether node_modules is what the lock file asks for. */
function installed() {
  const marker = path.join(root, 'node_modules', '.package-lock.json');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

/** Counts of the last test run; undefined when the runner died before writing them. */
function counts() {
  if (!existsSync(report)) return undefined;
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that fails to load has no tests of its own and would not be counted otherwise.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length;
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests };
}

mkdirSync(path.dirname(report), { recursive: true });
rmSync(report, { force: true });
let passed = 0;
let failed = 0;
const step = (ok) => (ok ? passed++ : failed++);

const ready = (installed() || run('install', npm, ['ci', '--no-audit', '--no-fund']))
  && run('build the addon', npm, ['run', '--silent', 'build:native'])
  && run('build', npm, ['run', '--silent', 'build']);
step(ready);
if (ready) {
  step(run('check', npm, ['run', '--silent', 'check']));
  const ok = run('test', npm, ['test', '--silent=false', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
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
