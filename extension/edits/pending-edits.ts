import { linesOf, sameHunk, type Hunk } from './hunks.ts';
import { PendingText, type StoredPending } from './pending-text.ts';

/** A text that the assistant changed and the user has not decided on. Texts here end their lines with `\n`. */
export interface PendingFile {
  /** The document's URI as a string: untitled documents have no path. */
  readonly uri: string;
  /** Without the assistant's pending changes, with the user's; undefined: the assistant created the file. */
  readonly baseline: string | undefined;
  /** Undefined: the assistant deleted the file. */
  readonly current: string | undefined;
  readonly hunks: readonly Hunk[];
  readonly created: boolean;
  readonly deleted: boolean;
  /** Whether the assistant is still at it. */
  readonly changing: boolean;
  /** Who changed it: conversations by their id, `inline`, `refactor`. */
  readonly sources: readonly string[];
}

/** The texts behind the URIs: the buffer of an open document, else the file. */
export interface PendingTexts {
  /** Undefined: there is no such file. */
  read(uri: string): Promise<string | undefined>;
  /** One edit of the editor, saved when the file was saved before; undefined deletes the file. */
  write(uri: string, text: string | undefined): Promise<void>;
}

/** Where pending edits outlive the window. */
export interface PendingStorage {
  load(): Promise<readonly StoredPending[]>;
  save(files: readonly StoredPending[]): Promise<void>;
}

/** A text as it was when the user decided on it; undefined: there was nothing to decide on. */
type Shown = readonly [uri: string, file: PendingFile | undefined];

/** Texts without a pending change that are remembered, so that the editor's undo can bring one back. */
const settledMax = 50;

/**
 * What the assistant changed and the user has not decided on, whoever asked for it: chat, inline chat, refactors.
 *
 *   pending.begin(uri, textBefore, 'inline');  // before the change; undefined: the file is new
 *   ...change the document, at once or bit by bit...
 *   await pending.end(uri);                    // what differs now is the assistant's
 *
 * What changes outside of begin and end is the user's: it moves hunks, and takes over those that it touches. Owns:
 * which texts there are, the order of what happens. Does not own: whose lines are whose (PendingText), documents
 * (PendingTexts), files on disk (PendingStorage), how it looks.
 */
export class PendingEdits {
  readonly #texts: PendingTexts;
  readonly #storage: PendingStorage;
  readonly #failed: (thrown: unknown) => void;
  readonly #all = new Map<string, PendingText>();
  readonly #listeners = new Set<() => void>();
  #files: readonly PendingFile[] | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** `failed` hears when the storage could not be read or written: the review goes on in memory. */
  constructor(texts: PendingTexts, storage: PendingStorage, failed: (thrown: unknown) => void) {
    this.#texts = texts;
    this.#storage = storage;
    this.#failed = failed;
  }

  /** Reads what an earlier window left; what changed since is taken for the user's. */
  restore(): Promise<void> {
    return this.#inTurn(async () => {
      const stored = await this.#storage.load().catch((thrown: unknown) => (this.#failed(thrown), []));
      for (const file of stored) {
        if (this.#all.has(file.uri)) continue;
        const text = PendingText.stored(file);
        text.take(await this.#texts.read(file.uri));
        text.changing = 0;
        this.#all.set(file.uri, text);
      }
    });
  }

  /** The assistant is about to change this text; undefined: there is no file yet. */
  begin(uri: string, text: string | undefined, source = 'chat'): void {
    const known = this.#all.get(uri) ?? new PendingText(text);
    this.#all.delete(uri);
    this.#all.set(uri, known); // the youngest is last
    known.begin(text, source);
    this.#changed();
    void this.#inTurn(() => this.#store());
  }

  /** The assistant's change is done: what differs from before is its. */
  end(uri: string): Promise<void> {
    return this.#inTurn(async () => {
      const text = this.#all.get(uri);
      if (text === undefined) return;
      text.take(await this.#texts.read(uri));
      text.changing = Math.max(0, text.changing - 1);
      await this.#store();
    });
  }

  /**
   * The text may have changed; outside of begin and end that was the user, or the editor's undo. `text` is what it is at
   * this moment, where that matters: by the time it is looked at, more may have been typed.
   */
  changed(uri: string, text?: string): Promise<void> {
    const known = this.#all.get(uri);
    if (known === undefined) return Promise.resolve();
    if (text !== undefined) known.pass(text);
    return this.#inTurn(() => this.#sync(uri));
  }

  /** A file, or all below a folder, has another name now. */
  renamed(from: string, to: string): Promise<void> {
    return this.#inTurn(async () => {
      const all = [...this.#all]; // it changes below
      for (const [uri, text] of all) {
        const rest = uri === from ? '' : uri.startsWith(`${from}/`) ? uri.slice(from.length) : undefined;
        if (rest === undefined) continue;
        this.#all.delete(uri);
        this.#all.set(to + rest, text);
        await this.#sync(to + rest);
      }
      await this.#store();
    });
  }

  /** Files with something to decide on, in the order of the last change. */
  files(): readonly PendingFile[] {
    this.#files ??= [...this.#all].filter(([, text]) => text.pending).map(([uri, text]) => fileOf(uri, text));
    return this.#files;
  }

  file(uri: string): PendingFile | undefined {
    return this.files().find((file) => file.uri === uri);
  }

  /** Whether anything is remembered of this text. */
  tracks(uri: string): boolean {
    return this.#all.has(uri);
  }

  /** The chosen hunks of `shown`, or all, are the user's from now on. */
  keep(uri: string, chosen?: readonly Hunk[], shown = this.file(uri)): Promise<void> {
    return this.#keep([[uri, shown]], chosen);
  }

  /** Takes the chosen hunks of `shown`, or all, back in one edit. */
  undo(uri: string, chosen?: readonly Hunk[], shown = this.file(uri)): Promise<void> {
    return this.#undo([[uri, shown]], chosen);
  }

  keepAll(uris?: readonly string[]): Promise<void> {
    return this.#keep(this.#shown(uris));
  }

  undoAll(uris?: readonly string[]): Promise<void> {
    return this.#undo(this.#shown(uris));
  }

  #shown(uris: readonly string[] = this.files().map((file) => file.uri)): Shown[] {
    return uris.map((uri) => [uri, this.file(uri)]);
  }

  #keep(shown: readonly Shown[], chosen?: readonly Hunk[]): Promise<void> {
    return this.#settle(shown, chosen, async (uri, text, left) => {
      text.keep(left);
      if (!text.pending) this.#all.delete(uri);
    });
  }

  #undo(shown: readonly Shown[], chosen?: readonly Hunk[]): Promise<void> {
    return this.#settle(shown, chosen, async (uri, text, left) => {
      const wanted = text.undone(left);
      await this.#texts.write(uri, wanted);
      // A formatter may have had its say while saving: that is not the assistant's.
      text.rewrite(wanted);
      text.take(await this.#texts.read(uri));
    });
  }

  /** Calls back after every change; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything asked for so far is done and stored. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  async #settle(
    shown: readonly Shown[],
    chosen: readonly Hunk[] | undefined,
    act: (uri: string, text: PendingText, left: readonly Hunk[] | undefined) => Promise<void>,
  ): Promise<void> {
    await this.#inTurn(async () => {
      for (const [uri, file] of shown) {
        const text = this.#all.get(uri);
        if (text === undefined || file === undefined) continue;
        await this.#sync(uri);
        const left = chosen === undefined ? undefined : stillThere(file, chosen, fileOf(uri, text));
        if (text.pending && left?.length !== 0) await act(uri, text, left);
      }
      await this.#store();
    });
  }

  async #sync(uri: string): Promise<void> {
    this.#all.get(uri)?.take(await this.#texts.read(uri));
  }

  async #store(): Promise<void> {
    const settled = [...this.#all].filter(([, text]) => !text.pending && text.changing === 0);
    for (const [uri] of settled.slice(0, -settledMax)) this.#all.delete(uri);
    const stored = [...this.#all]
      .filter(([, text]) => text.pending || text.changing > 0)
      .map(([uri, text]) => text.toStored(uri));
    await this.#storage.save(stored).catch(this.#failed);
  }

  /** One thing at a time, in the order asked for. */
  #inTurn(run: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(async () => {
      try {
        await run();
      } finally {
        this.#changed();
      }
    });
    this.#queue = done.catch(() => undefined); // whoever asked hears of it
    return done;
  }

  #changed(): void {
    this.#files = undefined;
    for (const listener of this.#listeners) listener();
  }
}

function fileOf(uri: string, text: PendingText): PendingFile {
  return {
    uri,
    baseline: text.baseline,
    current: text.current,
    hunks: text.hunks,
    created: text.baseline === undefined,
    deleted: text.current === undefined,
    changing: text.changing > 0,
    sources: [...text.sources],
  };
}

/** The chosen hunks where they are now: the user may have typed since they were shown. */
function stillThere(shown: PendingFile, chosen: readonly Hunk[], now: PendingFile): Hunk[] {
  const before = contents(shown);
  const wanted = new Set(
    shown.hunks.flatMap((hunk, at) => (chosen.some((other) => sameHunk(hunk, other)) ? [before[at]] : [])),
  );
  const names = contents(now);
  return now.hunks.filter((_, at) => wanted.has(names[at]));
}

/** What each hunk says, and the how manieth it is that says so. */
function contents(file: PendingFile): string[] {
  const [old, now] = [linesOf(file.baseline ?? ''), linesOf(file.current ?? '')];
  const seen = new Map<string, number>();
  return file.hunks.map(({ oldStart, oldLines, newStart, newLines }) => {
    const said = JSON.stringify([old.slice(oldStart, oldStart + oldLines), now.slice(newStart, newStart + newLines)]);
    const count = seen.get(said) ?? 0;
    seen.set(said, count + 1);
    return `${count} ${said}`;
  });
}
