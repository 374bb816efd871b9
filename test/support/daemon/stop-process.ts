import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** Ends the process of that number as soon as its input ends, if it is stopped then. */
const guard = 'read _; case "$(ps -o stat= -p "$0")" in T*) kill -KILL "$0" ;; esac';

/**
 * Stops a process (SIGSTOP), so that it hangs. It does not outlive the test, nor a run of tests that is killed: a guard
 * in a process group of its own ends it once the test, or the process that runs it, has ended.
 */
export function stopProcess(pid: number): void {
  const guarding = spawn('sh', ['-c', guard, String(pid)], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => guarding.on('close', () => resolve()));
  onTestFinished(async () => {
    guarding.stdin.end();
    await ended;
  });
  process.kill(pid, 'SIGSTOP');
}
