import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as soon } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { jsonLines, LineLog } from '../../../extension/edits/line-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('lines that come while others are being written are written too, in their order', async () => {
  const file = path.join(temporaryFolder(), 'log.jsonl');
  const log = new LineLog(file, 'head');
  const lines = Array.from({ length: 2000 }, (_, at) => at);
  for (const at of lines) {
    void log.append([at]);
    await soon();
  }
  await log.flush();
  expect([...jsonLines(readFileSync(file, 'utf8'))]).toEqual(['head', ...lines]);
  expect(log.owes).toBe(false);
});
