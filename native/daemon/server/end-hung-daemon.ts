import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DiscoveryRecord } from './discovery-file.ts';

/**
 * Kills the daemon that holds `lockFile` and hangs. False when its process is not there, or not the holder: in a
 * container that shares the folder, the number may belong to another process.
 */
export function endHungDaemon({ pid }: DiscoveryRecord, lockFile: string): boolean {
  if (pid === process.pid || !holds(pid, lockFile)) return false;
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it ended meanwhile, or belongs to another user
  }
}

/** Whether the process has the file open. Only Linux says; elsewhere the record of the lock's holder is believed. */
function holds(pid: number, file: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const folder = `/proc/${pid}/fd`;
    const { dev, ino } = statSync(file);
    return readdirSync(folder).some((entry) => {
      const found = statSync(path.join(folder, entry), { throwIfNoEntry: false });
      return found?.dev === dev && found.ino === ino;
    });
  } catch {
    return false;
  }
}
