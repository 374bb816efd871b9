// Real: processes. A program that starts commands stands for the extension host.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const program = `
import { ProcessGroups } from './extension/tools/commands/process-group.ts';
const groups = new ProcessGroups();
const start = (line) => groups.start(
  { argv: ['/bin/sh', '-c', line], folder: '/', environment: { PATH: '/usr/bin:/bin' } },
  (text) => process.stdout.write(text),
);
start('echo $$; sleep 600 & echo $!; wait');
start('trap "" TERM; echo $$; while :; do sleep 1; done');
const short = start('exit 0');
short.ended.then(() => console.log('ready'));
setInterval(() => undefined, 1000);
`;

async function host(): Promise<{ readonly process: ChildProcessWithoutNullStreams; readonly pids: number[] }> {
  const file = path.join(temporaryFolder(), 'host.cjs');
  const stdin = { contents: program, resolveDir: root, loader: 'ts' } as const;
  await build({ stdin, outfile: file, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  const child = spawn(process.execPath, [file]);
  const pids: number[] = [];
  let ready = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') ready = true;
    else pids.push(Number(line));
    if (ready && pids.length === 3) break;
  }
  return { process: child, pids };
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('commands of a host', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'end when it is ended by %s, also those that ignore signals',
    async (signal) => {
      const { process: child, pids } = await host();
      expect(pids.map(alive)).toEqual([true, true, true]);
      child.kill(signal);
      await once(child, 'exit');
      for (const end = Date.now() + 20_000; pids.some(alive) && Date.now() < end;) await delay(50);
      expect(pids.map(alive)).toEqual([false, false, false]);
    },
  );
});
