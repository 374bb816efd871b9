// Faked: the threads, which run in this one; the listing and the events of the editor, which come late; the clock.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from '../../support/fast-check.ts';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ThreadedIndex } from '../../../extension/context/threaded-index.ts';
import { inProcessThreads } from '../../support/extension/in-process-thread.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await turn();
}

/** A folder that an index follows. */
class Disk {
  readonly folder = temporaryFolder();
  readonly storage = path.join(temporaryFolder(), 'index');
  /** Folders that the project ignores. */
  readonly ignored = new Set<string>();
  /** What each listing was asked for. */
  readonly listings: (readonly string[] | undefined)[] = [];
  /** Turns of the event loop that a listing takes after it has looked. */
  listingTurns = 0;
  /** Called while a listing runs, after it has looked. */
  whileListing: () => void = () => undefined;
  #written = 0;

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** Writes a source that defines a new function; a file where a folder must be gives way, and the other way round. */
  write(name: string): void {
    const folders = name.split('/').slice(0, -1);
    for (const at of folders.keys()) {
      const outer = this.at(folders.slice(0, at + 1).join('/'));
      if (existsSync(outer) && !statSync(outer).isDirectory()) rmSync(outer);
      mkdirSync(outer, { recursive: true });
    }
    if (existsSync(this.at(name)) && statSync(this.at(name)).isDirectory()) rmSync(this.at(name), { recursive: true });
    writeFileSync(this.at(name), `def function_${this.#written++}(): pass\n`);
  }

  names(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.folder, path.join(entry.parentPath, entry.name)))
      .filter((name) => ![...this.ignored].some((folder) => name.startsWith(`${folder}/`)))
      .sort();
  }

  open(): ThreadedIndex {
    const index = new ThreadedIndex({
      startThread: inProcessThreads(this.storage).start,
      relative: (absolute) => path.relative(this.folder, absolute),
      threads: 2,
      log: () => undefined,
      list: async (places) => {
        this.listings.push(places);
        const names = this.names().filter(
          (name) => places === undefined || places.some((place) => `${this.at(name)}/`.startsWith(`${place}/`)),
        );
        this.whileListing();
        await turns(this.listingTurns);
        return [{ folder: this.folder, names }];
      },
    });
    onTestFinished(() => index.dispose());
    return index;
  }
}

function contents(disk: Disk, index: ThreadedIndex): Record<string, readonly string[]> {
  return Object.fromEntries(
    index
      .files()
      .map((file) => [path.relative(disk.folder, file.path), file.definitions.map(({ name }) => name)] as const),
  );
}

const folders = ['a', 'a/b', 'c', 'out'];
const files = ['x.py', ...folders.flatMap((folder) => [`${folder}/x.py`, `${folder}/y.py`, `${folder}/notes.txt`])];
const anyFile = fc.constantFrom(...files);
const anyPlace = fc.constantFrom(...files, ...folders);
const operation = fc.oneof(
  fc.record({ does: fc.constant('write' as const), name: anyFile }),
  fc.record({ does: fc.constant('remove' as const), name: anyPlace }),
  fc.record({ does: fc.constant('rename' as const), name: anyPlace, to: anyPlace }),
  fc.record({ does: fc.constant('type' as const), name: anyFile }),
  fc.record({ does: fc.constant('close' as const), name: anyFile }),
  fc.record({ does: fc.constant('ignore' as const), name: fc.constantFrom('out', 'a/b') }),
  fc.record({ does: fc.constant('time' as const), turns: fc.nat(100) }),
);

it('after any changes, whenever they come, the index equals one made afresh', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(operation, fc.nat(8)), { minLength: 5, maxLength: 25 }),
      fc.nat(20),
      fc.boolean(),
      async (operations, listingTurns, isRead) => {
        const disk = new Disk();
        disk.write('a/x.py');
        disk.listingTurns = listingTurns;
        const index = disk.open();
        const ready = index.ready();
        if (isRead) await ready;
        const open = new Set<string>();
        let told: Promise<unknown> = Promise.resolve();
        /** Events come in order, and late. */
        const tell = (lag: number, event: () => void): void => {
          told = told.then(async () => turns(lag)).then(event);
        };
        for (const [change, lag] of operations) {
          switch (change.does) {
            case 'write':
              disk.write(change.name);
              tell(lag, () => index.note([disk.at(change.name)]));
              break;
            case 'remove':
              if (!existsSync(disk.at(change.name))) break;
              rmSync(disk.at(change.name), { recursive: true });
              tell(lag, () => index.note([disk.at(change.name)]));
              break;
            case 'rename': {
              const { name, to } = change;
              if (!existsSync(disk.at(name)) || existsSync(disk.at(to)) || to.startsWith(`${name}/`)) break;
              if (!existsSync(path.dirname(disk.at(to)))) break;
              if (!statSync(path.dirname(disk.at(to))).isDirectory()) break;
              renameSync(disk.at(name), disk.at(to));
              tell(lag, () => index.note([disk.at(name), disk.at(to)]));
              break;
            }
            case 'type':
              if (!index.has(disk.at(change.name))) break;
              open.add(change.name);
              index.change(disk.at(change.name), 'python', () => 'def typed(): pass\n', [
                { from: 0, removed: 0, text: '' },
              ]);
              break;
            case 'close':
              open.delete(change.name);
              index.close(disk.at(change.name));
              break;
            case 'ignore':
              if (!disk.ignored.delete(change.name)) disk.ignored.add(change.name);
              tell(lag, () => index.noteAll());
              break;
            case 'time':
              vi.advanceTimersByTime(400);
              await turns(change.turns);
              break;
          }
        }
        await ready;
        await told;
        for (const name of open) index.close(disk.at(name));
        await index.settled();
        const found = contents(disk, index);
        index.dispose();
        const afresh = disk.open();
        await afresh.ready();
        expect(Object.keys(found)).toEqual(disk.names().filter((name) => name.endsWith('.py')));
        expect(found).toEqual(contents(disk, afresh));
        afresh.dispose();
      },
    ),
    { numRuns: 40 },
  );
}, 240_000);

describe('an index', () => {
  const setUp = async (...names: readonly string[]) => {
    const disk = new Disk();
    for (const name of names) disk.write(name);
    const index = disk.open();
    await index.ready();
    disk.listings.length = 0;
    return { disk, index };
  };

  it('has files that come while a listing runs', async () => {
    const { disk, index } = await setUp('a/x.py');
    disk.whileListing = () => {
      disk.whileListing = () => undefined;
      disk.write('c/y.py');
      index.note([disk.at('c/y.py')]);
    };
    index.noteAll();
    await index.settled();
    expect(Object.keys(contents(disk, index))).toEqual(['a/x.py', 'c/y.py']);
  });

  it('has what is in a folder that took the place of a file', async () => {
    const { disk, index } = await setUp('a/x.py', 'c.py');
    rmSync(disk.at('c.py'));
    renameSync(disk.at('a'), disk.at('c.py'));
    index.note([disk.at('a'), disk.at('c.py')]);
    await index.settled();
    expect(Object.keys(contents(disk, index))).toEqual(['c.py/x.py']);
  });

  it('lists nothing for files that went again, and nothing whole for ignored and unknown ones', async () => {
    const { disk, index } = await setUp('a/x.py');
    disk.ignored.add('out');
    disk.write('out/y.py');
    disk.write('a/notes.txt');
    index.note([disk.at('a/index.lock'), disk.at('a/notes.txt')]);
    await index.settled();
    expect(disk.listings).toEqual([]);
    index.note([disk.at('out/y.py')]);
    await index.settled();
    expect(disk.listings).toEqual([[disk.at('out/y.py')]]);
    expect(Object.keys(contents(disk, index))).toEqual(['a/x.py']);
  });

  it('looks after at most one and a half seconds while changes keep coming', async () => {
    const { disk, index } = await setUp('a/x.py');
    disk.write('a/y.py');
    index.note([disk.at('a/y.py')]);
    for (let at = 0; at < 15; at++) {
      vi.advanceTimersByTime(100);
      index.note([disk.at('a/index.lock')]);
    }
    await vi.waitUntil(() => index.has(disk.at('a/y.py')));
  });

  it('takes one listing of the folders around them for very many new files', async () => {
    const { disk, index } = await setUp('a/x.py');
    const names = Array.from({ length: 600 }, (_, at) => `a/many/f${at}.py`);
    for (const name of names) disk.write(name);
    index.note(names.map((name) => disk.at(name)));
    await index.settled();
    expect(disk.listings).toEqual([[disk.at('a/many')]]);
    expect(index.files()).toHaveLength(601);
  });

  it('tries again what failed with the next change', async () => {
    const { disk, index } = await setUp('a/x.py');
    disk.write('a/y.py');
    disk.whileListing = () => {
      throw new Error('too many open files');
    };
    index.note([disk.at('a/y.py')]);
    await index.settled();
    disk.whileListing = () => undefined;
    index.note([disk.at('a/index.lock')]);
    await index.settled();
    expect(Object.keys(contents(disk, index))).toEqual(['a/x.py', 'a/y.py']);
  });
});
