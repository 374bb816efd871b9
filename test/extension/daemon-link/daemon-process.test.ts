// Real processes; "the daemon" is one with a certain word on its command line.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { daemonProcesses } from '../../../extension/daemon-link/daemon-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function sleeper(word: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => 0, 1000)', word]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child as typeof child & { pid: number };
}

describe('the process of the daemon', () => {
  it('is killed, with a note of the reason, and has ended then', async () => {
    const log = path.join(temporaryFolder(), 'engine.log');
    const processes = daemonProcesses('a-daemon.js', log);
    const { pid } = await sleeper('a-daemon.js');
    expect(await processes.ended(pid, 100)).toBe(false);
    processes.kill(pid, 'it hangs.');
    expect(await processes.ended(pid, 10_000)).toBe(true);
    expect(readFileSync(log, 'utf8')).toMatch(
      new RegExp(` warn The engine \\(process ${pid}\\) is ended: it hangs\\.\n$`),
    );
    processes.kill(pid, 'it hangs.');
  });

  it('is killed also where the note cannot be written', async () => {
    const processes = daemonProcesses('a-daemon.js', '/dev/null/engine.log');
    const { pid } = await sleeper('a-daemon.js');
    processes.kill(pid, 'it hangs.');
    expect(await processes.ended(pid, 10_000)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('is not mistaken for another one that has its number', async () => {
    const processes = daemonProcesses('a-daemon.js', '/dev/null/engine.log');
    const other = await sleeper('something-else.js');
    processes.kill(other.pid, 'it hangs.');
    expect(await processes.ended(other.pid, 0)).toBe(true);
    expect({ code: other.exitCode, signal: other.signalCode }).toEqual({ code: null, signal: null });
    expect(() => process.kill(other.pid, 0)).not.toThrow();
  });
});
