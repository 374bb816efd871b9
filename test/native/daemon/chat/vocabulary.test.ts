// The small vocabulary is made up; the last part reads the embedded model's through the addon.
import { describe, expect, it } from 'vitest';
import { Vocabulary } from '../../../../native/daemon/chat/vocabulary.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { loadNanoVocabulary } from '../../../support/models/nano-vocabulary.ts';

const { vocabulary, idOf } = fakeVocabulary({
  control: ['<|im_end|>', '<|im_start|>', '[BOS]'],
  userDefined: ['<think>', '</think>', '[TOOL_CALLS]', '    ', '<table>', '</b>', '<h1>', '</arg_key>'],
  ends: ['<|im_end|>'],
  bos: '[BOS]',
  addBos: true,
});

describe('a vocabulary', () => {
  it('tells control tokens and markers from text tokens', () => {
    for (const text of ['<|im_end|>', '[BOS]', '<think>', '</think>', '[TOOL_CALLS]', '</arg_key>'])
      expect(vocabulary.isSpecial(idOf(text)), text).toBe(true);
    for (const text of ['    ', '<table>', '</b>', '<h1>', 'the '])
      expect(vocabulary.isSpecial(idOf(text)), text).toBe(false);
    expect(vocabulary.specialTexts()).toHaveLength(7);
    expect(vocabulary.idOf('<think>')).toBe(idOf('<think>'));
    expect(vocabulary.idOf('the ')).toBeUndefined();
  });

  it('knows which tokens end a turn and which the tokenizer makes of any text', () => {
    expect(vocabulary.isEnd(idOf('<|im_end|>'))).toBe(true);
    expect(vocabulary.isEnd(idOf('<|im_start|>'))).toBe(false);
    const forms = new Map(vocabulary.specialTokens().map((token) => [token.text, token.forms]));
    expect(forms.get('<think>')).toBe(true);
    expect(forms.get('<|im_end|>')).toBe(false);
    expect(vocabulary.bos).toBe(idOf('[BOS]'));
    expect(vocabulary.eos).toBeUndefined();
    expect(vocabulary.addBos).toBe(true);
  });

  it('decodes characters that are spread over tokens, and bytes that are none', () => {
    expect(vocabulary.text([...Buffer.from('a \u00e9 \u{1f600}'), idOf('<|im_end|>')])).toBe(
      'a \u00e9 \u{1f600}<|im_end|>',
    );
    expect(vocabulary.text([0x61, 0xc3])).toBe('a\ufffd');
    expect(vocabulary.text([])).toBe('');
    expect(vocabulary.text([0xef, 0xbb, 0xbf, 0x61])).toBe('\ufeffa');
  });

  it('streams text without cutting a character', () => {
    const decoder = vocabulary.textDecoder();
    const bytes = Buffer.from('\u{1f600}b');
    expect(decoder.push([bytes[0]!, bytes[1]!])).toBe('');
    expect(decoder.push([bytes[2]!])).toBe('');
    expect(decoder.push([bytes[3]!, bytes[4]!])).toBe('\u{1f600}b');
    expect(decoder.push([0xe2, 0x82])).toBe('');
    expect(decoder.end()).toBe('\ufffd');
  });

  it('of very many special tokens is refused before they are prepared', () => {
    const control = (count: number): string[] => Array.from({ length: count }, (_, at) => `<|${at}|>`);
    expect(fakeVocabulary({ control: control(16_384) }).vocabulary.specialTexts()).toHaveLength(16_384);
    expect(() => fakeVocabulary({ control: control(16_385) })).toThrow(
      expect.objectContaining({ code: 'model.unsupported', message: expect.stringContaining('16,384 special tokens') }),
    );
  });

  it('gives nothing for ids that do not exist', () => {
    expect(vocabulary.piece(-1)).toHaveLength(0);
    expect(vocabulary.piece(1_000_000)).toHaveLength(0);
    expect(vocabulary.isSpecial(1_000_000)).toBe(false);
  });

  it('reads the embedded model', async () => {
    const model = await loadNanoVocabulary();
    const nano = new Vocabulary(model.vocabulary());
    expect(nano.size).toBe(2560);
    for (const text of ['<|im_end|>', '<|tool_call_begin|>', '<|tool_calls_section_begin|>']) {
      const id = nano.idOf(text);
      expect([...model.tokenize(text, true)]).toEqual([id]);
      expect(nano.text([id ?? -1])).toBe(text);
    }
    expect(nano.isEnd(nano.idOf('<|im_end|>') ?? -1)).toBe(true);
    const text = 'export const add = (a, b) => a + b; // \u4f60\u597d \u{1f600}';
    expect(nano.text(model.tokenize(text, false))).toBe(text);
    await model.close();
  });
});
