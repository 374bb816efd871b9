// The daemon's process: reads the command line, runs the command, and ends with its exit status.
import { Console } from 'node:console';
import { toCodedError } from '../protocol/coded-error.ts';
import { helpText, readCommandLine } from './cli/command-line.ts';
import type { Command } from './cli/command-line.ts';
import { createDaemonApi } from './cli/daemon-api.ts';
import { DaemonLog } from './cli/daemon-log.ts';
import { exitStatus } from './cli/exit-status.ts';
import { runDaemon } from './cli/run-daemon.ts';
import { runPlan } from './cli/run-plan.ts';
import { onStopSignals } from './cli/stop-signals.ts';

const version = process.env.MOONWRIGHT_VERSION ?? '0.0.0';

// stdout belongs to the answer: a library that prints does so on stderr.
globalThis.console = new Console(process.stderr, process.stderr);
// The process that started the daemon may have ended and closed its pipes; the daemon goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'help':
      return print(helpText);
    case 'version':
      return print(`${version}\n`);
    case 'plan':
      return print(`${await runPlan(command.load, command.backend, new DaemonLog(process.stderr, 'warn'))}\n`);
    case 'serve': {
      const log = new DaemonLog(process.stderr, command.options.verbose ? 'debug' : 'info');
      process.on('uncaughtException', (error) => {
        log.write('error', `A fault of the daemon itself: ${error.stack ?? error.message}`);
        process.exit(1);
      });
      const ended = await runDaemon(command.options, {
        version,
        log,
        stopSignal: onStopSignals(),
        createApi: createDaemonApi,
        announce: (line) =>
          print(`${line}\n`, process.stdout, (reason) =>
            log.write('warn', `The line that says where this daemon is could not be printed: ${reason}.`),
          ),
      });
      // Native code that does not end would also block an ordinary exit.
      if (!ended) process.kill(process.pid, 'SIGKILL');
    }
  }
}

/** Writes to stdout, or to stderr. Never throws: Node does where the stream is a file on a full disk. */
function print(text: string, stream: NodeJS.WriteStream = process.stdout, failed?: (reason: string) => void): void {
  try {
    stream.write(text, (error) => error && failed?.(error.message));
  } catch (error) {
    failed?.(String(error));
  }
}

try {
  await run(readCommandLine(process.argv.slice(2), process.env));
  process.exitCode = 0;
} catch (thrown) {
  const error = toCodedError(thrown);
  print(`moonwright-daemon: ${error.message}\n`, process.stderr);
  process.exitCode = exitStatus(error);
}
// Ends even when a probe or an idle client is still open. Both streams are flushed first, if they can be.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
