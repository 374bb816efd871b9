import { ContentGuard, cut, mark } from './content-guard.ts';
import { appendIds } from './join-ids.ts';
import { shareLoop } from './share-loop.ts';
import { SpecialTokenMatcher, unitsAt } from './special-token-matcher.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Turns text into token ids; `special`: texts of special tokens become them. Never adds BOS. */
export interface Tokenizer {
  tokenize(text: string, special: boolean): Int32Array;
  /** The same on another thread. */
  tokenizeMany?(texts: readonly string[], special: boolean): Promise<Int32Array[]>;
}

/** Texts that together have this length or more (UTF-16 units) would block this thread noticeably: about 20 ms. */
const longText = 32_768;

/** Ids of one part of a text, and how far into the text they reach (a token is never shared between two parts). */
interface TextPart {
  readonly ids: number[];
  readonly end: number;
}

type Segment =
  | { readonly kind: 'special'; readonly id: number; readonly start: number; readonly end: number }
  | { readonly kind: 'plain'; readonly start: number; readonly end: number };

/** Whether the special tokens beside a plain segment drop its whitespace. */
interface Strip {
  readonly left: boolean;
  readonly right: boolean;
}

/**
 * Turns rendered prompts into tokens; content never becomes a special token.
 * Content is guarded before it enters a template: marks break the text of every special token in it. The special texts
 * left in the rendering are the template's own; the text between them is tokenised as plain text, a long one on another
 * thread.
 */
export class PromptTokenizer {
  readonly content: ContentGuard;
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: Vocabulary;
  readonly #matcher: SpecialTokenMatcher;
  readonly #stops: RegExp;

  constructor(tokenizer: Tokenizer, vocabulary: Vocabulary) {
    this.#tokenizer = tokenizer;
    this.#vocabulary = vocabulary;
    this.#matcher = new SpecialTokenMatcher(vocabulary.specialTokens());
    this.content = new ContentGuard(this.#matcher);
    this.#stops = new RegExp(`[${cut}${this.#matcher.firstCharacters}]`, 'g');
  }

  /** Token ids of a rendered text. `after`: the id before it, which may strip whitespace at the start. */
  async tokenize(text: string, after?: number): Promise<number[]> {
    return (await this.tokenizeParts(text, [text.length], after))[0]?.ids ?? [];
  }

  /**
   * Token ids of a rendered text, divided at `ends` (ascending offsets; the last is the text's length). A token across
   * a boundary belongs to the part in which it begins.
   */
  async tokenizeParts(text: string, ends: readonly number[], after?: number): Promise<TextPart[]> {
    const parts = ends.map((end) => ({ ids: [] as number[], end }));
    const segments = this.#segments(text);
    const strips = segments.map((_, index) => this.#stripOf(segments, index, after));
    const cleans = segments.map((segment, index) => this.#cleaned(text, segment, strips[index]));
    const tokenized = await this.#tokenizeAll(cleans);
    let current = 0;
    for (const [index, segment] of segments.entries()) {
      await shareLoop();
      while (current < parts.length - 1 && (parts[current]?.end ?? 0) <= segment.start) current++;
      const here = parts[current];
      if (here === undefined) break;
      if (segment.kind === 'special') {
        here.ids.push(segment.id);
        here.end = Math.max(here.end, segment.end);
        continue;
      }
      const ids = tokenized[index] ?? new Int32Array(0);
      const strip = strips[index];
      if (here.end >= segment.end) await appendIds(here.ids, ids);
      else if (strip?.left || strip?.right || this.#bytesOf(ids) !== Buffer.byteLength(cleans[index] ?? ''))
        current = await this.#addPieces(text, segment, parts, current);
      else current = this.#addPlain(text, segment, ids, parts, current);
    }
    // A token that reaches over whole parts leaves them empty: they end where it ends.
    for (let index = 1; index < parts.length; index++) {
      const part = parts[index];
      if (part !== undefined) part.end = Math.max(part.end, parts[index - 1]?.end ?? 0);
    }
    return parts;
  }

  /** The offset in a rendered text after `ids`, which begin at `from`; undefined if they are not its tokens. */
  offsetAfter(text: string, from: number, ids: readonly number[]): number | undefined {
    const bytes = this.#bytesOf(ids);
    const isShort = (end: number): boolean => Buffer.byteLength(this.content.plain(text.slice(from, end))) < bytes;
    // Looks near `from` first: a log has thousands of messages in one long text.
    let low = from;
    let high = Math.min(text.length, from + bytes);
    while (high < text.length && isShort(high)) {
      low = high;
      high = Math.min(text.length, from + 2 * (high - from) + 1);
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isShort(middle)) low = middle + 1;
      else high = middle;
    }
    return this.content.plain(text.slice(from, low)) === this.#vocabulary.text(ids) ? low : undefined;
  }

  /** Ids of the special tokens whose texts are in a text, also inside of one another. */
  specialsIn(text: string): Set<number> {
    return this.#matcher.allIn(text);
  }

  /** The last special token at or after `from` that `wanted` accepts. */
  lastSpecial(
    text: string,
    from: number,
    wanted: (id: number) => boolean,
  ): { id: number; start: number; end: number } | undefined {
    for (const segment of this.#segments(text.slice(from)).reverse()) {
      if (segment.kind === 'special' && wanted(segment.id))
        return { id: segment.id, start: from + segment.start, end: from + segment.end };
    }
    return undefined;
  }

  #segments(text: string): Segment[] {
    const segments: Segment[] = [];
    let start = 0;
    const flush = (end: number): void => {
      if (end > start) segments.push({ kind: 'plain', start, end });
    };
    this.#stops.lastIndex = 0;
    for (let hit = this.#stops.exec(text); hit !== null; hit = this.#stops.exec(text)) {
      const at = hit.index;
      if (hit[0] === cut) {
        flush(at);
        start = at + 1;
        continue;
      }
      const match = this.#matcher.matchAt(text, at);
      // The mark of a one-character special token stands after it.
      if (match === undefined || (match.length === unitsAt(text, at) && text[at + match.length] === mark)) continue;
      flush(at);
      start = at + match.length;
      segments.push({ kind: 'special', id: match.id, start: at, end: start });
      this.#stops.lastIndex = start;
    }
    flush(text.length);
    return segments;
  }

  #stripOf(segments: readonly Segment[], index: number, after: number | undefined): Strip {
    const idAt = (at: number): number | undefined => {
      const segment = at < 0 ? undefined : segments[at];
      return segment?.kind === 'special' ? segment.id : undefined;
    };
    const before = index === 0 ? after : idAt(index - 1);
    const next = idAt(index + 1);
    return {
      left: before !== undefined && this.#vocabulary.strips(before).right,
      right: next !== undefined && this.#vocabulary.strips(next).left,
    };
  }

  /** The text of a plain segment as the tokenizer gets it; of a special one nothing. */
  #cleaned(text: string, segment: Segment, strip: Strip | undefined): string {
    if (segment.kind === 'special') return '';
    let clean = this.content.plain(text.slice(segment.start, segment.end));
    if (strip?.left) clean = clean.trimStart();
    if (strip?.right) clean = clean.trimEnd();
    return clean;
  }

  /** Ids of plain texts, tokenised on another thread where that takes a while. */
  async #tokenizeAll(texts: readonly string[]): Promise<Int32Array[]> {
    const tokenizer = this.#tokenizer;
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    if (length >= longText && tokenizer.tokenizeMany !== undefined) return await tokenizer.tokenizeMany(texts, false);
    return texts.map((text) => (text === '' ? new Int32Array(0) : tokenizer.tokenize(text, false)));
  }

  /** Number of bytes that ids stand for. */
  #bytesOf(ids: Iterable<number>): number {
    let bytes = 0;
    for (const id of ids) bytes += this.#vocabulary.pieceLength(id);
    return bytes;
  }

  /** Adds a plain segment's ids to the parts it spans; returns the index of the last of them. */
  #addPlain(
    text: string,
    segment: Segment,
    ids: Int32Array,
    parts: { ids: number[]; end: number }[],
    first: number,
  ): number {
    let current = first;
    const bytesUntil = (end: number): number =>
      end >= segment.end ? Infinity : Buffer.byteLength(this.content.plain(text.slice(segment.start, end)));
    let wanted = bytesUntil(parts[current]?.end ?? Infinity);
    let bytes = 0;
    for (const id of ids) {
      parts[current]?.ids.push(id);
      bytes += this.#vocabulary.pieceLength(id);
      while (bytes >= wanted) {
        const part = parts[current];
        const end = part === undefined || bytes === wanted ? part?.end : this.#offsetOf(text, segment, part.end, bytes);
        if (part === undefined || end === undefined) break; // inside a character: the next token completes it
        part.end = end;
        current++;
        wanted = bytesUntil(parts[current]?.end ?? Infinity);
      }
    }
    return current;
  }

  /** The offset after `bytes` bytes of the segment, searched from `from`; undefined if that is inside a character. */
  #offsetOf(text: string, segment: Segment, from: number, bytes: number): number | undefined {
    for (let end = from; end <= segment.end; end++) {
      const length = Buffer.byteLength(this.content.plain(text.slice(segment.start, end)));
      if (length === bytes) return end;
      if (length > bytes) return undefined;
    }
    return undefined;
  }

  /** Tokenises each part alone, for vocabularies with pieces that do not add up to the text. */
  async #addPieces(
    text: string,
    segment: Segment,
    parts: { ids: number[]; end: number }[],
    first: number,
  ): Promise<number> {
    const pieces: { part: { ids: number[] }; text: string }[] = [];
    let current = first;
    for (let start = segment.start; start < segment.end;) {
      const part = parts[current];
      if (part === undefined) break;
      const end = Math.min(segment.end, Math.max(part.end, start));
      pieces.push({ part, text: this.content.plain(text.slice(start, end)) });
      start = end;
      if (start < segment.end) current++;
    }
    const tokenized = await this.#tokenizeAll(pieces.map((piece) => piece.text));
    for (const [index, { part }] of pieces.entries()) await appendIds(part.ids, tokenized[index] ?? new Int32Array(0));
    return current;
  }
}
