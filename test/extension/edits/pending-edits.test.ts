import { beforeEach, describe, expect, it } from 'vitest';
import { PendingEdits } from '../../../extension/edits/pending-edits.ts';
import { MemoryStorage, MemoryTexts } from '../../support/memory-texts.ts';
import { editText, randomText, seeded, type Random } from '../../support/seeded-edits.ts';

const uri = 'file:///w/a.js';
const base = 'one\ntwo\nthree\nfour\nfive\nsix\n';
let texts: MemoryTexts;
let storage: MemoryStorage;
let pending: PendingEdits;
const open = () => new PendingEdits(texts, storage, (thrown) => { throw thrown; });
const text = () => texts.texts.get(uri);
const hunks = () => pending.file(uri)?.hunks ?? [];

async function assistant(to: string | undefined, of = uri, source?: string) {
  pending.begin(of, texts.texts.get(of), source);
  await texts.write(of, to);
  await pending.end(of);
}

async function user(to: string | undefined, of = uri) {
  if (to === undefined) texts.texts.delete(of);
  else texts.texts.set(of, to);
  await pending.changed(of);
}

/** The window is closed and opened again. */
async function reload() {
  await pending.settled();
  pending = open();
  await pending.restore();
}

beforeEach(() => {
  texts = new MemoryTexts();
  storage = new MemoryStorage();
  pending = open();
  texts.texts.set(uri, base);
});

describe('pending edits', () => {
  it('are what the assistant changed, hunk by hunk', async () => {
    await assistant(base.replace('two', 'TWO').replace('five', 'FIVE'), uri, 'chat-1');
    expect(pending.files()).toMatchObject([{ uri, created: false, deleted: false, baseline: base, sources: ['chat-1'] }]);
    expect(hunks().map((hunk) => hunk.newStart)).toEqual([1, 4]);
  });

  it('are kept one by one: the text stays and the baseline follows', async () => {
    await assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    await pending.keep(uri, hunks().slice(0, 1));
    expect(text()).toBe(base.replace('two', 'TWO').replace('five', 'FIVE'));
    expect(hunks()).toHaveLength(1);
    await pending.undo(uri);
    expect(text()).toBe(base.replace('two', 'TWO'));
    expect(pending.files()).toEqual([]);
  });

  it('are undone one by one, in one write each', async () => {
    await assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    const before = texts.writes;
    await pending.undo(uri, hunks().slice(1));
    expect(text()).toBe(base.replace('two', 'TWO'));
    expect(texts.writes).toBe(before + 1);
  });

  it('of several edits add up against the first baseline, and one that takes itself back is none', async () => {
    await assistant(base.replace('two', 'TWO'));
    await assistant(base.replace('two', '2'));
    expect(pending.file(uri)?.baseline).toBe(base);
    await assistant(base);
    expect(pending.files()).toEqual([]);
  });

  it('that are streamed are seen while they come', async () => {
    pending.begin(uri, base, 'inline');
    texts.texts.set(uri, base.replace('two', 'TW'));
    await pending.changed(uri);
    expect(pending.file(uri)).toMatchObject({ changing: true, baseline: base });
    texts.texts.set(uri, base.replace('two', 'TWO'));
    await pending.end(uri);
    expect(pending.file(uri)).toMatchObject({ changing: false, baseline: base, current: base.replace('two', 'TWO') });
  });

  it('tell of every change', async () => {
    let calls = 0;
    const stop = pending.onChange(() => calls++);
    await assistant('x\n');
    expect(calls).toBeGreaterThan(0);
    stop();
    calls = 0;
    await pending.keepAll();
    expect(calls).toBe(0);
  });

  it('of all files are kept or undone together', async () => {
    const other = 'untitled:Untitled-1';
    texts.texts.set(other, 'x\n');
    await assistant('1\n');
    await assistant('2\n', other);
    await pending.undoAll();
    expect([text(), texts.texts.get(other)]).toEqual([base, 'x\n']);
    await assistant('1\n');
    await assistant('2\n', other);
    await pending.keepAll();
    expect([text(), texts.texts.get(other), pending.files()]).toEqual(['1\n', '2\n', []]);
  });
});

describe('files that come and go', () => {
  it('created by the assistant are deleted by undoing, empty ones too', async () => {
    for (const content of ['new\n', '']) {
      await assistant(content, 'file:///w/new.js');
      expect(pending.file('file:///w/new.js')).toMatchObject({ created: true });
      await pending.undo('file:///w/new.js');
      expect(texts.texts.has('file:///w/new.js')).toBe(false);
    }
  });

  it('deleted by the assistant are there again, with their line ends', async () => {
    texts.texts.set(uri, 'a\r\nb\nc');
    await assistant(undefined);
    expect(pending.file(uri)).toMatchObject({ deleted: true });
    await pending.undo(uri);
    expect(text()).toBe('a\r\nb\nc');
  });

  it('deleted by the user are out of the review, and in it again when they are back', async () => {
    await assistant(base.replace('two', 'TWO'));
    await user(undefined);
    expect(pending.files()).toEqual([]);
    await user(base.replace('two', 'TWO'));
    expect(hunks()).toHaveLength(1);
  });

  it('deleted by the assistant and made anew by the user are the user\'s', async () => {
    await assistant(undefined);
    await user('mine\n');
    expect(pending.files()).toEqual([]);
    await pending.undoAll();
    expect(text()).toBe('mine\n');
  });

  it('renamed, alone or with their folder, keep their hunks', async () => {
    await assistant(base.replace('two', 'TWO'));
    texts.texts.set('file:///v/a.js', texts.texts.get(uri) ?? '');
    texts.texts.delete(uri);
    await pending.changed(uri);
    await pending.renamed('file:///w', 'file:///v');
    expect(pending.files().map((file) => [file.uri, file.hunks.length])).toEqual([['file:///v/a.js', 1]]);
    await pending.undoAll();
    expect(texts.texts.get('file:///v/a.js')).toBe(base);
  });
});

describe('the user\'s own edits', () => {
  const changed = base.replace('two', 'TWO').replace('five', 'FIVE');

  it('elsewhere move the hunks, and survive undoing', async () => {
    await assistant(changed);
    await user(`mine\n${changed.replace('four', 'four!')}`);
    expect(hunks().map((hunk) => hunk.newStart)).toEqual([2, 5]);
    await pending.undoAll();
    expect(text()).toBe(`mine\n${base.replace('four', 'four!')}`);
  });

  it('in a hunk make it theirs: undoing leaves it alone', async () => {
    await assistant(changed);
    await user(changed.replace('TWO', 'TWO and a half'));
    expect(hunks()).toHaveLength(1);
    await pending.undoAll();
    expect(text()).toBe(base.replace('two', 'TWO and a half'));
  });

  it('in a hunk that the editor\'s undo takes back leave it pending again', async () => {
    await assistant(changed);
    await user(changed.replace('TWO', 'TWOx'));
    await user(changed);
    expect(hunks()).toHaveLength(2);
  });

  it('beside a hunk leave it the assistant\'s', async () => {
    await assistant(changed);
    await user(changed.replace('TWO\n', 'before\nTWO\nafter\n'));
    await pending.undoAll();
    expect(text()).toBe(base.replace('two\n', 'before\ntwo\nafter\n'));
  });

  it('between two edits of the assistant are not its own', async () => {
    await assistant(base.replace('two', 'TWO'));
    texts.texts.set(uri, `mine\n${base.replace('two', 'TWO')}`);
    await assistant(`mine\n${changed}`);
    await pending.undoAll();
    expect(text()).toBe(`mine\n${base}`);
  });

  it('while a hunk is decided on do not turn the decision to another one', async () => {
    await assistant(changed);
    const [, second] = hunks();
    texts.texts.set(uri, `mine\n${changed}`); // not told of yet
    await pending.undo(uri, second === undefined ? [] : [second]);
    expect(text()).toBe(`mine\n${base.replace('two', 'TWO')}`);
    const [first] = hunks();
    texts.texts.set(uri, `mine\n${base.replace('two', 'theirs')}`);
    await pending.undo(uri, first === undefined ? [] : [first]);
    expect(text()).toBe(`mine\n${base.replace('two', 'theirs')}`);
  });

  it('in a file that the assistant created make it theirs', async () => {
    await assistant('a\nb\nc\n', 'file:///w/new.js');
    await user('a\nB\nc\n', 'file:///w/new.js');
    await pending.undoAll();
    expect(texts.texts.get('file:///w/new.js')).toBe('a\nB\nc\n');
  });
});

describe('the editor', () => {
  it('takes back an undone hunk with its own undo: it is pending again', async () => {
    const changed = base.replace('two', 'TWO');
    await assistant(changed);
    await pending.undo(uri);
    expect(pending.files()).toEqual([]);
    await user(changed);
    expect(hunks()).toHaveLength(1);
    await user(base);
    expect(pending.files()).toEqual([]);
  });

  it('may have one kind of line end where the file had two: undoing all gives the file as it was', async () => {
    const mixed = 'one\r\ntwo\nthree\r\n';
    texts.texts.set(uri, mixed);
    await assistant('one\r\nTWO\r\nthree\r\n');
    expect(hunks()).toHaveLength(1);
    await pending.undoAll();
    expect(text()).toBe(mixed);
  });

  it('may change all line ends: nothing to decide on', async () => {
    await assistant(base.replace('two', 'TWO'));
    await user(base.replace('two', 'TWO').replaceAll('\n', '\r\n'));
    expect(hunks()).toHaveLength(1);
    await assistant(base.replace('two', 'TWO'));
    expect(hunks()).toHaveLength(1);
  });

  it('may format what undoing leaves: that is not the assistant\'s', async () => {
    await assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    texts.format = (of) => of.replace('six\n', 'six;\n');
    await pending.undo(uri, hunks().slice(0, 1));
    expect(hunks()).toHaveLength(1);
    await pending.undoAll();
    expect(text()).toBe(base.replace('six', 'six;'));
  });
});

describe('a reload', () => {
  it('keeps what is pending', async () => {
    await assistant(base.replace('two', 'TWO').replace('five', 'FIVE'), uri, 'c1');
    await pending.keep(uri, hunks().slice(0, 1));
    await reload();
    expect(pending.file(uri)).toMatchObject({ sources: ['c1'], baseline: base.replace('two', 'TWO') });
    await pending.undoAll();
    expect(text()).toBe(base.replace('two', 'TWO'));
  });

  it('takes what changed meanwhile for the user\'s', async () => {
    await assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    await pending.settled();
    texts.texts.set(uri, `mine\n${base.replace('two', 'TWO').replace('five', '5')}`);
    await reload();
    expect(hunks().map((hunk) => hunk.newStart)).toEqual([2]);
    await pending.undoAll();
    expect(text()).toBe(`mine\n${base.replace('five', '5')}`);
  });

  it('in the middle of a change leaves the change to decide on', async () => {
    pending.begin(uri, base);
    await pending.settled();
    texts.texts.set(uri, base.replace('two', 'TWO'));
    await reload();
    expect(hunks()).toHaveLength(1);
  });

  it('finds unsaved text of the editor when that is open a moment later', async () => {
    const unsaved = base.replace('two', 'TWO');
    await assistant(unsaved);
    texts.texts.set(uri, base); // on disk
    await reload();
    expect(pending.files()).toEqual([]);
    await user(unsaved);
    expect(hunks()).toHaveLength(1);
  });

  it('keeps created and deleted files', async () => {
    await assistant(undefined);
    await assistant('x\n', 'file:///w/new.js');
    await reload();
    expect(pending.files().map((file) => [file.uri, file.created, file.deleted])).toEqual([[uri, false, true], ['file:///w/new.js', true, false]]);
    await pending.undoAll();
    expect([...texts.texts]).toEqual([[uri, base]]);
  });
});

describe('random sequences', () => {
  const mine = (random: Random, count: { value: number }) => () => `mine ${count.value++} ${random.below(3)}`;
  const rounds = 400;

  it('without the user: undoing all gives the first text to the byte, keeping all the last one', async () => {
    for (let seed = 0; seed < rounds; seed++) {
      const random = seeded(seed);
      const first = randomText(random, 30);
      for (const decision of ['undo', 'keep'] as const) {
        storage = new MemoryStorage();
        pending = open();
        texts.texts.set(uri, first);
        let last = first;
        for (let step = random.below(4); step >= 0; step--) {
          last = editText(random, last, 1 + random.below(4));
          await assistant(last);
          if (random.below(3) === 0) await reload();
        }
        await (decision === 'undo' ? pending.undoAll() : pending.keepAll());
        expect(text(), `seed ${seed}`).toBe(decision === 'undo' ? first : last);
        expect(pending.files()).toEqual([]);
      }
    }
  });

  it('with the user: undoing never loses a line of theirs, keeping changes nothing, and nothing stays pending', async () => {
    for (let seed = 0; seed < rounds; seed++) {
      const random = seeded(seed);
      const count = { value: 0 };
      storage = new MemoryStorage();
      pending = open();
      let now = randomText(random, 25);
      texts.texts.set(uri, now);
      for (let step = 0; step < 6; step++) {
        switch (random.below(5)) {
          case 0: case 1: await assistant(editText(random, text() ?? '', 1 + random.below(3), () => `assistant ${random.below(5)}`)); break;
          case 2: await user(editText(random, text() ?? '', 1 + random.below(2), mine(random, count))); break;
          case 3: {
            const chosen = hunks().filter(() => random.below(2) === 0);
            now = text() ?? '';
            if (random.below(2) === 0) {
              await pending.keep(uri, chosen);
              expect(text()).toBe(now);
            } else await pending.undo(uri, chosen);
            break;
          }
          default: await reload();
        }
      }
      now = text() ?? '';
      const theirs = now.match(/^mine \d+ \d/gm) ?? [];
      await pending.undoAll();
      expect(text()?.match(/^mine \d+ \d/gm) ?? [], `seed ${seed}`).toEqual(expect.arrayContaining(theirs));
      expect(pending.files()).toEqual([]);
    }
  });

  it('of the user alone leave no hunk, and their edits away from the hunks leave each as it is', async () => {
    for (let seed = 0; seed < rounds; seed++) {
      const random = seeded(seed);
      const count = { value: 0 };
      storage = new MemoryStorage();
      pending = open();
      const lines = Array.from({ length: 30 }, (_, at) => `line ${at}\n`);
      texts.texts.set(uri, lines.join(''));
      const at = 10 + random.below(8);
      await assistant([...lines.slice(0, at), 'assistant\n', ...lines.slice(at + random.below(3))].join(''));
      const before = hunks().map(({ oldLines, newLines }) => [oldLines, newLines]);
      const found = text() ?? '';
      const cut = found.indexOf('line 5\n');
      await user(editText(random, found.slice(0, cut), 1 + random.below(4), mine(random, count)).replace(/(?<!\n)$/, '\n') + found.slice(cut));
      expect(hunks().map(({ oldLines, newLines }) => [oldLines, newLines]), `seed ${seed}`).toEqual(before);
    }
  });
});
