// Real chat templates; the vocabulary is a small one with each family's special tokens.
import {
  array,
  assert as assertProperty,
  asyncProperty,
  boolean,
  constant,
  integer,
  oneof,
  option,
  record,
  string,
} from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import { prompted } from '../../../../native/daemon/chat/formats/prompted.ts';
import { plainFormat } from '../../../support/daemon/plain-format.ts';
import { readTemplate } from '../../../support/models/template-families.ts';
import { call, result, setting, tools } from '../../../support/daemon/chat-setting.ts';

describe('a conversation', () => {
  it('counts tool calls through the whole conversation', async () => {
    const { chatModel } = setting('Kimi-K2-Instruct');
    const conversation = chatModel.conversation({ tools });
    await conversation.append([
      { role: 'user', content: 'One' },
      { ...call(0), toolCalls: [...call(0).toolCalls!, ...call(1).toolCalls!] },
      result(0),
      result(1),
      call(2),
      result(2),
    ]);
    expect((await conversation.prompt()).nextCallIndex).toBe(3);
  });

  it('counts on from the calls of a history that was shortened', async () => {
    const { chatModel } = setting('Kimi-K2-Instruct');
    const conversation = chatModel.conversation({ tools });
    await conversation.append([{ role: 'user', content: 'One' }, call(7), result(7), call(8), result(8)]);
    expect((await conversation.prompt()).nextCallIndex).toBe(9);
    await conversation.append([
      { role: 'assistant', content: '', toolCalls: [{ id: 'call_x', name: 'f', arguments: '{}' }] },
    ]);
    expect((await conversation.prompt()).nextCallIndex).toBe(10);
  });

  it('holds any number of messages up to its limit, and is unchanged beyond', async () => {
    const conversation = setting('Kimi-K2-Instruct').chatModel.conversation({});
    const messages = Array.from({ length: 8192 }, () => ({ role: 'user', content: 'a' }) as const);
    await expect(conversation.append([...messages, ...messages])).rejects.toThrow(
      expect.objectContaining({ code: 'request.invalid', message: expect.stringContaining('8192') as string }),
    );
    expect(conversation.entries).toHaveLength(0);
    expect((await conversation.append(messages)).ids).toHaveLength(8192);
    await expect(conversation.append(messages.slice(0, 1))).rejects.toThrow(
      expect.objectContaining({ code: 'request.invalid' }),
    );
  });

  it('keeps the date of its first day', async () => {
    const all = setting('openai-gpt-oss-120b');
    let day = 2;
    const chatModel = new ChatModel({
      tokenizer: all.fake.tokenizer,
      vocabulary: all.fake.vocabulary,
      template: readTemplate('openai-gpt-oss-120b'),
      format: plainFormat,
      now: () => new Date(2026, 0, day),
    });
    const conversation = chatModel.conversation({});
    await conversation.append([{ role: 'user', content: 'One' }]);
    day = 3;
    expect((await conversation.fork().append([{ role: 'user', content: 'Two' }])).rewritten).toBeUndefined();
    expect(all.text(conversation.ids)).toContain('Current date: 2026-01-02');
  });

  it('leaves the log alone when the template refuses a message', async () => {
    const { chatModel } = setting('openai-gpt-oss-120b');
    const conversation = chatModel.conversation({ tools });
    await conversation.append([{ role: 'user', content: 'One' }]);
    const before = [...conversation.ids];
    await expect(conversation.append([result(0)])).rejects.toThrow(
      expect.objectContaining({
        code: 'template.failed',
        message: expect.stringContaining('no previous assistant message'),
      }),
    );
    expect([...conversation.ids]).toEqual(before);
    expect(conversation.entries).toHaveLength(1);
  });

  it('tokenises only what is new, however long it gets', async () => {
    const all = setting('Kimi-K2-Instruct');
    const conversation = all.chatModel.conversation({ tools });
    await conversation.append([{ role: 'user', content: 'One' }, call(0)]);
    for (let index = 0; index < 150; index++) {
      all.fake.tokenizer.characters = 0;
      await conversation.append([result(index, 'some result text\n'.repeat(20))]);
      expect(all.fake.tokenizer.characters).toBeLessThan(500);
      if (index % 10 === 0) expect((await conversation.prompt()).ids.length).toBeGreaterThan(conversation.length);
    }
    const atOnce = all.chatModel.conversation({ tools });
    const { ids } = await atOnce.append(conversation.entries.map((entry) => entry.message));
    expect(ids.flat()).toEqual([...conversation.ids]);
  });

  it('goes on after an answer without a new message, also where the template rewrites the answer', async () => {
    for (const name of ['Kimi-K2-Instruct', 'openai-gpt-oss-120b', 'Kimi-K2-Thinking']) {
      const all = setting(name);
      const conversation = all.chatModel.conversation({});
      await conversation.append([{ role: 'user', content: 'One' }]);
      const thought = name === 'Kimi-K2-Instruct' ? {} : { reasoning: 'Hm.' };
      await conversation.commit({ role: 'assistant', content: 'Half', ...thought }, all.say('<think>Hm.</think>Half'));
      const before = [...conversation.ids];
      const prompt = await conversation.prompt();
      expect([...conversation.ids]).toEqual(before);
      expect([...prompt.ids].slice(0, prompt.logLength)).toEqual(before.slice(0, prompt.logLength));
      expect(prompt.logLength < before.length).toBe(name !== 'Kimi-K2-Instruct');
      const said = all.say(`more${all.family.end}`);
      await conversation.commit({ role: 'assistant', content: 'more' }, said);
      expect([...conversation.ids]).toEqual([...prompt.ids, ...said]);
      expect(conversation.entries.flatMap((entry) => entry.ids)).toEqual([...conversation.ids]);
      await conversation.append([{ role: 'user', content: 'Two' }]);
      expect(conversation.entries.flatMap((entry) => entry.ids)).toEqual([...conversation.ids]);
    }
  });

  it('renders what comes before the first user message with it, where the template needs that', async () => {
    const all = setting('meta-llama-Llama-3.1-8B-Instruct');
    const conversation = all.chatModel.conversation({ tools });
    expect((await conversation.append([{ role: 'system', content: 'Be brief.' }])).ids).toEqual([[]]);
    const restored = all.chatModel.conversation({ tools }, conversation.entries);
    for (const each of [conversation, restored]) {
      const { ids, rewritten } = await each.append([{ role: 'user', content: 'One' }]);
      expect(rewritten).toBeUndefined();
      expect(ids.flat()).toEqual([...each.ids]);
      expect(all.text(each.ids)).toMatch(/Be brief\.[^]*One/);
    }
  });

  it('writes tools, calls and results as text for a model whose template knows none', async () => {
    const all = setting('Qwen-Qwen3-0.6B');
    const chatModel = new ChatModel({
      tokenizer: all.fake.tokenizer,
      vocabulary: all.fake.vocabulary,
      template: undefined,
      format: prompted,
    });
    const conversation = chatModel.conversation({ tools });
    await conversation.append([{ role: 'user', content: 'One' }]);
    await conversation.commit(call(0), all.say('CALL<|im_end|>'));
    expect((await conversation.append([result(0)])).rewritten).toBeUndefined();
    expect(all.text(conversation.ids)).toMatch(
      /system\n[^]*"get_x"[^]*One<\|im_end\|>\n<\|im_start\|>assistant\nCALL<\|im_end\|>\n<\|im_start\|>user\n<tool_response>\nresult 0/,
    );
  });

  it('has messages whose ids went with a later one, after that was taken back and the rest restored', async () => {
    for (const name of ['Qwen-Qwen3-0.6B', 'GLM-4.6']) {
      const all = setting(name);
      const conversation = all.chatModel.conversation({ tools });
      await conversation.append([{ role: 'user', content: 'Start' }]);
      await conversation.commit(
        { role: 'assistant', content: '', reasoning: 'Hm.' },
        Int32Array.from(all.fake.tokenizer.tokenize('Hm.', false)),
      );
      await conversation.append([call(0), result(0)]);
      await conversation.append([{ role: 'user', content: '' }]);
      await conversation.rewind(4);
      const restored = all.chatModel.conversation({ tools }, conversation.fork().entries);
      expect([...restored.ids]).toEqual([...conversation.ids]);
      expect(all.text((await restored.prompt()).ids)).toBe(all.text((await conversation.prompt()).ids));
      expect(all.text((await restored.prompt()).ids)).toContain('result 0');
    }
  });

  it('has every message in it, whatever is appended, rewound, said and forked, in any order', async () => {
    const step = oneof(
      record({ kind: constant('user' as const), text: string({ maxLength: 12 }) }),
      record({
        kind: constant('reply' as const),
        text: string({ maxLength: 12 }),
        complete: boolean(),
        thought: option(constant('Hm.'), { nil: undefined }),
      }),
      record({ kind: constant('tools' as const), count: integer({ min: 1, max: 3 }) }),
      record({ kind: constant('rewind' as const), to: integer({ min: 1, max: 12 }) }),
      record({ kind: constant('restore' as const) }),
    );
    for (const name of [
      'Kimi-K2-Thinking',
      'Qwen3-Coder',
      'Qwen-Qwen3-0.6B',
      'GLM-4.6',
      'NousResearch-Hermes-3-Llama-3.1-8B-tool_use',
    ]) {
      const all = setting(name);
      await assertProperty(
        asyncProperty(array(step, { maxLength: 10 }), async (steps) => {
          let conversation = all.chatModel.conversation({ tools });
          await conversation.append([{ role: 'user', content: 'Start' }]);
          for (const each of steps) {
            const before = [...conversation.ids];
            if (each.kind === 'user') await conversation.append([{ role: 'user', content: each.text }]);
            else if (each.kind === 'rewind') await conversation.rewind(Math.min(each.to, conversation.entries.length));
            else if (each.kind === 'restore')
              conversation = all.chatModel.conversation({ tools }, conversation.fork().entries);
            else if (each.kind === 'tools')
              await conversation.append([call(0), ...Array.from({ length: each.count }, (_, index) => result(index))]);
            else
              await conversation.commit(
                { role: 'assistant', content: each.text, reasoning: each.thought },
                Int32Array.from([
                  ...all.fake.tokenizer.tokenize(`${each.thought ?? ''}${each.text}`, false),
                  ...(each.complete ? [all.fake.idOf(all.family.end)] : []),
                ]),
              );
            if (each.kind === 'restore') expect([...conversation.ids]).toEqual(before);
            expect(conversation.entries.flatMap((entry) => entry.ids)).toEqual([...conversation.ids]);
            expect([...(await conversation.prompt()).ids].slice(0, (await conversation.prompt()).logLength)).toEqual(
              [...conversation.ids].slice(0, (await conversation.prompt()).logLength),
            );
          }
          const log = all.text((await conversation.prompt()).ids);
          for (const { message } of conversation.entries) expect(log).toContain(message.content.trim());
        }),
        { numRuns: 20 },
      );
    }
  });
});
