// `npm run -s serve -- OPTIONS`: builds what is missing or older than its sources, then runs the daemon in the
// foreground. Only the daemon writes to stdout.
import { spawn, spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { bundle, bundleIsStale } from './build.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** Runs a build script with its output on stderr; ends this process when it fails. */
function step(script) {
  const { status } = spawnSync(process.execPath, [path.join(root, script)], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

step('native/addon/build.mjs'); // returns at once when nothing changed
if (bundleIsStale()) step('native/build.mjs');

const child = spawn(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal sends Ctrl-C to both processes, a supervisor signals only this one. The daemon tolerates a second signal.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`The daemon could not be started: ${error.message}\n`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  process.stderr.write(
    `The daemon was ended by ${signal}: its native code crashed, or it was killed. ` +
      'Its last log lines are in daemon.log in the state directory.\n',
  );
  process.exitCode = 128 + (os.constants.signals[signal] ?? 0);
});
