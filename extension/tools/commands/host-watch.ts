import { spawn, type ChildProcess } from 'node:child_process';

/** Time from SIGTERM to SIGKILL, in seconds. */
const graceSeconds = 3;

/** Reads `+ 12` and `- 12` until the pipe is closed, then ends the process groups that are left. */
const script = `
groups=' '
while read -r what pid; do
  case $what in
    +) groups="$groups$pid " ;;
    -) case $groups in *" $pid "*) groups="\${groups%%" $pid "*} \${groups#*" $pid "}" ;; esac ;;
  esac
done
for signal in TERM KILL; do
  for pid in $groups; do kill -s $signal -- "-$pid"; done
  [ $signal = KILL ] || [ "$groups" = ' ' ] || sleep ${graceSeconds}
done
`;

/**
 * Ends process groups when this process ends, however it ends: a small shell waits at the other end of a pipe, which
 * the system closes. It is started with the first group. Does nothing on Windows, which has no process groups.
 */
export class HostWatch {
  #shell: ChildProcess | undefined;

  /** A group has been started. */
  add(pid: number): void {
    if (process.platform === 'win32') return;
    this.#shell ??= startShell();
    this.#tell(`+ ${pid}`);
  }

  /** The group has ended; its number may be given to another one. */
  remove(pid: number): void {
    this.#tell(`- ${pid}`);
  }

  /** Ends the groups that are left. */
  dispose(): void {
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #tell(line: string): void {
    this.#shell?.stdin?.write(`${line}\n`);
  }
}

function startShell(): ChildProcess {
  // Detached: a signal for the group of this process must not end the watch.
  const shell = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  // Without a shell, groups end only when this process can end them itself.
  shell.on('error', () => undefined).unref();
  shell.stdin?.on('error', () => undefined);
  if (shell.stdin !== null && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return shell;
}
