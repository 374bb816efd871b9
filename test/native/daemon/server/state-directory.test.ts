import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareStateDirectory } from '../../../../native/daemon/server/state-directory.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'moonwright-state-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a state directory', () => {
  it('is made with all that is above it, for this user only', () => {
    const directory = path.join(folder, 'a', 'b', 'c');
    expect(prepareStateDirectory(directory).lock).toBe(path.join(directory, 'daemon.lock'));
    if (process.platform !== 'win32') expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(() => prepareStateDirectory(directory)).not.toThrow();
  });

  it('is refused where there is a file, here or above', () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    for (const directory of [file, path.join(file, 'state')])
      expect(() => prepareStateDirectory(directory)).toThrow(
        /Cannot use the state directory .* Choose another with --state-dir/,
      );
  });

  it.runIf(process.platform === 'linux')('is refused where the system lets nobody make one', () => {
    expect(() => prepareStateDirectory('/proc/moonwright/state')).toThrow(/Cannot use the state directory/);
  });
});
