// A real template over a small vocabulary.
import { describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import { ReplayCache } from '../../../../native/daemon/chat/replay-cache.ts';
import type { AssistantMessage, ChatMessage, ToolDefinition } from '../../../../native/protocol/chat.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { plainFormat } from '../../../support/daemon/plain-format.ts';
import { readTemplate, templateFamilies } from '../../../support/models/template-families.ts';

const fake = fakeVocabulary(templateFamilies[0]!);
const chatModel = new ChatModel({
  tokenizer: fake.tokenizer,
  vocabulary: fake.vocabulary,
  template: readTemplate('Kimi-K2-Instruct'),
  format: plainFormat,
});
const tools: ToolDefinition[] = [{ name: 'f', parameters: { type: 'object' } }];
const question: ChatMessage = { role: 'user', content: 'One' };
const reply: AssistantMessage = {
  role: 'assistant',
  content: '',
  toolCalls: [{ id: 'functions.f:0', name: 'f', arguments: '{ "a":1}' }],
};
const result: ChatMessage = { role: 'tool', content: 'x', toolCallId: 'functions.f:0', name: 'f' };
const said = Int32Array.from([...fake.tokenizer.tokenize('own way of saying it', false), fake.idOf('<|im_end|>')]);

async function turn(
  cache: ReplayCache,
  messages: readonly ChatMessage[],
  answer: AssistantMessage = reply,
): Promise<number[]> {
  const conversation = await cache.open({ tools }, messages);
  await conversation.prompt();
  await conversation.commit(answer, said);
  cache.remember(conversation);
  return [...conversation.ids];
}

describe('the conversations of clients that replay everything', () => {
  it('continue the stored ids when the replay holds the reply exactly', async () => {
    const cache = new ReplayCache(chatModel);
    const log = await turn(cache, [question]);
    const next = await cache.open({ tools, label: 'other label' }, [question, reply, result]);
    expect([...next.ids].slice(0, log.length)).toEqual(log);
    expect(next.entries).toHaveLength(3);
    const again = await cache.open({ tools }, [question, reply]);
    expect([...again.ids]).toEqual(log);
  });

  it('are not changed by what is opened from them', async () => {
    const cache = new ReplayCache(chatModel);
    const log = await turn(cache, [question]);
    await cache.open({ tools }, [question, reply, result]);
    expect(
      [...(await cache.open({ tools }, [question, reply, { ...result, content: 'y' }])).ids].slice(0, log.length),
    ).toEqual(log);
  });

  it('are rendered anew from the first message that differs', async () => {
    const cache = new ReplayCache(chatModel);
    await turn(cache, [question]);
    const changed: ChatMessage = { ...reply, toolCalls: [{ id: 'functions.f:0', name: 'f', arguments: '{"a": 2}' }] };
    const fresh = chatModel.conversation({ tools });
    await fresh.append([question, changed, result]);
    const opened = await cache.open({ tools }, [question, changed, result]);
    expect(fake.vocabulary.text(opened.ids)).toBe(fake.vocabulary.text(fresh.ids));
    expect(fake.vocabulary.text(opened.ids)).not.toContain('own way');
  });

  it('keep different tools and template options apart', async () => {
    const cache = new ReplayCache(chatModel);
    await turn(cache, [question]);
    for (const settings of [{}, { tools, templateOptions: { a: 1 } }]) {
      expect(fake.vocabulary.text((await cache.open(settings, [question, reply, result])).ids)).not.toContain(
        'own way',
      );
    }
  });

  it('are found without the reasoning that a client leaves out, but not with another one', async () => {
    const cache = new ReplayCache(chatModel);
    const thinking = { ...reply, reasoning: 'Hm.' };
    const log = await turn(cache, [question], thinking);
    expect([...(await cache.open({ tools }, [question, reply])).ids]).toEqual(log);
    expect([...(await cache.open({ tools }, [question, thinking])).ids]).toEqual(log);
    expect([...(await cache.open({ tools }, [question, { ...reply, reasoning: 'Other.' }])).ids]).not.toEqual(log);
  });

  it('are found whatever spaces a client writes around an answer or in the arguments of a call', async () => {
    const cache = new ReplayCache(chatModel);
    const log = await turn(cache, [question], { ...reply, content: '\nWait. ' });
    const replayed = { ...reply, content: 'Wait.', toolCalls: [{ ...reply.toolCalls![0]!, arguments: '{"a":1}' }] };
    expect([...(await cache.open({ tools }, [question, replayed, result])).ids].slice(0, log.length)).toEqual(log);
    const other = { ...replayed, toolCalls: [{ ...reply.toolCalls![0]!, arguments: '{"a":2}' }] };
    const { ids } = await cache.open({ tools }, [question, other, result]);
    expect([...ids].slice(0, log.length)).not.toEqual(log);
  });

  it('fork where a client goes back and asks something else', async () => {
    const cache = new ReplayCache(chatModel);
    await turn(cache, [question]);
    const log = await turn(cache, [question, reply, result], { role: 'assistant', content: 'Done.' });
    const other = await cache.open({ tools }, [question, reply, { ...result, content: 'other' }]);
    const shared = fake.vocabulary.text(other.ids).indexOf('other');
    expect(fake.vocabulary.text(log).slice(0, shared)).toBe(fake.vocabulary.text(other.ids).slice(0, shared));
    expect(fake.vocabulary.text(other.ids)).toContain('own way');
  });

  it('are forgotten, the least recently used first, when they hold too many tokens', async () => {
    const probe = new ReplayCache(chatModel);
    const size = (await turn(probe, [question])).length;
    const cache = new ReplayCache(chatModel, { tokensMax: size * 2 + 20 });
    const questions = ['A', 'B', 'C'].map((content): ChatMessage => ({ role: 'user', content }));
    await turn(cache, [questions[0]!]);
    await turn(cache, [questions[1]!]);
    await cache.open({ tools }, [questions[0]!, reply]);
    await turn(cache, [questions[2]!]);
    const kept: boolean[] = [];
    for (const each of questions) {
      const { ids } = await cache.open({ tools }, [each, reply]);
      kept.push(fake.vocabulary.text(ids).includes('own way'));
    }
    expect(kept).toEqual([true, false, true]);
  });

  it('do not pile up while one conversation goes on', async () => {
    const cache = new ReplayCache(chatModel, { tokensMax: 2_000 });
    await turn(cache, [{ role: 'user', content: 'bystander' }]);
    const messages: ChatMessage[] = [question];
    for (let index = 0; index < 10; index++) {
      await turn(cache, messages);
      messages.push(reply, result);
    }
    expect(
      fake.vocabulary.text((await cache.open({ tools }, [{ role: 'user', content: 'bystander' }, reply])).ids),
    ).toContain('own way');
    expect(fake.vocabulary.text((await cache.open({ tools }, messages)).ids).split('own way')).toHaveLength(11);
  });
});
