import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { grammarFilesByName } from '../../../../extension/context/grammar-files.ts';
import { ParsingThread } from '../../../../extension/context/parsing/parsing-thread.ts';
import type { FromWorker } from '../../../../extension/context/parsing/thread-messages.ts';
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

function opened(saved: string | undefined) {
  const told: FromWorker[] = [];
  const thread = new ParsingThread(
    { runtime: grammars.runtime, grammars: grammarFilesByName(grammars), saved, background: false },
    (message) => told.push(message),
  );
  const facts = () => told.flatMap((message) => (message.type === 'facts' ? message.files : []));
  return { thread, told, facts };
}

it('a file that is gone is told as such', async () => {
  const { thread, told } = opened(undefined);
  const file = path.join(temporaryFolder(), 'gone.py');
  await thread.handle({ type: 'read', chunk: 7, files: [file] });
  expect(told).toEqual([{ type: 'read', chunk: 7, gone: [file] }]);
});

it.runIf(process.platform === 'linux')('that a file could not be read is told and not saved', async () => {
  const folder = temporaryFolder();
  const [saved, file] = [path.join(folder, 'index'), path.join(folder, 'part.py')];
  symlinkSync('/proc/self/mem', file); // reading it fails
  const { thread, facts } = opened(saved);
  await thread.handle({ type: 'restore', files: [], last: true });
  await thread.handle({ type: 'read', chunk: 1, files: [file] });
  expect(facts().map(({ facts: text }) => JSON.parse(text))).toMatchObject([{ skipped: 'unreadable' }]);
  expect(readFileSync(saved, 'utf8')).not.toContain('part.py');
});

it('a busy machine makes no file slow', async () => {
  const file = path.join(temporaryFolder(), 'part.py');
  writeFileSync(file, 'def run(): pass\n'.repeat(2000));
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => (now += 10_000));
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 10_000));
  onTestFinished(() => void vi.restoreAllMocks());
  const { thread, facts } = opened(undefined);
  await thread.handle({ type: 'read', chunk: 1, files: [file] });
  expect(facts().map(({ facts: text }) => (JSON.parse(text) as { skipped?: string }).skipped)).toEqual([undefined]);
});
