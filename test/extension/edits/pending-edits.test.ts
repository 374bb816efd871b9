import { beforeEach, describe, expect, it } from 'vitest';
import { PendingHarness } from '../../support/extension/pending-harness.ts';

const uri = 'file:///w/a.js';
const base = 'one\ntwo\nthree\nfour\nfive\nsix\n';
let review: PendingHarness;

beforeEach(() => {
  review = new PendingHarness(uri, base);
});

describe('pending edits', () => {
  it('are what the assistant changed, hunk by hunk', async () => {
    await review.assistant(base.replace('two', 'TWO').replace('five', 'FIVE'), uri, 'chat-1');
    expect(review.pending.files()).toMatchObject([
      { uri, created: false, deleted: false, baseline: base, sources: ['chat-1'] },
    ]);
    expect(review.hunks().map((hunk) => hunk.newStart)).toEqual([1, 4]);
  });

  it('are kept one by one: the text stays and the baseline follows', async () => {
    await review.assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    await review.pending.keep(uri, review.hunks().slice(0, 1));
    expect(review.text()).toBe(base.replace('two', 'TWO').replace('five', 'FIVE'));
    expect(review.hunks()).toHaveLength(1);
    await review.pending.undo(uri);
    expect(review.text()).toBe(base.replace('two', 'TWO'));
    expect(review.pending.files()).toEqual([]);
  });

  it('are undone one by one, in one write each', async () => {
    await review.assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    const before = review.texts.writes;
    await review.pending.undo(uri, review.hunks().slice(1));
    expect(review.text()).toBe(base.replace('two', 'TWO'));
    expect(review.texts.writes).toBe(before + 1);
  });

  it('of several edits add up against the first baseline, and one that takes itself back is none', async () => {
    await review.assistant(base.replace('two', 'TWO'));
    await review.assistant(base.replace('two', '2'));
    expect(review.pending.file(uri)?.baseline).toBe(base);
    await review.assistant(base);
    expect(review.pending.files()).toEqual([]);
  });

  it('that are streamed are seen while they come', async () => {
    review.pending.begin(uri, base, 'inline');
    review.texts.texts.set(uri, base.replace('two', 'TW'));
    await review.pending.changed(uri);
    expect(review.pending.file(uri)).toMatchObject({ changing: true, baseline: base });
    review.texts.texts.set(uri, base.replace('two', 'TWO'));
    await review.pending.end(uri);
    expect(review.pending.file(uri)).toMatchObject({
      changing: false,
      baseline: base,
      current: base.replace('two', 'TWO'),
    });
  });

  it("that the editor's undo brings back stay the assistant's, however soon something is typed", async () => {
    const both = base.replace('two', 'TWO').replace('five', 'FIVE');
    await review.assistant(both);
    await review.pending.undo(uri, review.hunks().slice(1));
    expect(review.text()).toBe(base.replace('two', 'TWO'));
    review.texts.texts.set(uri, `mine\n${both}`);
    await review.pending.changed(uri, both); // the undo; the line above was typed before anybody looked
    expect(review.pending.file(uri)?.baseline).toBe(`mine\n${base}`);
    expect(review.hunks()).toHaveLength(2);
  });

  it("that the editor's undo brings back while they are being undone stay the assistant's, too", async () => {
    const both = base.replace('two', 'TWO').replace('five', 'FIVE');
    await review.assistant(both);
    const write = review.texts.write.bind(review.texts);
    review.texts.write = async (of, to) => {
      await write(of, to);
      review.texts.texts.set(uri, `mine\n${both}`);
      void review.pending.changed(uri, both);
    };
    await review.pending.undo(uri, review.hunks().slice(1));
    await review.pending.settled();
    expect(review.pending.file(uri)?.baseline).toBe(`mine\n${base}`);
    expect(review.hunks()).toHaveLength(2);
  });

  it('tell of every change', async () => {
    let calls = 0;
    const stop = review.pending.onChange(() => calls++);
    await review.assistant('x\n');
    expect(calls).toBeGreaterThan(0);
    stop();
    calls = 0;
    await review.pending.keepAll();
    expect(calls).toBe(0);
  });

  it('of all files are kept or undone together', async () => {
    const other = 'untitled:Untitled-1';
    review.texts.texts.set(other, 'x\n');
    await review.assistant('1\n');
    await review.assistant('2\n', other);
    await review.pending.undoAll();
    expect([review.text(), review.texts.texts.get(other)]).toEqual([base, 'x\n']);
    await review.assistant('1\n');
    await review.assistant('2\n', other);
    await review.pending.keepAll();
    expect([review.text(), review.texts.texts.get(other), review.pending.files()]).toEqual(['1\n', '2\n', []]);
  });
});

describe('files that come and go', () => {
  it('created by the assistant are deleted by undoing, empty ones too', async () => {
    for (const content of ['new\n', '']) {
      await review.assistant(content, 'file:///w/new.js');
      expect(review.pending.file('file:///w/new.js')).toMatchObject({ created: true });
      await review.pending.undo('file:///w/new.js');
      expect(review.texts.texts.has('file:///w/new.js')).toBe(false);
    }
  });

  it('deleted by the assistant are there again, with their line ends', async () => {
    review.texts.texts.set(uri, 'a\r\nb\nc');
    await review.assistant(undefined);
    expect(review.pending.file(uri)).toMatchObject({ deleted: true });
    await review.pending.undo(uri);
    expect(review.text()).toBe('a\r\nb\nc');
  });

  it('deleted by the user are out of the review, and in it again when they are back', async () => {
    await review.assistant(base.replace('two', 'TWO'));
    await review.user(undefined);
    expect(review.pending.files()).toEqual([]);
    await review.user(base.replace('two', 'TWO'));
    expect(review.hunks()).toHaveLength(1);
  });

  it("deleted by the assistant and made anew by the user are the user's", async () => {
    await review.assistant(undefined);
    await review.user('mine\n');
    expect(review.pending.files()).toEqual([]);
    await review.pending.undoAll();
    expect(review.text()).toBe('mine\n');
  });

  it('renamed, alone or with their folder, keep their hunks', async () => {
    await review.assistant(base.replace('two', 'TWO'));
    review.texts.texts.set('file:///v/a.js', review.texts.texts.get(uri) ?? '');
    review.texts.texts.delete(uri);
    await review.pending.changed(uri);
    await review.pending.renamed('file:///w', 'file:///v');
    expect(review.pending.files().map((file) => [file.uri, file.hunks.length])).toEqual([['file:///v/a.js', 1]]);
    await review.pending.undoAll();
    expect(review.texts.texts.get('file:///v/a.js')).toBe(base);
  });
});

describe("the user's own edits", () => {
  const changed = base.replace('two', 'TWO').replace('five', 'FIVE');

  it('elsewhere move the hunks, and survive undoing', async () => {
    await review.assistant(changed);
    await review.user(`mine\n${changed.replace('four', 'four!')}`);
    expect(review.hunks().map((hunk) => hunk.newStart)).toEqual([2, 5]);
    await review.pending.undoAll();
    expect(review.text()).toBe(`mine\n${base.replace('four', 'four!')}`);
  });

  it('in a hunk make it theirs: undoing leaves it alone', async () => {
    await review.assistant(changed);
    await review.user(changed.replace('TWO', 'TWO and a half'));
    expect(review.hunks()).toHaveLength(1);
    await review.pending.undoAll();
    expect(review.text()).toBe(base.replace('two', 'TWO and a half'));
  });

  it("in a hunk that the editor's undo takes back leave it pending again", async () => {
    await review.assistant(changed);
    await review.user(changed.replace('TWO', 'TWOx'));
    await review.user(changed);
    expect(review.hunks()).toHaveLength(2);
  });

  it("beside a hunk leave it the assistant's", async () => {
    await review.assistant(changed);
    await review.user(changed.replace('TWO\n', 'before\nTWO\nafter\n'));
    await review.pending.undoAll();
    expect(review.text()).toBe(base.replace('two\n', 'before\ntwo\nafter\n'));
  });

  it('between two edits of the assistant are not its own', async () => {
    await review.assistant(base.replace('two', 'TWO'));
    review.texts.texts.set(uri, `mine\n${base.replace('two', 'TWO')}`);
    await review.assistant(`mine\n${changed}`);
    await review.pending.undoAll();
    expect(review.text()).toBe(`mine\n${base}`);
  });

  it('while a hunk is decided on do not turn the decision to another one', async () => {
    await review.assistant(changed);
    const [, second] = review.hunks();
    review.texts.texts.set(uri, `mine\n${changed}`); // not told of yet
    await review.pending.undo(uri, second === undefined ? [] : [second]);
    expect(review.text()).toBe(`mine\n${base.replace('two', 'TWO')}`);
    const [first] = review.hunks();
    review.texts.texts.set(uri, `mine\n${base.replace('two', 'theirs')}`);
    await review.pending.undo(uri, first === undefined ? [] : [first]);
    expect(review.text()).toBe(`mine\n${base.replace('two', 'theirs')}`);
  });

  it('in a file that the assistant created make it theirs', async () => {
    await review.assistant('a\nb\nc\n', 'file:///w/new.js');
    await review.user('a\nB\nc\n', 'file:///w/new.js');
    await review.pending.undoAll();
    expect(review.texts.texts.get('file:///w/new.js')).toBe('a\nB\nc\n');
  });
});

describe('the editor', () => {
  it('takes back an undone hunk with its own undo: it is pending again', async () => {
    const changed = base.replace('two', 'TWO');
    await review.assistant(changed);
    await review.pending.undo(uri);
    expect(review.pending.files()).toEqual([]);
    await review.user(changed);
    expect(review.hunks()).toHaveLength(1);
    await review.user(base);
    expect(review.pending.files()).toEqual([]);
  });

  it('may have one kind of line end where the file had two: undoing all gives the file as it was', async () => {
    const mixed = 'one\r\ntwo\nthree\r\n';
    review.texts.texts.set(uri, mixed);
    await review.assistant('one\r\nTWO\r\nthree\r\n');
    expect(review.hunks()).toHaveLength(1);
    await review.pending.undoAll();
    expect(review.text()).toBe(mixed);
  });

  it('may change all line ends: nothing to decide on', async () => {
    await review.assistant(base.replace('two', 'TWO'));
    await review.user(base.replace('two', 'TWO').replaceAll('\n', '\r\n'));
    expect(review.hunks()).toHaveLength(1);
    await review.assistant(base.replace('two', 'TWO'));
    expect(review.hunks()).toHaveLength(1);
  });

  it("may format what undoing leaves: that is not the assistant's", async () => {
    await review.assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    review.texts.format = (of) => of.replace('six\n', 'six;\n');
    await review.pending.undo(uri, review.hunks().slice(0, 1));
    expect(review.hunks()).toHaveLength(1);
    await review.pending.undoAll();
    expect(review.text()).toBe(base.replace('six', 'six;'));
  });
});

describe('a reload', () => {
  it('keeps what is pending', async () => {
    await review.assistant(base.replace('two', 'TWO').replace('five', 'FIVE'), uri, 'c1');
    await review.pending.keep(uri, review.hunks().slice(0, 1));
    await review.reload();
    expect(review.pending.file(uri)).toMatchObject({ sources: ['c1'], baseline: base.replace('two', 'TWO') });
    await review.pending.undoAll();
    expect(review.text()).toBe(base.replace('two', 'TWO'));
  });

  it("takes what changed meanwhile for the user's", async () => {
    await review.assistant(base.replace('two', 'TWO').replace('five', 'FIVE'));
    await review.pending.settled();
    review.texts.texts.set(uri, `mine\n${base.replace('two', 'TWO').replace('five', '5')}`);
    await review.reload();
    expect(review.hunks().map((hunk) => hunk.newStart)).toEqual([2]);
    await review.pending.undoAll();
    expect(review.text()).toBe(`mine\n${base.replace('five', '5')}`);
  });

  it('in the middle of a change leaves the change to decide on', async () => {
    review.pending.begin(uri, base);
    await review.pending.settled();
    review.texts.texts.set(uri, base.replace('two', 'TWO'));
    await review.reload();
    expect(review.hunks()).toHaveLength(1);
  });

  it('finds unsaved text of the editor when that is open a moment later', async () => {
    const unsaved = base.replace('two', 'TWO');
    await review.assistant(unsaved);
    review.texts.texts.set(uri, base); // on disk
    await review.reload();
    expect(review.pending.files()).toEqual([]);
    await review.user(unsaved);
    expect(review.hunks()).toHaveLength(1);
  });

  it('keeps created and deleted files', async () => {
    await review.assistant(undefined);
    await review.assistant('x\n', 'file:///w/new.js');
    await review.reload();
    expect(review.pending.files().map((file) => [file.uri, file.created, file.deleted])).toEqual([
      [uri, false, true],
      ['file:///w/new.js', true, false],
    ]);
    await review.pending.undoAll();
    expect([...review.texts.texts]).toEqual([[uri, base]]);
  });
});
