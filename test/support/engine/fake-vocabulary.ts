import type { NativeVocabulary } from '../../../native/addon/contract.ts';
import type { Tokenizer } from '../../../native/daemon/chat/prompt-tokenizer.ts';
import { Vocabulary } from '../../../native/daemon/chat/vocabulary.ts';

/** A small vocabulary: all bytes, some words, special tokens. Stands in for a model's, with llama.cpp's rules. */
export interface FakeVocabularyOptions {
  readonly control?: readonly string[];
  readonly userDefined?: readonly string[];
  readonly words?: readonly string[];
  readonly ends?: readonly string[];
  readonly bos?: string;
  readonly addBos?: boolean;
  readonly stripRight?: readonly string[];
}

export interface FakeVocabulary {
  readonly native: NativeVocabulary;
  readonly vocabulary: Vocabulary;
  /** Forms user-defined tokens from any text and control tokens when `special`, longest first; counts its work. */
  readonly tokenizer: Tokenizer & { characters: number };
  idOf(text: string): number;
}

const words = [
  '\n\n',
  '>\n',
  '\n<',
  '">',
  '</',
  'the ',
  ' is',
  'function',
  'return',
  'tool',
  'result',
  '{"',
  '": "',
  '"}',
  'us',
  'er',
];

export function fakeVocabulary(options: FakeVocabularyOptions): FakeVocabulary {
  const bytes = Array.from({ length: 256 }, (_, byte) => ({ piece: Uint8Array.of(byte), attributes: 32 }));
  const text = (list: readonly string[], attributes: number): { piece: Uint8Array; attributes: number }[] =>
    list.map((piece) => ({
      piece: Buffer.from(piece),
      attributes: attributes | (options.stripRight?.includes(piece) === true ? 512 : 0),
    }));
  const tokens = [
    ...bytes,
    ...text([...words, ...(options.words ?? [])], 4),
    ...text(options.control ?? [], 8),
    ...text(options.userDefined ?? [], 16),
  ];
  const idOf = (piece: string): number =>
    tokens.findIndex((token, id) => id >= 256 && Buffer.from(token.piece).toString() === piece);
  const offsets = new Uint32Array(tokens.length + 1);
  for (const [id, token] of tokens.entries()) offsets[id + 1] = (offsets[id] ?? 0) + token.piece.length;
  const native: NativeVocabulary = {
    size: tokens.length,
    pieces: Buffer.concat(tokens.map((token) => token.piece)),
    offsets,
    attributes: Uint32Array.from(tokens, (token) => token.attributes),
    endOfGeneration: Int32Array.from(options.ends ?? [], idOf),
    bos: options.bos === undefined ? -1 : idOf(options.bos),
    eos: -1,
    fillPrefix: -1,
    fillSuffix: -1,
    fillMiddle: -1,
    addBos: options.addBos ?? false,
  };
  const texts = tokens.map((token, id) => (id < 256 ? '' : Buffer.from(token.piece).toString()));
  const byLength = (keep: (attributes: number) => boolean): number[] =>
    tokens
      .flatMap((token, id) => (id >= 256 && keep(token.attributes) ? [id] : []))
      .sort((a, b) => (texts[b] ?? '').length - (texts[a] ?? '').length);
  const plainIds = byLength((attributes) => (attributes & 8) === 0);
  const allIds = byLength(() => true);
  const tokenizer = {
    characters: 0,
    tokenize(input: string, special: boolean): Int32Array {
      tokenizer.characters += input.length;
      const ids: number[] = [];
      for (let at = 0; at < input.length;) {
        const id = (special ? allIds : plainIds).find((candidate) => input.startsWith(texts[candidate] ?? '', at));
        if (id === undefined) {
          const character = String.fromCodePoint(input.codePointAt(at) ?? 0);
          ids.push(...Buffer.from(character));
          at += character.length;
        } else {
          ids.push(id);
          at += (texts[id] ?? '').length;
        }
      }
      return Int32Array.from(ids);
    },
  };
  return { native, vocabulary: new Vocabulary(native), tokenizer, idOf };
}
