import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Replaces a file in one step; only its owner can read it. Throws Node's error; the old file is then as it was. */
export function writePrivateFile(file: string, text: string): void {
  const next = `${file}.${process.pid}`;
  try {
    writeFileSync(next, text, { mode: 0o600 });
    chmodSync(next, 0o600);
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}
