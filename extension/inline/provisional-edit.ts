import { leastEdit, withEol } from '../edits/least-edit.ts';
import type { Span, TextEdit } from '../workspace/span.ts';
import { moved, touches, type EditBuffer } from './edit-buffer.ts';

const attemptsMax = 20;

/**
 * A part of a document that is being rewritten, until the rewrite is kept or taken back. It follows the part while
 * other parts of the document change. All its writing is one undo step of the editor. Owns: where the part is, its
 * original text. Does not own: the new text, whether the document is saved.
 */
export class ProvisionalEdit {
  readonly buffer: EditBuffer;
  /** The part's text before the rewrite, exactly. */
  readonly original: string;
  readonly #stopListening: () => void;
  readonly #touched: (rewound: boolean) => void;
  #span: Span;
  /** Length of the whole document: a document that was read again from disk may have another text. */
  #length: number;
  /** The edit being made now, to tell our changes from the user's. */
  #writing: TextEdit | undefined;
  #begun = false;
  /** The user changed something in between: our next edit must not be undone together with it. */
  #interrupted = false;
  #othersWrote = false;
  #closed = false;
  #queue: Promise<unknown> = Promise.resolve();

  /** `touched` is called when the user, or undo, changes the part itself. */
  constructor(buffer: EditBuffer, text: string, span: Span, touched: (rewound: boolean) => void) {
    this.buffer = buffer;
    this.original = text.slice(span.from, span.to);
    this.#span = span;
    this.#length = text.length;
    this.#touched = touched;
    this.#stopListening = buffer.onChange((changes, rewound) => this.#onChange(changes, rewound));
  }

  /** Where the part is now. */
  get span(): Span {
    return this.#span;
  }

  /** True if the user changed anything since the rewrite began. */
  get othersWrote(): boolean {
    return this.#othersWrote;
  }

  /** The part's text now; undefined if the document is gone. */
  async current(): Promise<string | undefined> {
    const text = await this.buffer.read();
    return text?.slice(this.#span.from, this.#span.to);
  }

  /** Shows the beginning of the new text; lines it has not reached yet stay. False if it could not be written. */
  show(code: string): Promise<boolean> {
    return this.#inTurn(() =>
      this.#write(partly(this.original, withEol(code, this.buffer.eol), this.buffer.eol), false),
    );
  }

  /** Writes the whole new text; undo takes all of it back in one step. False if it could not be written. */
  finish(code: string): Promise<boolean> {
    return this.#inTurn(() => this.#write(withEol(code, this.buffer.eol), true));
  }

  /** Puts the original text back. False if the document is gone or refuses. */
  restore(): Promise<boolean> {
    return this.#inTurn(() => this.#write(this.original, true));
  }

  /**
   * Like `restore`, for a document that was closed with `text` in it: restores the file if that text was saved. False
   * if the file holds neither that text nor the original: it stays as it is.
   */
  restoreClosed(text: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const now = await this.buffer.read();
      if (now === undefined) return false;
      const { from, to } = this.#span;
      if (now === text.slice(0, from) + this.original + text.slice(to)) return true;
      return now === text && this.#write(this.original, true);
    });
  }

  /** Stops following the document. */
  close(): void {
    this.#closed = true;
    this.#stopListening();
  }

  async #write(wanted: string, last: boolean): Promise<boolean> {
    for (let attempt = 0; attempt < attemptsMax && !this.#closed; attempt++) {
      const text = await this.buffer.read();
      if (text === undefined || text.length !== this.#length) return false;
      const { from, to } = this.#span;
      const least = leastEdit(text.slice(from, to), wanted);
      if (least.from === least.to && least.text === '') return true;
      const edit = { from: from + least.from, to: from + least.to, text: least.text };
      this.#writing = edit;
      const done = await this.buffer.replace(text, edit, {
        before: !this.#begun || this.#interrupted,
        after: last,
      });
      const told = this.#writing === undefined;
      this.#writing = undefined;
      if (!done) {
        if ((await this.buffer.read()) === text) return false; // nothing came in between: refused
        continue;
      }
      // The editor reports a change before `replace` resolves. If it did not, the span has to be moved here.
      if (!told) this.#grow(edit);
      this.#begun = true;
      this.#interrupted = false;
      return true;
    }
    return false;
  }

  #onChange(changes: readonly TextEdit[], rewound: boolean): void {
    const own = this.#writing;
    if (
      own !== undefined &&
      changes.length === 1 &&
      changes[0]?.from === own.from &&
      changes[0].to === own.to &&
      changes[0].text === own.text
    ) {
      this.#writing = undefined;
      this.#grow(own);
      return;
    }
    this.#othersWrote = true;
    for (const change of changes) this.#length += change.text.length - (change.to - change.from);
    const before = this.#span;
    // From the end of the document to its beginning, so that the offsets of each change still hold.
    for (const change of [...changes].sort((a, b) => b.from - a.from))
      this.#span = moved(this.#span, change, { rewound });
    this.#interrupted = this.#begun;
    if (
      changes.some((change) =>
        rewound ? change.from <= before.to && change.to >= before.from : touches(before, change),
      )
    )
      this.#touched(rewound);
  }

  /** Moves the end after one of our own changes, which belong to the part even at its edges. */
  #grow({ from, to, text }: TextEdit): void {
    const delta = text.length - (to - from);
    this.#span = { from: this.#span.from, to: this.#span.to + delta };
    this.#length += delta;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => undefined); // the caller gets the error
    return done;
  }
}

/** The first lines of the new text, followed by the old lines they have not reached. */
function partly(original: string, code: string, eol: string): string {
  const rest = original.split('\n').slice(code.split('\n').length).join('\n');
  return rest === '' ? code : `${code}${eol}${rest}`;
}
