// The parsing thread as a real thread, from a bundle like the packaged one.
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { grammarFilesByName } from '../../../../extension/context/grammar-files.ts';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';
import { workerThreads } from '../../../../extension/context/parsing/worker-threads.ts';
import { ThreadedIndex } from '../../../../extension/context/threaded-index.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

it('parses in its thread, in the background too, and is told when it ends', async () => {
  const folder = temporaryFolder();
  const entry = path.join(folder, 'parser.cjs');
  const alias = { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') };
  await build({
    entryPoints: [path.join(root, 'extension/context/parsing/worker.ts')],
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    alias,
    loader: { '.scm': 'text' },
    minify: true,
  });
  const grammars = grammarsOfPackages(root);
  const startThread = workerThreads(entry, {
    runtime: grammars.runtime,
    grammars: grammarFilesByName(grammars),
    saved: path.join(folder, 'index'),
  });
  const sources = path.join(root, 'extension/context/parsing/worker.ts');
  const index = new ThreadedIndex({
    startThread,
    list: async () => [{ folder: path.dirname(sources), names: [path.basename(sources)] }],
    relative: (absolute) => path.relative(root, absolute),
    threads: 2,
    log: () => undefined,
  });
  await index.ready();
  expect(index.file(sources)?.imports).toContain('node:worker_threads');
  expect(await index.errors('python', 'def f(:\n')).toBeGreaterThan(0);
  index.dispose();

  const background = startThread({ background: true });
  const answer = await new Promise((resolve) => {
    background.onMessage(resolve);
    background.post({
      type: 'ask',
      id: 7,
      question: { kind: 'errors', language: 'go', text: 'package a\n', from: 0, to: 0 },
    });
  });
  expect(answer).toEqual({ type: 'answer', id: 7, value: 0 });
  const ended = new Promise<string>((resolve) => background.onEnd(resolve));
  background.end();
  expect(await ended).toBe('it exited');
});
