import { readFileSync } from 'node:fs';
import { RpcClient } from '../../../extension/daemon-link/rpc-client.ts';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { DaemonProcess, type ReadyLine } from './daemon-process.ts';

/** CPU time after which one case counts as a hang; where the system does not tell it, time on the clock. */
const cpuSecondsMax = 10;
const clockSecondsMax = 120;

/** A daemon that a test does bad things to: started again where it ends, killed where it hangs. */
export class DaemonUnderAttack {
  #daemon: (DaemonProcess & { readonly line: ReadyLine }) | undefined;
  #client: RpcClient | undefined;
  async #connected(): Promise<RpcClient> {
    this.#daemon ??= await DaemonProcess.start();
    this.#client ??= await this.#daemon.connect();
    return this.#client;
  }

  /**
   * What became of a case: the result of `run`, the code of its error, or in words what happened to the process. A code
   * that only says that something went wrong counts as words.
   */
  async outcome(
    run: (client: RpcClient) => Promise<string>,
  ): Promise<{ readonly held: boolean; readonly what: string }> {
    const client = await this.#connected();
    const watch = this.#watch();
    try {
      const what = await Promise.race([run(client), watch.hung]);
      if (what !== undefined) return { held: true, what };
      await this.#end();
      return { held: false, what: 'it hung' };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      if (error.code !== 'daemon.unreachable') {
        const held = error.code !== 'internal.failed';
        return { held, what: held ? error.code : `${error.code}: ${error.message}` };
      }
      const stderr = await this.#end();
      return { held: false, what: `it ended: ${stderr.trim().split('\n').slice(-3).join(' | ')}` };
    } finally {
      watch.stop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  /** Ends the process; its last words. */
  async #end(): Promise<string> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    this.#client = undefined;
    if (daemon === undefined) return '';
    daemon.child.kill('SIGKILL');
    const { stderr } = await daemon.ended;
    await daemon.dispose();
    return stderr;
  }

  /** Resolves when the process has computed for too long. */
  #watch(): { readonly hung: Promise<undefined>; stop(): void } {
    const pid = this.#daemon?.line.pid ?? 0;
    const [clock, cpu] = [Date.now(), cpuSeconds(pid)];
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<undefined>((resolve) => {
      timer = setInterval(() => {
        const now = cpuSeconds(pid);
        const isLate = (Date.now() - clock) / 1000 > clockSecondsMax;
        if (cpu === undefined || now === undefined ? isLate : now - cpu > cpuSecondsMax) resolve(undefined);
      }, 1000);
    });
    return { hung, stop: () => clearInterval(timer) };
  }
}

/** The CPU time of a process on Linux. */
function cpuSeconds(pid: number): number | undefined {
  try {
    const [, fields = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return user === undefined || system === undefined ? undefined : (user + system) / 100;
  } catch {
    return undefined;
  }
}
