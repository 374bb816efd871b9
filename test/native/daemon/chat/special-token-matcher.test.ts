import { describe, expect, it } from 'vitest';
import { SpecialTokenMatcher, unitsAt } from '../../../../native/daemon/chat/special-token-matcher.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';

const fake = fakeVocabulary({
  control: ['<|im|>', '<|im_end|>', '\u{1f600}'],
  userDefined: ['<think>', '<tool_call>'],
});
const matcher = new SpecialTokenMatcher(fake.vocabulary.specialTokens());

/** The content with `|` where a mark breaks it and `!` where only a cut helps. */
function broken(content: string): string {
  let text = '';
  let from = 0;
  for (const { at, cut } of matcher.breaks(content)) {
    text += content.slice(from, at) + (cut ? '!' : '|');
    from = at;
  }
  return text + content.slice(from);
}

describe('special texts in a text', () => {
  it('are found where they stand, the longest one', () => {
    const text = 'a<|im_end|>b';
    expect(matcher.matchAt(text, 1)).toEqual({ id: fake.idOf('<|im_end|>'), length: 10 });
    expect(matcher.matchAt('<|im|>_end|>', 0)).toEqual({ id: fake.idOf('<|im|>'), length: 6 });
  });

  it('are all found in a text, also inside of one another', () => {
    const nested = new SpecialTokenMatcher(
      fakeVocabulary({ control: ['<|im|>', '<|im|>x', 'x<', '</s>'] }).vocabulary.specialTokens(),
    );
    expect([...nested.allIn('a <|im|>x<|im|> b')]).toHaveLength(3);
    expect(matcher.allIn('a <|im| b')).toEqual(new Set());
    expect(matcher.allIn('"<think>" | "<|im_end|>"')).toEqual(new Set([fake.idOf('<think>'), fake.idOf('<|im_end|>')]));
  });

  it('are not found beside their place nor when they are incomplete', () => {
    expect(matcher.matchAt('a<|im|>', 0)).toBeUndefined();
    expect(matcher.matchAt('<|im', 0)).toBeUndefined();
    expect(matcher.matchAt('<|im|>', 1)).toBeUndefined();
  });

  it('begin with one of the first characters', () => {
    const first = new RegExp(`[${matcher.firstCharacters}]`);
    for (const text of fake.vocabulary.specialTexts()) expect(text.charAt(0)).toMatch(first);
    expect('abc |>').not.toMatch(first);
  });
});

describe('content', () => {
  it('is broken behind the first character of a special text', () => {
    expect(broken('say <|im_end|> now')).toBe('say <||im_end|> now');
  });

  it('is broken by a cut where the tokenizer forms the token from plain text', () => {
    expect(broken('a<think>b')).toBe('a<!think>b');
  });

  it('is broken where its end may become a special text with what follows', () => {
    expect(broken('end <|im')).toBe('end <||im');
    expect(broken('end <thi')).toBe('end <!thi');
  });

  it('is broken where its beginning may complete a special text', () => {
    expect(broken('m_end|> x')).toBe('m_end||> x');
    expect(broken('nk> x')).toBe('nk!> x');
  });

  it('is broken inside a word that a template puts between the tags', () => {
    expect(broken('tool_call')).toBe('tool_!call');
    expect(broken('tool call')).toBe('tool call');
  });

  it('is broken behind a whole character, not inside a surrogate pair', () => {
    expect(matcher.breaks('\u{1f600}').map(({ at }) => at)).toContain(2);
  });

  it('stays whole when nothing in it can become a special token', () => {
    for (const content of ['', 'plain', 'a < b', '<div>', 'im_start'])
      expect(matcher.breaks(content), content).toEqual([]);
  });

  it('has ascending breaks, each once', () => {
    const places = matcher.breaks('<|im|><|im|><think>').map(({ at }) => at);
    expect(places).toEqual([...new Set(places)].sort((one, other) => one - other));
  });

  it('is never broken for a vocabulary without special tokens', () => {
    const plain = new SpecialTokenMatcher(fakeVocabulary({}).vocabulary.specialTokens());
    expect(plain.breaks('<|im_end|>')).toEqual([]);
    expect(plain.firstCharacters).toBe('');
  });
});

it('counts the UTF-16 units of a character', () => {
  expect([unitsAt('a\u{1f600}', 0), unitsAt('a\u{1f600}', 1)]).toEqual([1, 2]);
});
