// Brings a bare clone to the point where dist/daemon.js runs. Node's own modules only: nothing is installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs one step with its output shown; true when it exits with 0. */
function runStep(title, command, args) {
  console.log(`\n== ${title}: ${[command, ...args].join(' ')}`);
  const started = Date.now();
  const child = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  const ok = child.status === 0;
  const result = ok ? 'ok' : `failed (${child.signal ?? child.status})`;
  console.log(`== ${title}: ${result} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return ok;
}

export function runScript(title, script, args = []) {
  return runStep(title, npm, ['run', '--silent', script, ...(args.length > 0 ? ['--', ...args] : [])]);
}

/** Begins a program of this repository, which runs beside the next steps. Resolves to true when it exits with 0. */
export function beginNode(title, script) {
  console.log(`\n== ${title}: node ${script} (in the background)`);
  const started = Date.now();
  const child = spawn(process.execPath, [script], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      const result = code === 0 ? 'ok' : `failed (${signal ?? code})`;
      console.log(`== ${title}: ${result} after ${((Date.now() - started) / 1000).toFixed(1)} s`);
      resolve(code === 0);
    });
  });
}

/** True if node_modules matches the lock file. */
function installed() {
  const marker = path.join(root, 'node_modules', '.package-lock.json');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

const runs = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** True if there is a C++ compiler. On Debian, as root, installs one; elsewhere the addon's build says what to do. */
function ensureCompiler() {
  if (process.platform === 'win32' || [process.env.CXX, 'c++', 'clang++', 'g++'].some((name) => name && runs(name)))
    return true;
  if (process.getuid?.() !== 0 || !runs('apt-get')) return true;
  return aptInstall('g++', 'git');
}

/** Installs Debian packages, as root. */
function aptInstall(...packages) {
  return (
    runStep('package lists', 'apt-get', ['update', '-qq']) &&
    runStep(`install ${packages.join(' ')}`, 'apt-get', [
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      ...packages,
    ])
  );
}

/** Installs packages, then builds the addon and the bundles; each only where something changed. */
export function prepare() {
  return (
    (installed() || runStep('install', npm, ['ci', '--no-audit', '--no-fund'])) &&
    ensureCompiler() &&
    runScript('build the addon', 'build:native') &&
    runScript('build', 'build')
  );
}
