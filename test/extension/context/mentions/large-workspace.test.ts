// Faked: the workspace, the index, and the clock: every piece of work takes a whole slice of time.
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, afterEach, expect, it, vi } from 'vitest';
import { fileMention } from '../../../../extension/context/mentions/file-mention.ts';
import { FileNames } from '../../../../extension/context/mentions/file-names.ts';
import { folderMention } from '../../../../extension/context/mentions/folder-mention.ts';
import { Mentions } from '../../../../extension/context/mentions/mentions.ts';
import { symbolMention } from '../../../../extension/context/mentions/symbol-mention.ts';
import { FakeIndex } from '../../../support/extension/fake-index.ts';
import { MemoryWorkspace } from '../../../support/extension/memory-workspace.ts';
import { turnsDuring } from '../../../support/extension/turns-during.ts';

const count = 500;

beforeEach(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 100));
});
afterEach(() => {
  vi.restoreAllMocks();
});

function setUp() {
  const names = Array.from({ length: count }, (_, at) => `part${at}/file${at}.js`);
  const files = new MemoryWorkspace(Object.fromEntries(names.map((name) => [name, ''])));
  const index = new FakeIndex(Object.fromEntries(names.map((name, at) => [name, { defines: [`run${at}()`] }])));
  const listed = new FileNames(files);
  const kinds = [
    fileMention({ files, names: listed, open: () => [], isSecret: async () => false }),
    folderMention(files, listed),
    symbolMention(files, index),
  ];
  return { mentions: new Mentions(kinds, async () => false), index };
}

it.each(['', 'file:file', 'folder:part', 'symbol:run', 'symbol:part#run'])(
  'while suggestions for @%s are looked for, others get their turn after each slice',
  async (query) => {
    const { mentions } = setUp();
    expect(await turnsDuring(mentions.suggest(query))).toBeGreaterThanOrEqual(count);
  },
);

it('only the newest query is looked for to its end', async () => {
  const { mentions } = setUp();
  const older = mentions.suggest('f');
  await turn();
  const newest = mentions.suggest('file4');
  expect(await turnsDuring(older)).toBeLessThan(count / 10);
  expect(await older).toBeUndefined();
  expect((await newest)?.[0]?.insert).toBe('@part4/file4.js');
});

it('symbols are found by their names, without looking into the files', async () => {
  const { mentions, index } = setUp();
  const files = vi.spyOn(index, 'definitionsOf');
  expect((await mentions.suggest('symbol:run7'))?.[0]?.insert).toBe('@symbol:run7');
  expect(files.mock.calls.length).toBeLessThanOrEqual(20);
});
