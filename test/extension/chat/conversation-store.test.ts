import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LineLog } from '../../../extension/edits/line-log.ts';
import { ConversationStore } from '../../../extension/chat/conversation-store.ts';
import type { RecordLine } from '../../../extension/chat/conversation-record.ts';
import { turnsDuring } from '../../support/extension/turns-during.ts';

let folder: string;
let errors: Error[];
const open = () => new ConversationStore(folder, (error) => errors.push(error));
const said = (turn: number, text: string): RecordLine => ({
  type: 'item',
  item: { kind: 'user', id: `user-${turn}`, turn, text, queued: false },
});
const entry = (content: string) => ({ message: { role: 'user' as const, content }, ids: [1, 2, 3] });

beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'store-')), 'conversations');
  errors = [];
});

describe('conversations on disk', () => {
  it('come back as they were written', async () => {
    const store = open();
    const record = store.create();
    await store.append(record, [
      { type: 'title', title: 'Fix it', at: 5 },
      said(0, 'Fix it'),
      { type: 'turn', start: { turn: 0, epoch: 0, messages: 1 } },
      { type: 'entries', epoch: 0, from: 0, entries: [entry('a'), entry('b')], fingerprint: 'f' },
    ]);
    await store.append(record, [{ type: 'entries', epoch: 0, from: 1, entries: [entry('c')], fingerprint: 'f' }]);
    const again = await open().load(record.id);
    expect(again).toMatchObject({ title: 'Fix it', turns: [{ turn: 0, epoch: 0, messages: 1 }], fingerprint: 'f' });
    expect(again?.epochs.map((entries) => entries.map(({ message }) => message.content))).toEqual([['a', 'c']]);
    expect((await stat(path.join(folder, `${record.id}.jsonl`))).mode & 0o777).toBe(0o600);
  });

  it('leave no file before anything is said', async () => {
    open().create();
    await expect(readdir(folder)).rejects.toThrow();
  });

  it('survive a line that was cut by a crash, and go on after it', async () => {
    const store = open();
    const record = store.create();
    await store.append(record, [said(0, 'one')]);
    const file = path.join(folder, `${record.id}.jsonl`);
    await appendFile(file, '{"type":"item","item":{"kind":"us');
    const second = open();
    const again = await second.load(record.id);
    expect(again?.items).toHaveLength(1);
    if (again !== undefined) await second.append(again, [said(1, 'two')]);
    expect((await open().load(record.id))?.items).toHaveLength(2);
  });

  it('forget what came after a restored turn', async () => {
    const store = open();
    const record = store.create();
    await store.append(record, [
      said(0, 'one'),
      { type: 'turn', start: { turn: 0, epoch: 0, messages: 1 } },
      said(1, 'two'),
      { type: 'turn', start: { turn: 1, epoch: 0, messages: 4 } },
      { type: 'restore', turn: 1 },
    ]);
    expect(await open().load(record.id)).toMatchObject({ items: [{ text: 'one' }], turns: [{ turn: 0 }] });
  });

  it('are listed newest first and found by title and by what was said', async () => {
    const store = open();
    const [a, b] = [store.create(), store.create()];
    await store.append(a, [{ type: 'title', title: 'Rename things', at: 1 }, said(0, 'rename add')]);
    await store.append(b, [{ type: 'title', title: 'Fix tests', at: 2 }, said(0, 'the clamp test fails')]);
    expect((await store.list(''))?.map(({ title }) => title)).toEqual(['Fix tests', 'Rename things']);
    expect((await store.list('CLAMP'))?.map(({ id }) => id)).toEqual([b.id]);
    await store.remove(b.id);
    expect((await store.list(''))?.map(({ id }) => id)).toEqual([a.id]);
  });

  it('of another version, or no conversations at all, are left alone', async () => {
    const store = open();
    const record = store.create();
    await store.append(record, [said(0, 'x')]);
    await writeFile(path.join(folder, 'future.jsonl'), '{"type":"head","version":99,"id":"future","created":1}\n');
    await writeFile(path.join(folder, 'noise.jsonl'), 'not json\n');
    expect(await store.list('')).toHaveLength(1);
    expect(await store.load('future')).toBeUndefined();
    expect(await readFile(path.join(folder, 'future.jsonl'), 'utf8')).toContain('99');
  });

  it('that cannot be written are reported, and nothing throws', async () => {
    await writeFile(folder, 'a file where the folder should be');
    const store = open();
    await store.append(store.create(), [said(0, 'x')]);
    expect(errors).toHaveLength(1);
  });

  it('that could not be written at first are written whole with what follows', async () => {
    await writeFile(folder, 'a file where the folder should be');
    const store = open();
    const record = store.create();
    await store.append(record, [{ type: 'title', title: 'Fix it', at: 5 }, said(0, 'one')]);
    await store.append(record, [said(1, 'two')]);
    expect((await store.load(record.id))?.items, 'also before').toHaveLength(2);
    await rm(folder);
    await store.append(record, [said(2, 'three')]);
    expect(errors).toHaveLength(2);
    expect(await open().load(record.id)).toMatchObject({
      title: 'Fix it',
      items: [{}, {}, {}],
      created: record.created,
    });
    expect((await readFile(path.join(folder, `${record.id}.jsonl`), 'utf8')).match(/"head"/g)).toHaveLength(1);
  });

  it('that could not be written are written when the window closes', async () => {
    await writeFile(folder, 'a file where the folder should be');
    const store = open();
    const record = store.create();
    await store.append(record, [said(0, 'one')]);
    await rm(folder);
    await store.flush();
    expect((await open().load(record.id))?.items).toHaveLength(1);
  });

  it.each([
    ['null'],
    ['[]'],
    ['{"type":"item","item":null}'],
    ['{"type":"item","item":{"kind":"user","id":"x"}}'],
    ['{"type":"item","item":{"kind":"call","id":"x","view":{"kind":"diff"}}}'],
    ['{"type":"entries","epoch":1000000000,"from":0,"entries":[],"fingerprint":"g"}'],
    ['{"type":"entries","epoch":-1,"from":0,"entries":[],"fingerprint":"g"}'],
    ['{"type":"entries","epoch":0.5,"from":0,"entries":[],"fingerprint":"g"}'],
    ['{"type":"entries","epoch":0,"from":1,"entries":[null],"fingerprint":"g"}'],
    ['{"type":"turn","start":null}'],
    ['{"type":"head","version":1,"id":"other","created":1}'],
    ['{"type":"unknown"}'],
    ['{"type":"item","item":{"kind":"us'],
  ])('lose nothing but a line such as %s', async (line) => {
    const store = open();
    const record = store.create();
    const entries: RecordLine = { type: 'entries', epoch: 0, from: 0, entries: [entry('a')], fingerprint: 'f' };
    await store.append(record, [said(0, 'one'), entries]);
    await appendFile(path.join(folder, `${record.id}.jsonl`), `${line}\n`);
    await store.append(record, [said(1, 'two')]);
    expect(await open().load(record.id)).toMatchObject({
      id: record.id,
      items: [{ text: 'one' }, { text: 'two' }],
      epochs: [[{ message: { content: 'a' } }]],
      fingerprint: 'f',
    });
    expect(await open().list('two')).toHaveLength(1);
  });

  it('lose nothing but their first line when that is damaged', async () => {
    const store = open();
    const record = store.create();
    await store.append(record, [said(0, 'one')]);
    const file = path.join(folder, `${record.id}.jsonl`);
    await writeFile(file, (await readFile(file, 'utf8')).replace('{"type":"head"', '{"type":"he'));
    expect(await open().load(record.id)).toMatchObject({ id: record.id, items: [{ text: 'one' }] });
  });

  it('are listed beside one that cannot be read', async () => {
    const store = open();
    await store.append(store.create(), [said(0, 'one')]);
    await mkdir(path.join(folder, 'folder.jsonl'));
    expect(await open().list('')).toHaveLength(1);
    expect(errors).toHaveLength(1);
  });

  it('cannot be reached outside their folder', async () => {
    await writeFile(path.join(path.dirname(folder), 'x.jsonl'), '{"type":"head","version":1,"id":"x","created":1}\n');
    expect(await open().load('../x')).toBeUndefined();
  });

  describe('in the history', () => {
    const titles = () => path.join(folder, 'titles.json');
    /** Stores that tell which conversations they read. */
    const watched = () => {
      const reads = vi.spyOn(LineLog.prototype, 'text');
      onTestFinished(() => reads.mockRestore());
      return { store: open(), count: () => reads.mock.calls.length };
    };
    const stored = async (...words: string[]) => {
      const store = open();
      for (const [at, word] of words.entries()) {
        const record = store.create();
        await store.append(record, [{ type: 'title', title: word, at }, said(0, `please ${word} it`)]);
      }
      await store.list('');
    };

    it('are shown without being read, also by another window', async () => {
      await stored('fix', 'rename', 'explain');
      const { store, count } = watched();
      expect((await store.list(''))?.map(({ title }) => title)).toEqual(['explain', 'rename', 'fix']);
      expect(count()).toBe(0);
    });

    it('are read again when they have changed, and only those', async () => {
      await stored('fix', 'rename', 'explain');
      const other = open();
      const [newest] = (await other.list('')) ?? [];
      await other.append({ id: newest?.id ?? '', created: 0 }, [{ type: 'title', title: 'explain more', at: 9 }]);
      const { store, count } = watched();
      expect((await store.list(''))?.map(({ title }) => title)).toEqual(['explain more', 'rename', 'fix']);
      expect(count()).toBe(1);
    });

    it.each(['', 'noise', '{"version":9,"titles":{}}', '{"version":1,"titles":{"x":{"title":7}}}'])(
      'come back when their titles are damaged: %s',
      async (damage) => {
        await stored('fix', 'rename');
        await writeFile(titles(), damage);
        expect(await open().list('')).toHaveLength(2);
        const { store, count } = watched();
        expect(await store.list('')).toHaveLength(2);
        expect(count()).toBe(0);
      },
    );

    it('are gone from the titles when they were removed', async () => {
      await stored('fix', 'rename');
      const store = open();
      const [newest] = (await store.list('')) ?? [];
      await store.remove(newest?.id ?? '');
      expect((await store.list(''))?.map(({ title }) => title)).toEqual(['fix']);
      expect(await readFile(titles(), 'utf8')).not.toContain('rename');
    });

    it('are found by words with quotes and line ends', async () => {
      const store = open();
      await store.append(store.create(), [said(0, 'say "Hello"\nto all')]);
      expect(await store.list('"hello"')).toHaveLength(1);
      expect(await store.list('"hullo"')).toHaveLength(0);
    });

    it('are looked through for the newest query only', async () => {
      await stored('fix', 'rename', 'explain');
      const { store, count } = watched();
      const older = store.list('nowhere');
      const newest = store.list('RENAME it');
      expect(await older).toBeUndefined();
      expect(await newest).toHaveLength(1);
      expect(count(), 'the older query stops at the first').toBeLessThanOrEqual(4);
    });

    it('give other work its turn while they are read', async () => {
      const store = open();
      const record = store.create();
      await store.append(
        record,
        Array.from({ length: 200 }, (_, at) => said(at, 'one')),
      );
      let now = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => (now += 100));
      onTestFinished(() => void vi.restoreAllMocks());
      const loading = store.load(record.id);
      const turns = await turnsDuring(loading);
      expect((await loading)?.items).toHaveLength(200);
      expect(turns).toBeGreaterThanOrEqual(200);
    });
  });
});
