import type { NativeVocabulary } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { SpecialToken } from './special-token-matcher.ts';

/** Bits of llama.h's `llama_token_attr` that are looked at here. */
const attribute = { unknown: 1, control: 8, userDefined: 16, stripLeft: 256, stripRight: 512 } as const;

/** Special tokens of a model. Gemma has 6,400; preparing many more would hold up every other request. */
const specialsMax = 16_384;

/** HTML elements that some vocabularies (Gemma) hold as user-defined tokens: they are text, not markers. */
const htmlElements = new Set(
  [
    'a b i u s p br hr em ul ol li dl dt dd td th tr h1 h2 h3 h4 h5 h6 sub sup div span code pre',
    'table caption thead tbody tfoot strong blockquote html head body title',
  ].flatMap((names) => names.split(' ')),
);

/**
 * What a model's token ids mean.
 * Owns: pieces, special tokens, turning ids into text. Does not own: turning text into ids (the addon's tokenizer).
 */
export class Vocabulary {
  readonly size: number;
  /** The begin-of-sequence token, undefined when there is none; likewise `eos`. */
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  /** Whether a prompt must start with `bos`. */
  readonly addBos: boolean;
  readonly #native: NativeVocabulary;
  readonly #ends: ReadonlySet<number>;
  readonly #specials = new Map<string, number>();

  /** Throws `model.unsupported` for a model with more special tokens than any has that writes text. */
  constructor(native: NativeVocabulary) {
    this.#native = native;
    this.size = native.size;
    this.bos = native.bos < 0 ? undefined : native.bos;
    this.eos = native.eos < 0 ? undefined : native.eos;
    this.addBos = native.addBos;
    this.#ends = new Set(native.endOfGeneration);
    for (let id = 0; id < native.size; id++) {
      if (!this.isSpecial(id)) continue;
      const text = this.text([id]);
      if (text !== '' && !this.#specials.has(text)) this.#specials.set(text, id);
      if (this.#specials.size > specialsMax) throw tooManySpecials();
    }
  }

  /** Bytes of a token, special tokens by their text; empty for an id outside the vocabulary. */
  piece(id: number): Uint8Array {
    const start = this.#native.offsets[id];
    const end = this.#native.offsets[id + 1];
    return start === undefined || end === undefined ? new Uint8Array(0) : this.#native.pieces.subarray(start, end);
  }

  /** Number of bytes of a token's piece; 0 for an id outside the vocabulary. */
  pieceLength(id: number): number {
    const start = this.#native.offsets[id] ?? 0;
    return (this.#native.offsets[id + 1] ?? start) - start;
  }

  /** Text of ids as UTF-8; bytes that do not form a whole character become U+FFFD. */
  text(ids: Iterable<number>): string {
    const decoder = this.textDecoder();
    return decoder.push(ids) + decoder.end();
  }

  /** Whether this token ends the model's turn. */
  isEnd(id: number): boolean {
    return this.#ends.has(id);
  }

  /**
   * Whether the token is more than text: a control or unknown token, or a user-defined one that looks like a marker
   * (`<think>`, `<|user|>`, `[INST]`), which llama.cpp forms from any text.
   */
  isSpecial(id: number): boolean {
    const bits = this.#native.attributes[id] ?? 0;
    if ((bits & (attribute.control | attribute.unknown)) !== 0) return true;
    return (bits & attribute.userDefined) !== 0 && looksLikeMarker(this.text([id]));
  }

  /** Which whitespace around a special token in a template belongs to it and is dropped. */
  strips(id: number): { readonly left: boolean; readonly right: boolean } {
    const bits = this.#native.attributes[id] ?? 0;
    return { left: (bits & attribute.stripLeft) !== 0, right: (bits & attribute.stripRight) !== 0 };
  }

  /** A special token's id by its text. */
  idOf(text: string): number | undefined {
    return this.#specials.get(text);
  }

  /** All special tokens. */
  specialTokens(): SpecialToken[] {
    return [...this.#specials].map(([text, id]) => ({
      text,
      id,
      forms: ((this.#native.attributes[id] ?? 0) & attribute.userDefined) !== 0,
    }));
  }

  /** Texts of all special tokens. */
  specialTexts(): string[] {
    return [...this.#specials.keys()];
  }

  /** Turns streamed ids into text without cutting a character in two: `push` gives what is complete, `end` the rest. */
  textDecoder(): { push(ids: Iterable<number>): string; end(): string } {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (ids) => {
        let text = '';
        for (const id of ids) text += decoder.decode(this.piece(id), { stream: true });
        return text;
      },
      end: () => decoder.decode(),
    };
  }
}

function tooManySpecials(): CodedError {
  const most = specialsMax.toLocaleString('en');
  return new CodedError(
    'model.unsupported',
    `The model has more than ${most} special tokens. This engine takes no more; choose another model.`,
  );
}

function looksLikeMarker(text: string): boolean {
  if (/^\[\/?[A-Z][A-Z_]+\]$/.test(text)) return true;
  const inner = /^<(.+)>$/su.exec(text)?.[1];
  if (inner === undefined || /[\s<>]/u.test(inner)) return false;
  return !htmlElements.has(inner.replace(/^\/|\/$/g, '').toLowerCase());
}
