import {
  array,
  assert as assertProperty,
  asyncProperty,
  constantFrom,
  nat,
  oneof,
} from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import { PromptTokenizer } from '../../../../native/daemon/chat/prompt-tokenizer.ts';
import type { ChatMessage } from '../../../../native/protocol/chat.ts';
import { casesOf } from '../../../support/case-counts.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { plainFormat } from '../../../support/daemon/plain-format.ts';
import { readTemplate, templateFamilies } from '../../../support/models/template-families.ts';

const markers = ['<|im_end|>', '<|im_start|>', '<|a|>', 'X'];
const fake = fakeVocabulary({
  control: [...markers, '<|end|>'],
  userDefined: ['<think>', '</think>', '<tool_call>'],
  stripRight: ['<|end|>'],
});
const promptTokenizer = new PromptTokenizer(fake.tokenizer, fake.vocabulary);
const guarding = promptTokenizer.content;
const specialIds = (ids: readonly number[]): number[] => ids.filter((id) => fake.vocabulary.isSpecial(id));
const tokenize = async (text: string): Promise<string[]> =>
  (await promptTokenizer.tokenize(text)).map((id) => fake.vocabulary.text([id]));

describe('guarded content', () => {
  it.each([
    '<|im_end|>',
    'a<think>b</think>',
    '<|<|im_end|>im_end|>',
    '<think<think>>',
    '<|im_<|im_end|>end|>',
    'X',
    'aXb',
    '<tool_call><|im_start|>',
    '<|im_end|',
  ])('never becomes a special token and keeps its text: %s', async (content) => {
    const ids = await promptTokenizer.tokenize(guarding.guard(content));
    expect(specialIds(ids)).toEqual([]);
    expect(fake.vocabulary.text(ids)).toBe(content);
  });

  it('is the text itself when there is nothing to guard', async () => {
    for (const content of ['', 'plain text', 'a < b && c > d', '<div>', '\u{1f600} \ue000 \uf8ff', 'tool call'])
      expect(guarding.guard(content)).toBe(content);
  });

  it('keeps noncharacters, which are our marks, as content', async () => {
    const content = 'a\uFDD0b\uFDD1\uFDD2<|im_end|>\uFDD3\uFDD5c';
    expect(guarding.plain(guarding.guard(content))).toBe(content);
    expect(fake.vocabulary.text(await promptTokenizer.tokenize(guarding.guard(content)))).toBe(content);
  });

  it("stays safe between a template's own brackets", async () => {
    for (const [before, name, after] of [
      ['<', 'tool_call', '>'],
      ['<', 'think', '>'],
      ['</', 'think', '>'],
      ['<', '|im_end|', '>'],
      ['a', '<|im_end|', '>'],
      ['<|', 'im_end|>', ''],
      ['<', '/think>', ''],
    ] as const) {
      expect(specialIds(await promptTokenizer.tokenize(before + guarding.guard(name) + after)), name).toEqual([]);
    }
  });

  it('is tokenised as one text where only control tokens are broken, so that it reads as usual', async () => {
    expect(await promptTokenizer.tokenize(guarding.guard('the <|im_end|> is'))).toEqual([
      ...fake.tokenizer.tokenize('the <|im_end|> is', false),
    ]);
  });

  it('guards strings and names in JSON, but leaves schema keywords', async () => {
    const guarded = guarding.guardSchema({
      type: 'object',
      title: '<|im_end|>',
      properties: { type: { enum: ['<think>'] }, '<|a|>': { type: 'string' }, think: true },
      required: ['<|a|>', 'think'],
    }) as { properties: object; required: string[] };
    expect(JSON.stringify(guarding.plain(JSON.stringify(guarded)))).toContain('<|im_end|>');
    expect(specialIds(await promptTokenizer.tokenize(JSON.stringify(guarded)))).toEqual([]);
    expect(Object.keys(guarded)).toEqual(['type', 'title', 'properties', 'required']);
    expect(Object.keys(guarded.properties).slice(1)).toEqual(guarded.required);
    expect(Object.keys(guarding.guardValue({ '<|im_end|>': 1 }) as object)).not.toContain('<|im_end|>');
  });
});

describe('tokenising a rendered text', () => {
  it("makes special tokens of the template's texts, the longest first", async () => {
    expect(await tokenize('<|im_start|>user\nhi<|im_end|>\n<think>')).toEqual([
      '<|im_start|>',
      'us',
      'er',
      '\n',
      'h',
      'i',
      '<|im_end|>',
      '\n',
      '<think>',
    ]);
  });

  it('drops whitespace that belongs to a token, also across two calls', async () => {
    expect(await tokenize('a<|end|>\n b')).toEqual(['a', '<|end|>', 'b']);
    expect(await promptTokenizer.tokenize('\n b', fake.idOf('<|end|>'))).toEqual([98]);
    expect(await promptTokenizer.tokenize('\n b', fake.idOf('<|im_end|>'))).toEqual([10, 32, 98]);
  });

  it('gives a token over a boundary to the part in which it begins', async () => {
    const text = '</p>\n<p>';
    const parts = await promptTokenizer.tokenizeParts(text, [4, text.length]);
    expect(parts.map((part) => fake.vocabulary.text(part.ids))).toEqual(['</p>\n', '<p>']);
    expect(parts.map((part) => part.end)).toEqual([5, text.length]);
    expect(parts.flatMap((part) => part.ids)).toEqual(await promptTokenizer.tokenize(text));
  });

  it('divides a text anywhere without changing its tokens', async () => {
    await assertProperty(
      asyncProperty(
        array(constantFrom(...markers, 'the ', '>', '\n', '\u{1f600}', '<', ' is', '\uFDD0', '\uFDD1'), {
          maxLength: 12,
        }),
        array(nat(40), { maxLength: 4 }),
        async (pieces, cuts) => {
          const text = pieces
            .map((piece, index) => (index % 2 === 0 ? guarding.guard(piece) : piece.replace(/[\uFDD0-\uFDD5]/g, '')))
            .join('');
          const ends = [...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
          const parts = await promptTokenizer.tokenizeParts(text, ends);
          expect(parts.flatMap((part) => part.ids)).toEqual(await promptTokenizer.tokenize(text));
          expect(parts.at(-1)?.end).toBe(text.length);
          parts.forEach((part, index) => expect(part.end).toBeGreaterThanOrEqual(parts[index - 1]?.end ?? 0));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds the text behind given ids', async () => {
    const text = `${guarding.guard('a<|im_end|>')}\u{1f600}<|im_end|>b`;
    const ids = await promptTokenizer.tokenize(text);
    for (let count = 0; count <= ids.length; count++) {
      const end = promptTokenizer.offsetAfter(text, 0, ids.slice(0, count));
      if (end !== undefined) expect(await promptTokenizer.tokenize(text.slice(0, end))).toEqual(ids.slice(0, count));
    }
    expect(promptTokenizer.offsetAfter(text, 0, ids)).toBe(text.length);
    expect(promptTokenizer.offsetAfter('other', 0, ids)).toBeUndefined();
  });
});

describe.each(templateFamilies.map((family) => family.name))('with the template of %s', (name) => {
  it('content with markers, or parts of them, anywhere adds no special token', async () => {
    const family = templateFamilies.find((candidate) => candidate.name === name)!;
    const { tokenizer, vocabulary } = fakeVocabulary(family);
    const chatModel = new ChatModel({ tokenizer, vocabulary, template: readTemplate(name), format: plainFormat });
    const specials = vocabulary.specialTexts();
    const hostile = array(
      oneof(
        constantFrom(...specials),
        constantFrom(...specials).chain((text) => nat(text.length).map((at) => text.slice(at))),
        constantFrom(...specials).chain((text) => nat(text.length).map((at) => text.slice(0, at))),
        constantFrom('tool_call', 'think', 'x', ' y ', '\uFDD0', '\uFDD1'),
      ),
      { minLength: 1, maxLength: 4 },
    ).map((pieces) => pieces.join(''));
    const build = async (text: string): Promise<number[]> => {
      const json = JSON.stringify({ [`k${text}`]: text });
      const messages: ChatMessage[] = [
        { role: 'system', content: `s${text}` },
        { role: 'user', content: `u${text}.` },
        {
          role: 'assistant',
          content: '',
          toolCalls: [{ id: `functions.f${text}:0`, name: `f${text}`, arguments: json }],
        },
        { role: 'tool', content: `r${text}.`, toolCallId: `functions.f${text}:0`, name: `f${text}` },
        { role: 'assistant', content: `a${text}.` },
        { role: 'user', content: `v${text}.` },
      ];
      const conversation = chatModel.conversation({
        tools: [
          {
            name: `f${text}`,
            description: `d${text}`,
            parameters: {
              type: 'object',
              properties: { [`k${text}`]: { type: 'string', description: text, enum: [text] } },
              required: [`k${text}`],
            },
          },
        ],
        templateOptions: { note: text },
      });
      await conversation.append(messages);
      return [...(await conversation.prompt()).ids].filter((id) => vocabulary.isSpecial(id));
    };
    const expected = await build('z');
    await assertProperty(
      asyncProperty(hostile, async (text) => {
        expect(await build(text)).toEqual(expected);
      }),
      { numRuns: casesOf('guarded contents') },
    );
  });
});
