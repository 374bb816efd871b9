import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A new folder that is removed with all its contents when the running test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-test-'));
  onTestFinished(() => remove(folder));
  return folder;
}

/** A program that the test started may still write its last file, so the folder may be non-empty for a moment. */
async function remove(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (attempt >= 40) throw error;
      await delay(50);
    }
  }
}
