import { leastReplacement, moved, touches, type BufferChange, type EditBuffer } from './edit-buffer.ts';
import type { Span } from '../rewrite/edit-target.ts';

const attemptsMax = 20;

/**
 * A part of a document that is being written anew, until it is kept or put back. It follows the part while other parts
 * of the document change. All its writing is one step of the editor's undo. Owns: where the part is, what stood there.
 * Does not own: what is written, whether the document is saved.
 */
export class ProvisionalEdit {
  readonly buffer: EditBuffer;
  /** What stood there, exactly. */
  readonly original: string;
  readonly #stopListening: () => void;
  readonly #touched: (rewound: boolean) => void;
  #span: Span;
  /** Signs of the whole document: a document that was read anew from disk may be another one. */
  #length: number;
  /** What is being written now, to tell our changes from the user's. */
  #writing: { readonly part: Span; readonly by: string } | undefined;
  #begun = false;
  /** A change of the user's came between: what follows must not be undone together with it. */
  #interrupted = false;
  #othersWrote = false;
  #closed = false;
  #queue: Promise<unknown> = Promise.resolve();

  /** `touched` is called when somebody else changes the part itself, or undo does. */
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

  /** Whether anything around the part changed since it began. */
  get othersWrote(): boolean {
    return this.#othersWrote;
  }

  /** What stands there now; undefined when the document is gone. */
  async current(): Promise<string | undefined> {
    const text = await this.buffer.read();
    return text?.slice(this.#span.from, this.#span.to);
  }

  /** Shows what is there of the new text: lines that are not written yet stay as they were. False: it could not be written. */
  show(code: string): Promise<boolean> {
    return this.#inTurn(() =>
      this.#write(partly(this.original, withEol(code, this.buffer.eol), this.buffer.eol), false),
    );
  }

  /** Puts the whole new text there; undo takes back all of it in one step. */
  finish(code: string): Promise<boolean> {
    return this.#inTurn(() => this.#write(withEol(code, this.buffer.eol), true));
  }

  /** Puts back what stood there. False: it could not be, the document is gone or refuses. */
  restore(): Promise<boolean> {
    return this.#inTurn(() => this.#write(this.original, true));
  }

  /**
   * The same for a document that was closed with `text` in it: what was saved is put back, what was not is gone anyway.
   * False: the file is neither, and stays as it is.
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

  /** Follows the document no longer. */
  close(): void {
    this.#closed = true;
    this.#stopListening();
  }

  async #write(wanted: string, last: boolean): Promise<boolean> {
    for (let attempt = 0; attempt < attemptsMax && !this.#closed; attempt++) {
      const text = await this.buffer.read();
      if (text === undefined || text.length !== this.#length) return false;
      const { from, to } = this.#span;
      const least = leastReplacement(text.slice(from, to), wanted);
      if (least.part.from === least.part.to && least.by === '') return true;
      const part = { from: from + least.part.from, to: from + least.part.to };
      this.#writing = { part, by: least.by };
      const done = await this.buffer.replace(text, part, least.by, {
        before: !this.#begun || this.#interrupted,
        after: last,
      });
      const told = this.#writing === undefined;
      this.#writing = undefined;
      if (!done) {
        if ((await this.buffer.read()) === text) return false; // not late: refused
        continue;
      }
      // An editor tells of the change before it says that it is done; one that does not would leave us behind.
      if (!told) this.#grow(part, least.by);
      this.#begun = true;
      this.#interrupted = false;
      return true;
    }
    return false;
  }

  #onChange(changes: readonly BufferChange[], rewound: boolean): void {
    const own = this.#writing;
    if (
      own !== undefined &&
      changes.length === 1 &&
      changes[0]?.from === own.part.from &&
      changes[0].to === own.part.to &&
      changes[0].text === own.by
    ) {
      this.#writing = undefined;
      this.#grow(own.part, own.by);
      return;
    }
    this.#othersWrote = true;
    for (const change of changes) this.#length += change.text.length - (change.to - change.from);
    const before = this.#span;
    // Reported from the end of the document to its beginning: each one's places hold when it comes.
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

  /** One of our own changes: wherever it stands in the part, it belongs to it. */
  #grow(part: Span, by: string): void {
    const delta = by.length - (part.to - part.from);
    this.#span = { from: this.#span.from, to: this.#span.to + delta };
    this.#length += delta;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => undefined); // whoever asked hears of it
    return done;
  }
}

/** The first lines of the new text, then the old lines that they have not reached. */
function partly(original: string, code: string, eol: string): string {
  const rest = original.split('\n').slice(code.split('\n').length).join('\n');
  return rest === '' ? code : `${code}${eol}${rest}`;
}

function withEol(text: string, eol: '\n' | '\r\n'): string {
  return text.replace(/\r\n|\r|\n/g, eol);
}
