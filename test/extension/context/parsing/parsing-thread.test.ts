import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { grammarFilesByName } from '../../../../extension/context/grammar-files.ts';
import { ParsingThread } from '../../../../extension/context/parsing/parsing-thread.ts';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const grammars = grammarsOfPackages(path.resolve(import.meta.dirname, '../../../..'));

it('facts are on disk before they are told', async () => {
  const folder = temporaryFolder();
  const saved = path.join(folder, 'index');
  const files = Array.from({ length: 40 }, (_, at) => path.join(folder, `part${at}.py`));
  for (const [at, file] of files.entries()) writeFileSync(file, `def function${at}(): pass\n`);
  const told: string[] = [];
  const unsaved: string[] = [];
  const thread = new ParsingThread(
    { runtime: grammars.runtime, grammars: grammarFilesByName(grammars), saved, background: false },
    (message) => {
      if (message.type !== 'facts') return;
      void thread.handle({ type: 'taken' });
      const onDisk = readFileSync(saved, 'utf8');
      for (const { path: file } of message.files) {
        told.push(file);
        if (!onDisk.includes(file)) unsaved.push(file);
      }
    },
  );
  await thread.handle({ type: 'restore', files, last: true });
  await thread.handle({ type: 'read', chunk: 1, files });
  expect(told).toEqual(files);
  expect(unsaved).toEqual([]);
});
