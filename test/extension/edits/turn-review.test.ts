import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FileCheckpoints } from '../../../extension/edits/file-checkpoints.ts';
import { folderReview, type FolderReview } from '../../support/extension/folder-review.ts';
import { FolderStates } from '../../support/extension/folder-states.ts';

const base = 'one\ntwo\nthree\nfour\nfive\n';
const changed = base.replace('two', 'TWO').replace('four', 'FOUR');
let work: string;
let states: FolderStates;
let review: FolderReview;
let checkpoints: FileCheckpoints;
const at = (name: string) => path.join(work, name);
const text = (name: string) => readFileSync(at(name), 'utf8');
const hunks = (name: string) => review.pending.file(at(name))?.hunks ?? [];

async function change(name: string, content: string | Buffer | undefined) {
  await checkpoints.before(at(name));
  if (content === undefined) rmSync(at(name));
  else writeFileSync(at(name), content);
  await checkpoints.after(at(name));
}

async function type(name: string, content: string) {
  writeFileSync(at(name), content);
  await review.pending.changed(at(name));
}

beforeEach(async () => {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'review-')));
  work = path.join(folder, 'work');
  states = new FolderStates();
  await states.put(at('a.js'), { disk: Buffer.from(base), buffer: undefined });
  review = folderReview(states, work);
  checkpoints = new FileCheckpoints(
    path.join(folder, 'store'),
    states,
    (file) => path.relative(work, file),
    review.turns,
    (thrown) => {
      throw thrown;
    },
  );
  await checkpoints.begin('c', 0);
});

describe('what a turn changes', () => {
  it('is pending for its conversation, with the lines that are left', async () => {
    await change('a.js', changed);
    await change('new.js', 'x\n');
    expect(checkpoints.review.files('c')).toEqual([
      { path: 'a.js', change: 'edited', added: 2, removed: 2 },
      { path: 'new.js', change: 'created', added: 1, removed: 0 },
    ]);
    expect(checkpoints.review.files('other')).toEqual([]);
    await review.pending.keep(at('a.js'), hunks('a.js').slice(0, 1));
    expect(checkpoints.review.files('c')[0]).toMatchObject({ added: 1, removed: 1 });
  });

  it('by a command is pending too', async () => {
    await checkpoints.beforeCommand(work);
    writeFileSync(at('a.js'), changed);
    writeFileSync(at('made.txt'), 'x\n');
    await checkpoints.afterCommand(work);
    expect(checkpoints.review.files('c').map((file) => [file.path, file.change])).toEqual([
      ['a.js', 'edited'],
      ['made.txt', 'created'],
    ]);
    await checkpoints.review.undo('c');
    expect([text('a.js'), existsSync(at('made.txt'))]).toEqual([base, false]);
  });

  it("by a command that the watcher heard of first is still the assistant's", async () => {
    await change('a.js', base.replace('two', 'TWO'));
    await checkpoints.beforeCommand(work);
    await type('a.js', changed);
    await checkpoints.afterCommand(work);
    expect(hunks('a.js')).toHaveLength(2);
  });

  it('that is no text has no hunks, and goes with the turn', async () => {
    writeFileSync(at('image.png'), Buffer.from([0, 1, 2]));
    await change('image.png', Buffer.from([0, 1, 3]));
    expect(checkpoints.review.files('c')).toEqual([]);
    await checkpoints.restore('c', 0, []);
    expect([...readFileSync(at('image.png'))]).toEqual([0, 1, 2]);
  });

  it('is kept or undone file by file, reviewed together and opened', async () => {
    await change('a.js', changed);
    await change('b.js', 'x\n');
    await checkpoints.review.review('c');
    expect(review.shown).toEqual([
      [
        { path: at('a.js'), before: base, exists: true },
        { path: at('b.js'), before: undefined, exists: true },
      ],
    ]);
    await checkpoints.review.open('c', 'b.js');
    expect(review.opened).toEqual([at('b.js')]);
    await checkpoints.review.undo('c', ['a.js']);
    await checkpoints.review.keep('c', ['b.js']);
    expect([text('a.js'), text('b.js'), checkpoints.review.files('c')]).toEqual([base, 'x\n', []]);
  });

  it('is kept as a whole', async () => {
    await change('a.js', changed);
    await checkpoints.keep('c', 0);
    expect(review.pending.files()).toEqual([]);
    expect(await checkpoints.isUndone('c', 0)).toBe(false);
  });
});

describe('undoing a turn', () => {
  it('settles its hunks, and leaves those of the turn before', async () => {
    await change('a.js', base.replace('two', 'TWO'));
    await checkpoints.begin('c', 1);
    await change('a.js', changed);
    await change('new.js', 'x\n');
    await checkpoints.restore('c', 1, []);
    expect(checkpoints.review.files('c')).toEqual([{ path: 'a.js', change: 'edited', added: 1, removed: 1 }]);
    await checkpoints.restore('c', 0, []);
    expect(checkpoints.review.files('c')).toEqual([]);
    expect(text('a.js')).toBe(base);
    expect(await checkpoints.isUndone('c', 0)).toBe(true);
  });

  it('needs no question when only hunks were undone since', async () => {
    await change('a.js', changed);
    await review.pending.undo(at('a.js'), hunks('a.js').slice(0, 1));
    expect(await checkpoints.restore('c', 0, [])).toEqual({ restored: [at('a.js')], conflicts: [], failed: [] });
    expect(text('a.js')).toBe(base);
  });

  it('asks when the user changed the file as well', async () => {
    await change('a.js', changed);
    await review.pending.undo(at('a.js'), hunks('a.js').slice(0, 1));
    await type('a.js', `mine\n${text('a.js')}`);
    expect(await checkpoints.restore('c', 0, [])).toEqual({ restored: [], conflicts: [at('a.js')], failed: [] });
  });
});
