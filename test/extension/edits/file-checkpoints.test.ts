import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FileCheckpoints } from '../../../extension/edits/file-checkpoints.ts';
import type { StoredPending } from '../../../extension/edits/pending-text.ts';
import { folderReview, type FolderReview } from '../../support/extension/folder-review.ts';
import { FolderStates } from '../../support/extension/folder-states.ts';

let work: string;
let store: string;
let states: FolderStates;
let checkpoints: FileCheckpoints;
let review: FolderReview;
let failures: unknown[];
const at = (name: string) => path.join(work, name);
const text = (name: string) => readFileSync(at(name), 'utf8');
const open = () =>
  new FileCheckpoints(
    store,
    states,
    (file) => path.relative(work, file),
    review.turns,
    (thrown) => failures.push(thrown),
  );

/** What a tool does: tell before, change, tell after. */
async function change(name: string, content: string | undefined) {
  await checkpoints.before(at(name));
  if (content === undefined) rmSync(at(name));
  else writeFileSync(at(name), content);
  await checkpoints.after(at(name));
}

beforeEach(async () => {
  const base = await realpath(await mkdtemp(path.join(tmpdir(), 'checkpoints-')));
  [work, store] = [path.join(base, 'work'), path.join(base, 'store')];
  states = new FolderStates();
  failures = [];
  review = folderReview(states, work);
  await states.put(at('a.js'), { disk: Buffer.from('one\r\ntwo\r\n'), buffer: undefined });
  await states.put(at('b.js'), { disk: Buffer.from([0xff, 0xfe, 0x41, 0x00]), buffer: undefined });
  checkpoints = open();
  await checkpoints.begin('c', 0);
});

describe('a turn', () => {
  it('says what it changed', async () => {
    await change('a.js', 'one\r\n2\r\nthree\r\n');
    await change('new.js', 'x\n');
    await change('b.js', undefined);
    expect(await checkpoints.changes('c', 0)).toEqual([
      { path: 'a.js', change: 'edited', added: 2, removed: 1 },
      { path: 'new.js', change: 'created', added: 1, removed: 0 },
      { path: 'b.js', change: 'deleted', added: 0, removed: 0 },
    ]);
  });

  it('is undone to the byte, also after the editor restarted', async () => {
    const before = readFileSync(at('b.js'));
    await change('a.js', 'changed');
    await change('a.js', 'changed again');
    await change('new.js', 'x');
    await change('b.js', undefined);
    checkpoints = open();
    expect((await checkpoints.restore('c', 0, [])).conflicts).toEqual([]);
    expect(text('a.js')).toBe('one\r\ntwo\r\n');
    expect(readFileSync(at('b.js')).equals(before)).toBe(true);
    expect(existsSync(at('new.js'))).toBe(false);
  });

  it('that changed a file and changed it back counts as no change', async () => {
    await change('a.js', 'x');
    await change('a.js', 'one\r\ntwo\r\n');
    expect(await checkpoints.changes('c', 0)).toEqual([]);
  });

  it('keeps unsaved text of the user, and puts it back unsaved', async () => {
    states.buffers.set(at('a.js'), 'unsaved');
    await checkpoints.before(at('a.js'));
    states.buffers.delete(at('a.js'));
    writeFileSync(at('a.js'), 'edited');
    await checkpoints.after(at('a.js'));
    await checkpoints.restore('c', 0, []);
    expect(text('a.js')).toBe('one\r\ntwo\r\n');
    expect(states.buffers.get(at('a.js'))).toBe('unsaved');
  });

  it('is shown for review with the text before it', async () => {
    await change('a.js', 'x');
    await change('new.js', 'y');
    await checkpoints.show('c', 0);
    expect(review.shown).toEqual([
      [
        { path: at('a.js'), before: 'one\r\ntwo\r\n', exists: true },
        { path: at('new.js'), before: undefined, exists: true },
      ],
    ]);
  });
});

describe('a file the user changed since', () => {
  it('is left alone and named', async () => {
    await change('a.js', 'by the agent');
    await change('new.js', 'x');
    writeFileSync(at('a.js'), 'by the user');
    expect(await checkpoints.restore('c', 0, [])).toEqual({
      restored: [at('new.js')],
      conflicts: [at('a.js')],
      failed: [],
    });
    expect(text('a.js')).toBe('by the user');
    expect((await checkpoints.restore('c', 0, [at('a.js')])).restored).toEqual([at('a.js')]);
    expect(text('a.js')).toBe('one\r\ntwo\r\n');
  });

  it('counts when the change is not saved yet', async () => {
    await change('a.js', 'by the agent');
    states.buffers.set(at('a.js'), 'by the user, unsaved');
    expect((await checkpoints.restore('c', 0, [])).conflicts).toEqual([at('a.js')]);
    expect(states.buffers.get(at('a.js'))).toBe('by the user, unsaved');
  });

  it('between two turns is kept when only the second is undone', async () => {
    await change('a.js', 'first');
    writeFileSync(at('a.js'), 'user');
    await checkpoints.begin('c', 1);
    await change('a.js', 'second');
    await checkpoints.restore('c', 1, []);
    expect(text('a.js')).toBe('user');
  });
});

describe('several turns', () => {
  it('are undone together from one on', async () => {
    await change('a.js', 'first');
    await checkpoints.begin('c', 1);
    await change('a.js', 'second');
    await change('new.js', 'x');
    await checkpoints.begin('c', 2);
    await change('new.js', 'y');
    await checkpoints.restore('c', 1, []);
    expect(text('a.js')).toBe('first');
    expect(existsSync(at('new.js'))).toBe(false);
  });

  it('that take a number again start afresh, and an interrupted one goes on', async () => {
    await change('a.js', 'first');
    await checkpoints.restore('c', 0, []);
    writeFileSync(at('a.js'), 'user');
    await checkpoints.begin('c', 0);
    await change('a.js', 'again');
    checkpoints = open();
    await checkpoints.resume('c', 0);
    await change('a.js', 'and again');
    await checkpoints.restore('c', 0, []);
    expect(text('a.js')).toBe('user');
  });
});

describe('a command', () => {
  it('is covered: what it changed, created and deleted is put back', async () => {
    expect(await checkpoints.uncovered(work)).toEqual([]);
    await checkpoints.beforeCommand(work);
    writeFileSync(at('a.js'), 'generated, longer');
    writeFileSync(at('out.txt'), 'x');
    rmSync(at('b.js'));
    expect([...(await checkpoints.afterCommand(work))].sort()).toEqual([at('a.js'), at('b.js'), at('out.txt')]);
    await checkpoints.restore('c', 0, []);
    expect(text('a.js')).toBe('one\r\ntwo\r\n');
    expect(existsSync(at('b.js'))).toBe(true);
    expect(existsSync(at('out.txt'))).toBe(false);
  });

  it('never deletes what it could not cover', async () => {
    writeFileSync(at('large.bin'), Buffer.alloc(2 << 20));
    await checkpoints.beforeCommand(work);
    writeFileSync(at('large.bin'), 'small now');
    expect(await checkpoints.afterCommand(work)).toEqual([]);
    await checkpoints.restore('c', 0, []);
    expect(text('large.bin')).toBe('small now');
  });

  it('says what it cannot cover', async () => {
    writeFileSync(at('big.bin'), Buffer.alloc((1 << 20) + 1));
    expect(await checkpoints.uncovered(work)).toEqual(['1 files over 1 MB cannot be restored.']);
    expect(existsSync(store)).toBe(false); // asked before the user has allowed the command: nothing is saved yet
    await checkpoints.beforeCommand(work);
    expect(existsSync(store)).toBe(true);
  });
});

describe('a disk that fails', () => {
  const contents = () => path.join(store, 'contents');
  const log = () => path.join(store, 'c.jsonl');
  /** Puts a file where the folder of contents is, as if nothing more could be written. */
  const fill = () => {
    renameSync(contents(), `${contents()}.aside`);
    writeFileSync(contents(), '');
  };
  const free = () => {
    rmSync(contents());
    renameSync(`${contents()}.aside`, contents());
  };

  it('before a change refuses it', async () => {
    await change('new.js', 'x');
    fill();
    await expect(checkpoints.before(at('a.js'))).rejects.toThrow();
    free();
  });

  it('after a change leaves it undoable, in this window and in the next', async () => {
    for (const next of [false, true]) {
      await checkpoints.before(at('a.js'));
      writeFileSync(at('a.js'), 'changed');
      fill();
      await checkpoints.after(at('a.js'));
      free();
      expect(failures.splice(0)).toHaveLength(1);
      if (next) checkpoints = open();
      expect(await checkpoints.changes('c', 0)).toEqual([{ path: 'a.js', change: 'edited', added: 1, removed: 2 }]);
      expect(await checkpoints.restore('c', 0, [at('a.js')])).toMatchObject({ restored: [at('a.js')] });
      expect(text('a.js')).toBe('one\r\ntwo\r\n');
      await checkpoints.begin('c', 0);
    }
  });

  it('asks before it undoes a change whose end nobody knows', async () => {
    await checkpoints.before(at('a.js'));
    writeFileSync(at('a.js'), 'changed');
    review = folderReview(states, work);
    checkpoints = open();
    expect(await checkpoints.restore('c', 0, [])).toEqual({ restored: [], conflicts: [at('a.js')], failed: [] });
  });

  it('while a line is written loses no line', async () => {
    await change('a.js', 'first');
    const saved = readFileSync(log());
    rmSync(log());
    mkdirSync(log());
    await checkpoints.before(at('a.js'));
    writeFileSync(at('a.js'), 'second');
    await checkpoints.after(at('a.js'));
    expect(failures.length).toBeGreaterThan(0);
    rmSync(log(), { recursive: true });
    writeFileSync(log(), saved);
    await change('new.js', 'x');
    checkpoints = open();
    expect((await checkpoints.restore('c', 0, [])).conflicts).toEqual([]);
    expect(text('a.js')).toBe('one\r\ntwo\r\n');
  });

  it('that damaged one stored copy costs that file only', async () => {
    await change('a.js', 'changed');
    await change('b.js', 'changed');
    const name = createHash('sha256').update('one\r\ntwo\r\n').digest('hex');
    writeFileSync(path.join(contents(), name.slice(0, 2), name), 'damaged');
    checkpoints = open();
    expect((await checkpoints.changes('c', 0)).map(({ path: file }) => file)).toEqual(['a.js', 'b.js']);
    await checkpoints.show('c', 0);
    expect(await checkpoints.restore('c', 0, [])).toEqual({
      restored: [at('b.js')],
      conflicts: [],
      failed: [at('a.js')],
    });
  });

  it.each([
    'null',
    '{"turn":0}',
    '{"turn":0,"path":"/x","before":null,"after":null}',
    '{"begins":"x"}',
    '{"turn":0,"pa',
  ])('that left a line such as %s costs that line only', async (line) => {
    await change('a.js', 'changed');
    appendFileSync(log(), line);
    checkpoints = open();
    await checkpoints.resume('c', 0);
    await change('new.js', 'x');
    checkpoints = open();
    expect((await checkpoints.restore('c', 0, [])).restored).toEqual([at('a.js'), at('new.js')]);
  });

  it('never makes a path of what stands in a line', async () => {
    await change('new.js', 'x');
    writeFileSync(at('secret'), 'secret');
    const state = { disk: '../../work/secret', buffer: null };
    appendFileSync(log(), `${JSON.stringify({ turn: 0, path: at('a.js'), before: state, after: state })}\n`);
    checkpoints = open();
    expect((await checkpoints.changes('c', 0)).map(({ path: file }) => file)).toEqual(['new.js']);
  });
});

it('counts of long and re-ended texts are those of the review', async () => {
  const lines = Array.from({ length: 150_000 }, (_, at) => `line ${at} of a long file`);
  await states.put(at('long.js'), { disk: Buffer.from(lines.join('\r\n')), buffer: undefined });
  lines[70_000] = 'changed';
  await change('long.js', lines.join('\n'));
  const counted = { path: 'long.js', change: 'edited', added: 1, removed: 1 };
  expect(await checkpoints.changes('c', 0)).toEqual([counted]);
  expect(review.turns.files('c')).toEqual([counted]);
});

describe.skipIf(process.platform === 'win32')('a symlink that was deleted', () => {
  beforeEach(() => symlinkSync('a.js', at('link.js')));

  it('is a symlink again when the turn is undone', async () => {
    await change('link.js', undefined);
    expect(await checkpoints.changes('c', 0)).toEqual([{ path: 'link.js', change: 'deleted', added: 0, removed: 2 }]);
    checkpoints = open();
    expect(await checkpoints.restore('c', 0, [])).toMatchObject({ restored: [at('link.js')] });
    expect(readlinkSync(at('link.js'))).toBe('a.js');
    expect(await checkpoints.isUndone('c', 0)).toBe(true);
    expect(text('a.js')).toBe('one\r\ntwo\r\n');
  });

  it('is a symlink again when its change is undone, also in the next window', async () => {
    let stored: readonly StoredPending[] = [];
    const storage = {
      load: async () => stored,
      save: async (files: readonly StoredPending[]) => {
        stored = JSON.parse(JSON.stringify(files)) as StoredPending[];
      },
    };
    review = folderReview(states, work, storage);
    checkpoints = open();
    await checkpoints.begin('c', 0);
    await change('link.js', undefined);
    await review.pending.settled();
    review = folderReview(states, work, storage);
    await review.pending.restore();
    await review.pending.undoAll();
    expect(readlinkSync(at('link.js'))).toBe('a.js');
    expect(review.pending.files()).toEqual([]);
  });
});
