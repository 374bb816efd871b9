// Real: the templates and special texts of families of models. Faked: the tokens of ordinary text.
import { describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import type { ChatMessage } from '../../../../native/protocol/chat.ts';
import { casesOf } from '../../../support/case-counts.ts';
import { plainFormat } from '../../../support/daemon/plain-format.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { seeded } from '../../../support/extension/seeded-edits.ts';
import { readTemplate, templateFamilies } from '../../../support/models/template-families.ts';

/** The parts of a conversation that others write, in the order in which most templates show them. */
const parts = [
  ...(['toolName', 'toolDescription', 'parameterName', 'parameterDescription', 'choice', 'option'] as const),
  ...(['system', 'user', 'reasoning', 'answer', 'argumentName', 'argument', 'result', 'lastUser'] as const),
];
type Texts = Record<(typeof parts)[number], string>;
const plain = Object.fromEntries(parts.map((part) => [part, 'z'])) as Texts;

function messagesOf(texts: Texts): ChatMessage[] {
  const name = texts.toolName;
  const json = JSON.stringify({ [texts.argumentName]: texts.argument });
  const id = `functions.${name}:0`;
  return [
    { role: 'system', content: texts.system },
    { role: 'user', content: texts.user },
    {
      role: 'assistant',
      content: texts.answer,
      reasoning: texts.reasoning,
      toolCalls: [{ id, name, arguments: json }],
    },
    { role: 'tool', content: texts.result, toolCallId: id, name },
    { role: 'assistant', content: texts.answer },
    { role: 'user', content: texts.lastUser },
  ];
}

/** The texts with the special one in a part: whole, within itself, or begun in a part and ended in the next. */
function placed(special: string, part: number): Record<string, Texts> {
  const name = parts[part] ?? 'user';
  const next = parts[(part + 1) % parts.length] ?? 'user';
  const half = Math.ceil(special.length / 2);
  const [begin, end] = [special.slice(0, half), special.slice(half)];
  return {
    whole: { ...plain, [name]: special },
    nested: { ...plain, [name]: begin + special + end },
    divided: { ...plain, [name]: begin, [next]: end },
  };
}

describe.each(templateFamilies.map((family) => [family.name, family] as const))(
  'with the template of %s',
  (name, family) => {
    const { tokenizer, vocabulary } = fakeVocabulary(family);
    const chatModel = new ChatModel({ tokenizer, vocabulary, template: readTemplate(name), format: plainFormat });

    async function specialsOf(texts: Texts): Promise<number[]> {
      const properties = {
        [texts.parameterName]: { type: 'string', description: texts.parameterDescription, enum: [texts.choice] },
      };
      const conversation = chatModel.conversation({
        tools: [
          {
            name: texts.toolName,
            description: texts.toolDescription,
            parameters: { type: 'object', properties, required: [texts.parameterName] },
          },
        ],
        templateOptions: { note: texts.option },
      });
      await conversation.append(messagesOf(texts));
      return [...(await conversation.prompt()).ids].filter((id) => vocabulary.isSpecial(id));
    }

    it('the text of no special token becomes that token, wherever it stands', async () => {
      const expected = await specialsOf(plain);
      const all = vocabulary.specialTexts().flatMap((special) =>
        parts.flatMap((part, at) =>
          Object.entries(placed(special, at)).map(([form, texts]) => ({
            what: `${special} ${form} in ${part}`,
            texts,
          })),
        ),
      );
      const random = seeded(all.length);
      const some = Array.from({ length: casesOf('special tokens of a family') }, () => random.pick(all));
      const chosen = some.length < all.length ? some : all;
      const found: string[] = [];
      for (const { what, texts } of chosen) if ((await specialsOf(texts)).join() !== expected.join()) found.push(what);
      expect(found, `of ${chosen.length}`).toEqual([]);
    });
  },
);
