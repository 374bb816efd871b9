import { describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import { MessageRenderer } from '../../../../native/daemon/chat/message-renderer.ts';
import { divideText, restoreText, settleReply } from '../../../../native/daemon/chat/token-alignment.ts';
import type { AssistantMessage, ChatMessage } from '../../../../native/protocol/chat.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { plainFormat } from '../../../support/daemon/plain-format.ts';

const fake = fakeVocabulary({ control: ['<|im_start|>', '<|im_end|>', '</s>'], ends: ['<|im_end|>', '</s>'] });
const plain = `{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}`;

function rendererOf(template = plain): MessageRenderer {
  const model = new ChatModel({
    tokenizer: fake.tokenizer,
    vocabulary: fake.vocabulary,
    template,
    format: plainFormat,
  });
  return new MessageRenderer(model, {}, new Date(2026, 0, 2));
}

const renderer = rendererOf();
const ids = (text: string): number[] => [...fake.tokenizer.tokenize(text, true)];
const text = (tokens: Iterable<number>): string => fake.vocabulary.text(tokens);
const user = (content: string): ChatMessage => ({ role: 'user', content });
const says = (content: string, reasoning?: string): AssistantMessage => ({
  role: 'assistant',
  content,
  ...(reasoning === undefined ? {} : { reasoning }),
});

describe('a divided rendering', async () => {
  const messages = [user('One'), says('Two'), user('Three')];
  const whole = await renderer.history(messages);

  it('gives each message the ids of its own text', async () => {
    const divided = await divideText(renderer, { text: whole, messages, first: 0, base: 0, after: undefined });
    expect(divided.ids.map(text)).toEqual([
      '<|im_start|>user\nOne<|im_end|>\n',
      '<|im_start|>assistant\nTwo<|im_end|>\n',
      '<|im_start|>user\nThree<|im_end|>\n',
    ]);
    expect(divided.ends.map((end) => whole.slice(0, end).split('<|im_end|>\n').length - 1)).toEqual([1, 2, 3]);
  });

  it('begins at the first message that is new', async () => {
    const base = (await renderer.history(messages.slice(0, 2))).length;
    const divided = await divideText(renderer, { text: whole, messages, first: 2, base, after: undefined });
    expect(divided.ids.map(text)).toEqual(['<|im_start|>user\nThree<|im_end|>\n']);
    expect(divided.ends).toEqual([whole.length]);
  });

  it('has all ids once when there are too many messages to look for every boundary', async () => {
    const many = Array.from({ length: 300 }, (_, at) => user(`${at}`));
    const rendered = await renderer.history(many);
    const divided = await divideText(renderer, { text: rendered, messages: many, first: 0, base: 0, after: undefined });
    expect(divided.ids).toHaveLength(300);
    expect(divided.ids.some((one) => one.length === 0)).toBe(true);
    expect(text(divided.ids.flat())).toBe(rendered);
  });
});

describe('a settled reply', async () => {
  const before = await renderer.history([user('One')]);
  const prompt = await renderer.prompt([user('One')]);
  const settle = async (message: AssistantMessage, said: string, by = renderer) =>
    settleReply(by.model, {
      before,
      prompt,
      history: await by.history([user('One'), message]),
      message,
      replyIds: Int32Array.from(ids(said)),
    });

  it("ends with the model's end-of-turn token, and leaves what follows it to the next message", async () => {
    const settled = await settle(says('Two'), 'Two<|im_end|>');
    expect(settled.text).toBe(`${prompt}Two<|im_end|>`);
    expect(text(settled.ids)).toBe('Two<|im_end|>');
  });

  it('ends before that token when the reply was cut', async () => {
    const settled = await settle(says('Tw'), 'Tw');
    expect(settled.text).toBe(`${prompt}Tw`);
    expect(text(settled.ids)).toBe('Tw');
  });

  it('drops an end token that is not the one the template writes', async () => {
    const settled = await settle(says('Two'), 'Two</s>');
    expect(settled.text).toBe(`${prompt}Two`);
    expect(text(settled.ids)).toBe('Two');
  });

  it('keeps what the model said where the template hides its reasoning', async () => {
    const settled = await settle(says('Two', 'Hm.'), 'Hm.Two<|im_end|>');
    expect(settled.text).toBe(`${prompt}Hm.Two<|im_end|>`);
    expect(text(settled.ids)).toBe('Hm.Two<|im_end|>');
  });

  it('keeps what the model said where the template refuses the message', async () => {
    const settled = settleReply(renderer.model, {
      before,
      prompt,
      history: undefined,
      message: says('Two'),
      replyIds: Int32Array.from(ids('Two')),
    });
    expect(settled.text).toBe(`${prompt}Two`);
  });

  it('has a second text without an empty thought that only the last message shows', async () => {
    const thinking = rendererOf(
      plain.replace(
        "'\\n' + message.content",
        "'\\n' + ('<think></think>' if loop.last and message.role == 'assistant' else '') + message.content",
      ),
    );
    const settled = await settle(says('Two'), 'Two<|im_end|>', thinking);
    expect(settled.text).toBe(`${prompt}<think></think>Two<|im_end|>`);
    expect(settled.alternative).toBe(`${prompt}Two<|im_end|>`);
  });
});

describe('a restored text', () => {
  const entry = (message: ChatMessage, written: string) => ({ message, ids: ids(written) });
  const first = entry(user('One'), '<|im_start|>user\nOne<|im_end|>\n');

  it('is what the template writes, as far as the ids reach', async () => {
    const said = entry(says('Two'), '<|im_start|>assistant\nTwo<|im_end|>');
    expect((await restoreText(renderer, [first])).text).toBe(text(first.ids));
    expect((await restoreText(renderer, [first, said])).text).toBe(text([...first.ids, ...said.ids]));
  });

  it('ends in the middle of a turn that was cut', async () => {
    const said = entry(says('Two'), '<|im_start|>assistant\nTwo');
    expect((await restoreText(renderer, [first, said])).text).toBe(text([...first.ids, ...said.ids]));
  });

  it('has the reasoning that the ids have and the template hides, with the ends of those entries', async () => {
    const said = entry(says('Two', 'Hm.'), '<|im_start|>assistant\nHm.Two<|im_end|>');
    const restored = await restoreText(renderer, [first, said]);
    expect(restored.text).toBe(text([...first.ids, ...said.ids]));
    expect(restored.ends).toEqual(new Map([[1, restored.text.length]]));
  });

  it('leaves out messages at the end that have no ids', async () => {
    expect((await restoreText(renderer, [first, { message: user('Later'), ids: [] }])).text).toBe(text(first.ids));
  });

  it('is empty without entries', async () => {
    expect((await restoreText(renderer, [])).text).toBe('');
  });
});
