// Set-up of a test run: all temporary files of the tests, and of the programs they start, go into one folder.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export default function useRunFolder(): () => void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mw-'));
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
