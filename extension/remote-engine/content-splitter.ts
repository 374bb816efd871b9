import { callMarks } from './printed-calls.ts';

export interface ContentPiece {
  readonly kind: 'text' | 'reasoning';
  readonly text: string;
}

/** How models mark their thoughts where the engine leaves them in the content. */
const thinkMarks: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['[THINK]', '[/THINK]'],
  ['<seed:think>', '</seed:think>'],
];

/**
 * Divides streamed content into thoughts, text, and calls printed as text. Owns: what it holds back because it may be
 * the beginning of a mark. Does not own: what the printed calls say.
 */
export class ContentSplitter {
  readonly #marks: readonly string[];
  #mode: 'opening' | 'thinking' | 'text' | 'calls' = 'opening';
  #close = '';
  #rest = '';
  #said = '';

  /** `watchesCalls`: the engine may print calls as text. */
  constructor(watchesCalls: boolean) {
    this.#marks = watchesCalls ? callMarks : [];
  }

  /** Text from the first mark of a call on; empty while there is none. */
  get printed(): string {
    return this.#mode === 'calls' ? this.#rest : '';
  }

  push(text: string): ContentPiece[] {
    this.#rest += text;
    return this.#divide(false);
  }

  /** The content has ended: nothing that is held back becomes a mark any more. */
  end(): ContentPiece[] {
    return this.#divide(true);
  }

  #divide(ended: boolean): ContentPiece[] {
    const pieces: ContentPiece[] = [];
    for (let mode: string | undefined; mode !== this.#mode;) {
      mode = this.#mode;
      if (mode === 'opening') this.#open(ended);
      else if (mode === 'thinking') pieces.push(...this.#think(ended));
      else if (mode === 'text') pieces.push(...this.#speak(ended));
    }
    return pieces.filter((piece) => piece.text !== '');
  }

  #open(ended: boolean): void {
    const begun = this.#rest.trimStart();
    const found = thinkMarks.find(([open]) => begun.startsWith(open));
    if (found !== undefined) {
      this.#mode = 'thinking';
      this.#close = found[1];
      this.#rest = begun.slice(found[0].length);
    } else if (ended || !thinkMarks.some(([open]) => open.startsWith(begun))) this.#mode = 'text';
  }

  #think(ended: boolean): ContentPiece[] {
    const at = this.#rest.indexOf(this.#close);
    if (at >= 0) {
      const thought = this.#rest.slice(0, at);
      this.#rest = this.#rest.slice(at + this.#close.length).trimStart();
      this.#mode = 'text';
      return [{ kind: 'reasoning', text: thought }];
    }
    const held = ended ? 0 : heldBack(this.#rest, [this.#close]);
    return [{ kind: 'reasoning', text: this.#take(held) }];
  }

  #speak(ended: boolean): ContentPiece[] {
    if (this.#said === '') this.#rest = this.#rest.replace(/^\n+/, '');
    const at = this.#firstMark();
    const held = ended ? 0 : heldBack(this.#rest, this.#marks);
    const text = at === undefined ? this.#take(held) : this.#rest.slice(0, at);
    this.#said += text;
    if (at !== undefined) {
      this.#rest = this.#rest.slice(at);
      this.#mode = 'calls';
    }
    return [{ kind: 'text', text }];
  }

  /** Where the first mark of a call stands outside of a block of code: within one it is quoted. */
  #firstMark(): number | undefined {
    const places = this.#marks.map((mark) => this.#rest.indexOf(mark)).filter((place) => place >= 0);
    const at = Math.min(...places);
    if (!Number.isFinite(at)) return undefined;
    const fences = (this.#said + this.#rest.slice(0, at)).split('```').length - 1;
    return fences % 2 === 0 ? at : undefined;
  }

  /** All but the last `held` characters. */
  #take(held: number): string {
    const cut = this.#rest.length - held;
    const taken = this.#rest.slice(0, cut);
    this.#rest = this.#rest.slice(cut);
    return taken;
  }
}

/** Number of characters at the end of `text` that may be the beginning of one of the marks. */
function heldBack(text: string, marks: readonly string[]): number {
  const longest = Math.max(0, ...marks.map((mark) => mark.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--)
    if (marks.some((mark) => mark.startsWith(text.slice(-length)))) return length;
  return 0;
}
