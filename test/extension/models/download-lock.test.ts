import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DownloadLock } from '../../../extension/models/download-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const never = (): void => {
  throw new Error('The lock is not lost.');
};

/** A lock file as another window left it. */
function leave(folder: string, number: number, holder: object | string): void {
  mkdirSync(folder, { recursive: true });
  const text = typeof holder === 'string' ? holder : JSON.stringify(holder);
  writeFileSync(path.join(folder, String(number)), text);
}

describe('the lock of downloads', () => {
  it('is held by one, however many take it at once, and free again when it is released', async () => {
    const folder = temporaryFolder();
    const locks = Array.from({ length: 8 }, () => new DownloadLock(folder, () => 0));
    const taken = await Promise.all(locks.map((lock) => lock.tryTake(never)));
    expect(taken.filter(Boolean)).toEqual([true]);
    await locks[taken.indexOf(true)]?.release();
    const other = locks[taken.indexOf(false)];
    expect(await other?.tryTake(never)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
    await other?.release();
  });

  it('is taken from a process that has ended', async () => {
    const folder = temporaryFolder();
    leave(folder, 41, { pid: 2 ** 22 + 1, host: hostname(), free: false });
    const lock = new DownloadLock(folder, () => 0);
    expect(await lock.tryTake(never)).toBe(true);
    expect(readdirSync(folder)).toEqual(['42']);
    await lock.release();
  });

  it.each([
    ['a process of another machine', { pid: 1, host: 'elsewhere', free: false }],
    ['a file that was never finished', '{"pid"'],
  ])('is taken from %s only when its heart has not beaten for long', async (_, holder) => {
    const folder = temporaryFolder();
    leave(folder, 1, holder);
    let now = 0;
    const lock = new DownloadLock(folder, () => now);
    expect(await lock.tryTake(never)).toBe(false);
    now = 19_000;
    expect(await lock.tryTake(never)).toBe(false);
    now = 21_000;
    expect(await lock.tryTake(never)).toBe(true);
    await lock.release();
  });

  it('says so to a holder from which it was taken', async () => {
    const folder = temporaryFolder();
    const lock = new DownloadLock(folder, () => 0);
    const lost = new Promise<void>((resolve) => {
      void lock.tryTake(resolve).then(() => leave(folder, 2, { pid: 1, host: 'elsewhere', free: false }));
    });
    await lost;
    expect(await lock.tryTake(never)).toBe(false);
  });
});
