// Real: files, folders and links on disk, and the checkpoints. Faked: the editor.
import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FileCheckpoints } from '../../../extension/edits/file-checkpoints.ts';
import { diskStateOf, writeBytes } from '../../../extension/edits/file-place.ts';
import { folderReview } from '../../support/extension/folder-review.ts';
import { FolderStates } from '../../support/extension/folder-states.ts';

let work: string;
let outside: string;
let checkpoints: FileCheckpoints;
let faults: unknown[];
const at = (name: string) => path.join(work, name);

beforeEach(async () => {
  faults = [];
  const base = await realpath(await mkdtemp(path.join(tmpdir(), 'places-')));
  [work, outside] = [path.join(base, 'work'), path.join(base, 'outside')];
  await mkdir(path.join(work, 'src'), { recursive: true });
  await mkdir(outside);
  writeFileSync(at('src/a.js'), 'mine\n');
  writeFileSync(at('b.js'), 'b\n');
  writeFileSync(path.join(outside, 'a.js'), 'not ours\n');
  const states = new FolderStates(work);
  const review = folderReview(states, work);
  checkpoints = new FileCheckpoints(
    path.join(base, 'store'),
    states,
    (file) => path.relative(work, file),
    review.turns,
    (thrown) => faults.push(thrown),
  );
  await checkpoints.begin('c', 0);
});

async function change(name: string, act: () => void): Promise<void> {
  await checkpoints.before(at(name));
  act();
  await checkpoints.after(at(name));
}

/** Undoes the turn, whoever has changed its files. */
const undo = () => checkpoints.restore('c', 0, [at('src/a.js'), at('b.js'), at('link.js')]);

describe('undoing a turn', () => {
  it('puts a file back in place of the link that it became, and leaves what that leads to', async () => {
    await change('src/a.js', () => writeFileSync(at('src/a.js'), 'changed\n'));
    rmSync(at('src/a.js'));
    symlinkSync(path.join(outside, 'a.js'), at('src/a.js'));
    await undo();
    expect(lstatSync(at('src/a.js')).isSymbolicLink()).toBe(false);
    expect(readFileSync(at('src/a.js'), 'utf8')).toBe('mine\n');
    expect(readFileSync(path.join(outside, 'a.js'), 'utf8')).toBe('not ours\n');
  });

  it('does the same for a link within the workspace, and for one that leads nowhere yet', async () => {
    await change('src/a.js', () => writeFileSync(at('src/a.js'), 'changed\n'));
    await change('new.js', () => writeFileSync(at('new.js'), 'made\n'));
    for (const [name, target] of [
      ['src/a.js', '../b.js'],
      ['new.js', path.join(outside, 'none.js')],
    ] as const) {
      rmSync(at(name));
      symlinkSync(target, at(name));
    }
    await checkpoints.restore('c', 0, [at('src/a.js'), at('new.js')]);
    expect(readFileSync(at('src/a.js'), 'utf8')).toBe('mine\n');
    expect(readFileSync(at('b.js'), 'utf8')).toBe('b\n');
    expect([existsSync(at('new.js')), existsSync(path.join(outside, 'none.js'))]).toEqual([false, false]);
  });

  it('refuses where a folder leads out of the workspace now, and restores the other files', async () => {
    await change('src/a.js', () => writeFileSync(at('src/a.js'), 'changed\n'));
    await change('b.js', () => writeFileSync(at('b.js'), 'changed\n'));
    renameSync(at('src'), at('old'));
    symlinkSync(outside, at('src'));
    expect((await undo()).failed).toEqual([at('src/a.js')]);
    expect(String(faults[0])).toMatch(/leads out of the workspace/);
    expect(readFileSync(path.join(outside, 'a.js'), 'utf8')).toBe('not ours\n');
    expect(readFileSync(at('b.js'), 'utf8')).toBe('b\n');
  });

  it('deletes nothing through a folder that leads out of the workspace', async () => {
    await change('src/new.js', () => writeFileSync(at('src/new.js'), 'made\n'));
    writeFileSync(path.join(outside, 'new.js'), 'not ours\n');
    renameSync(at('src'), at('old'));
    symlinkSync(outside, at('src'));
    expect((await checkpoints.restore('c', 0, [at('src/new.js')])).failed).toEqual([at('src/new.js')]);
    expect(String(faults[0])).toMatch(/leads out of the workspace/);
    expect(readFileSync(path.join(outside, 'new.js'), 'utf8')).toBe('not ours\n');
  });

  it('brings a link back that was deleted or replaced by a file', async () => {
    symlinkSync('b.js', at('link.js'));
    await change('link.js', () => rmSync(at('link.js')));
    await undo();
    expect(readlinkSync(at('link.js'))).toBe('b.js');
    await checkpoints.begin('c', 1);
    await change('link.js', () => {
      rmSync(at('link.js'));
      writeFileSync(at('link.js'), 'a file now\n');
    });
    await checkpoints.restore('c', 1, []);
    expect([readlinkSync(at('link.js')), readFileSync(at('b.js'), 'utf8')]).toEqual(['b.js', 'b\n']);
  });

  it('restores what a link within the workspace leads to, by the link', async () => {
    symlinkSync('b.js', at('link.js'));
    await change('link.js', () => writeFileSync(at('link.js'), 'changed\n'));
    expect(readFileSync(at('b.js'), 'utf8')).toBe('changed\n');
    await undo();
    expect([readlinkSync(at('link.js')), readFileSync(at('b.js'), 'utf8')]).toEqual(['b.js', 'b\n']);
  });
});

describe('the state of a path', () => {
  it('does not hold what a link leads to outside of the workspace', async () => {
    symlinkSync(path.join(outside, 'a.js'), at('link.js'));
    expect(await diskStateOf(at('link.js'), async () => true)).toEqual({
      disk: undefined,
      link: path.join(outside, 'a.js'),
    });
  });

  it('is not written through a link that comes at the last moment', async () => {
    symlinkSync(path.join(outside, 'a.js'), at('late.js'));
    await expect(writeBytes(at('late.js'), Buffer.from('x'), undefined)).rejects.toThrow(/ELOOP/);
    expect(readFileSync(path.join(outside, 'a.js'), 'utf8')).toBe('not ours\n');
  });
});
