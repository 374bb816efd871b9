import type { JsonValue } from '../../protocol/chat.ts';
import type { Vocabulary } from './vocabulary.ts';
import { WrittenNumber } from './jinja/written-numbers.ts';
import { SpecialTokenMatcher, unitsAt } from './special-token-matcher.ts';

/** Turns text into token ids; `special`: texts of special tokens become them. Never adds BOS. */
export interface Tokenizer {
  tokenize(text: string, special: boolean): Int32Array;
  /** The same on another thread. */
  tokenizeMany?(texts: readonly string[], special: boolean): Promise<Int32Array[]>;
}

// Unicode noncharacters: not meant for exchanged text. Content that has them is escaped.
const mark = '\uFDD0'; // breaks the text of a special token, then is dropped
const cut = '\uFDD1'; // the same, and also splits the text for the tokenizer
const escape = '\uFDD2';
const escapes: Readonly<Record<string, string>> = {
  [mark]: `${escape}\uFDD3`,
  [cut]: `${escape}\uFDD4`,
  [escape]: `${escape}\uFDD5`,
};
const escaped: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(escapes).map(([raw, coded]) => [coded, raw]),
);

/** Texts from this length on (UTF-16 units) block the thread noticeably while they are tokenised: about 20 ms. */
export const longText = 32_768;

const preparedMax = 32; // long texts whose ids are kept until they are used

/** Ids of one part of a text, and how far into the text they reach (a token is never shared between two parts). */
interface TextPart {
  readonly ids: number[];
  readonly end: number;
}

type Segment =
  | { readonly kind: 'special'; readonly id: number; readonly start: number; readonly end: number }
  | { readonly kind: 'plain'; readonly start: number; readonly end: number };

/**
 * Turns rendered prompts into tokens; content never becomes a special token.
 * Content is guarded before it enters a template: marks break the text of every special token in it. The special texts
 * left in the rendering are the template's own; the text between them is tokenised as plain text.
 */
export class PromptTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: Vocabulary;
  readonly #matcher: SpecialTokenMatcher;
  readonly #stops: RegExp;
  readonly #prepared = new Map<string, Int32Array>();

  constructor(tokenizer: Tokenizer, vocabulary: Vocabulary) {
    this.#tokenizer = tokenizer;
    this.#vocabulary = vocabulary;
    this.#matcher = new SpecialTokenMatcher(vocabulary);
    this.#stops = new RegExp(`[${cut}${this.#matcher.firstCharacters}]`, 'g');
  }

  /** Guarded content, safe to pass to a template. */
  guard(content: string): string {
    const breaks = this.#matcher.breaks(content);
    let guarded = '';
    let from = 0;
    for (const { at, cut: needsCut } of breaks) {
      guarded += escapeMarks(content.slice(from, at)) + (needsCut ? cut : mark);
      from = at;
    }
    return guarded + escapeMarks(from === 0 ? content : content.slice(from));
  }

  /** The same for every string in a JSON value, object keys included. */
  guardValue(value: JsonValue): JsonValue {
    return this.#guardJson(value, (key, item) => [this.guard(key), this.guardValue(item)]);
  }

  /** The same for a JSON Schema. Its keywords stay as they are, so that a template finds them. */
  guardSchema(value: JsonValue): JsonValue {
    return this.#guardJson(value, (key, item) => {
      const names = namingKeywords.has(key) && typeof item === 'object' && item !== null;
      const guarded = names
        ? this.#guardJson(item, (name, schema) => [this.guard(name), this.guardSchema(schema)])
        : this.guardSchema(item);
      return [/^[\w$-]+$/.test(key) ? key : this.guard(key), guarded];
    });
  }

  /** Guarded text without its marks and escapes: the text that was guarded. */
  plain(text: string): string {
    return /[\uFDD0-\uFDD2]/.test(text)
      ? text.replace(/[\uFDD0\uFDD1]|\uFDD2[\uFDD3-\uFDD5]/g, (coded) => escaped[coded] ?? '')
      : text;
  }

  /** Tokenises the long plain parts of a rendered text on another thread, for the next `tokenize` of them. */
  async prepare(text: string): Promise<void> {
    if (this.#tokenizer.tokenizeMany === undefined) return;
    const long = this.#segments(text).filter(
      (segment) => segment.kind === 'plain' && segment.end - segment.start >= longText,
    );
    const texts = long
      .map((segment) => this.plain(text.slice(segment.start, segment.end)))
      .filter((part) => !this.#prepared.has(part));
    const ids = texts.length === 0 ? [] : await this.#tokenizer.tokenizeMany(texts, false);
    for (const [index, part] of texts.entries())
      this.#prepared.set(part, ids[index] ?? this.#tokenizer.tokenize(part, false));
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size <= preparedMax) break;
      this.#prepared.delete(oldest);
    }
  }

  /** Token ids of a rendered text. `after`: the id before it, which may strip whitespace at the start. */
  tokenize(text: string, after?: number): number[] {
    return this.tokenizeParts(text, [text.length], after)[0]?.ids ?? [];
  }

  /**
   * Token ids of a rendered text, divided at `ends` (ascending offsets; the last is the text's length). A token across
   * a boundary belongs to the part in which it begins.
   */
  tokenizeParts(text: string, ends: readonly number[], after?: number): TextPart[] {
    const parts = ends.map((end) => ({ ids: [] as number[], end }));
    const segments = this.#segments(text);
    let current = 0;
    let before = after;
    for (const [index, segment] of segments.entries()) {
      while (current < parts.length - 1 && (parts[current]?.end ?? 0) <= segment.start) current++;
      const here = parts[current];
      if (here === undefined) break;
      if (segment.kind === 'special') {
        here.ids.push(segment.id);
        here.end = Math.max(here.end, segment.end);
        before = segment.id;
        continue;
      }
      const next = segments[index + 1];
      const strip = {
        left: before !== undefined && this.#vocabulary.strips(before).right,
        right: next?.kind === 'special' && this.#vocabulary.strips(next.id).left,
      };
      current = this.#addPlain(text, segment, strip, parts, current);
      before = undefined;
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
    const bytes = ids.reduce((sum, id) => sum + this.#vocabulary.piece(id).length, 0);
    let low = from;
    let high = text.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Buffer.byteLength(this.plain(text.slice(from, middle))) < bytes) low = middle + 1;
      else high = middle;
    }
    return this.plain(text.slice(from, low)) === this.#vocabulary.text(ids) ? low : undefined;
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

  /** The largest offset <= `at` that is not inside a special token's text. */
  outsideSpecial(text: string, at: number): number {
    for (let start = Math.max(0, at - 1); start >= 0 && at - start < 64; start--) {
      const match = this.#matcher.matchAt(text, start);
      if (match !== undefined && start + match.length > at) return start;
    }
    return at;
  }

  #guardJson(value: JsonValue, entry: (key: string, item: JsonValue) => [string, JsonValue]): JsonValue {
    if (typeof value === 'string') return this.guard(value);
    if (value === null || typeof value !== 'object' || value instanceof WrittenNumber) return value;
    if (isList(value)) return value.map((item) => this.#guardJson(item, entry));
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [entry(key, item)])),
    );
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

  /** Tokenises a plain segment into the parts it spans; returns the index of the last of them. */
  #addPlain(
    text: string,
    segment: Segment,
    strip: { left: boolean; right: boolean },
    parts: { ids: number[]; end: number }[],
    first: number,
  ): number {
    const source = text.slice(segment.start, segment.end);
    let clean = this.plain(source);
    if (strip.left) clean = clean.trimStart();
    if (strip.right) clean = clean.trimEnd();
    const ids = this.#tokenizePlain(clean);
    let current = first;
    if ((parts[current]?.end ?? 0) >= segment.end) {
      appendIds(parts[current]?.ids ?? [], ids);
      return current;
    }
    const whole = ids.reduce((bytes, id) => bytes + this.#vocabulary.piece(id).length, 0);
    if (strip.left || strip.right || whole !== Buffer.byteLength(clean))
      return this.#addPieces(text, segment, parts, first);
    const bytesUntil = (end: number): number =>
      end >= segment.end ? Infinity : Buffer.byteLength(this.plain(text.slice(segment.start, end)));
    let wanted = bytesUntil(parts[current]?.end ?? Infinity);
    let bytes = 0;
    for (const id of ids) {
      parts[current]?.ids.push(id);
      bytes += this.#vocabulary.piece(id).length;
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

  #tokenizePlain(clean: string): Int32Array {
    if (clean === '') return new Int32Array(0);
    const prepared = clean.length < longText ? undefined : this.#prepared.get(clean);
    if (prepared === undefined) return this.#tokenizer.tokenize(clean, false);
    this.#prepared.delete(clean);
    return prepared;
  }

  /** The offset after `bytes` bytes of the segment, searched from `from`; undefined if that is inside a character. */
  #offsetOf(text: string, segment: Segment, from: number, bytes: number): number | undefined {
    for (let end = from; end <= segment.end; end++) {
      const length = Buffer.byteLength(this.plain(text.slice(segment.start, end)));
      if (length === bytes) return end;
      if (length > bytes) return undefined;
    }
    return undefined;
  }

  /** Tokenises each part alone, for vocabularies with pieces that do not add up to the text. */
  #addPieces(text: string, segment: Segment, parts: { ids: number[]; end: number }[], first: number): number {
    let current = first;
    for (let start = segment.start; start < segment.end;) {
      const part = parts[current];
      if (part === undefined) break;
      const end = Math.min(segment.end, Math.max(part.end, start));
      const clean = this.plain(text.slice(start, end));
      if (clean !== '') appendIds(part.ids, this.#tokenizer.tokenize(clean, false));
      start = end;
      if (start < segment.end) current++;
    }
    return current;
  }
}

const namingKeywords = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function escapeMarks(text: string): string {
  return /[\uFDD0-\uFDD2]/.test(text) ? text.replace(/[\uFDD0-\uFDD2]/g, (raw) => escapes[raw] ?? raw) : text;
}

/** Appends in a loop: spreading would exceed the limit of a call's arguments. */
function appendIds(target: number[], ids: Int32Array): void {
  for (const id of ids) target.push(id);
}
