import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The daemon that the extension under test starts: found, and ended, through its discovery file. */
export class DaemonOfTest {
  readonly stateDirectory: string;

  constructor(stateDirectory: string) {
    this.stateDirectory = stateDirectory;
  }

  /** Its process, while it runs. */
  get pid(): number | undefined {
    const file = path.join(this.stateDirectory, 'daemon.json');
    if (!existsSync(file)) return undefined;
    try {
      const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number };
      // A scripted daemon runs in the test's own process: it ends itself.
      return pid !== process.pid && isAlive(pid) ? pid : undefined;
    } catch (error) {
      // The daemon is ending: its file is gone or half written.
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** As a crash does: no goodbye. Returns the process that is gone. */
  async kill(): Promise<number> {
    const pid = this.pid;
    if (pid === undefined) throw new Error('No daemon runs.');
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    return pid;
  }

  /** Ends it cleanly, or by force if it does not listen; also one that is still starting. */
  async stop(): Promise<void> {
    for (const pid of this.#processes()) {
      signal(pid, 'SIGTERM');
      if (!(await gone(pid, 10_000))) signal(pid, 'SIGKILL');
    }
  }

  /** Everything that was started for this state directory. */
  #processes(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid && commandLine(pid).includes(`\0${this.stateDirectory}\0`));
  }

  /** Its log, for messages about failures. */
  log(): string {
    return ['engine.log', 'daemon.log', 'daemon.crash.log']
      .map((name) => path.join(this.stateDirectory, name))
      .filter((file) => existsSync(file))
      .map((file) => `${path.basename(file)}:\n${readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')}`)
      .join('\n');
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function gone(pid: number, patienceMs = 5000): Promise<boolean> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await delay(25)) if (!isAlive(pid)) return true;
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
  // A killed process keeps its id until its parent collects it.
  return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
