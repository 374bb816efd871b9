// What the real templates of the families let one choose, and what each choice makes of a prompt.
import { describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import { formatFor } from '../../../../native/daemon/chat/formats/registry.ts';
import { catalogueEntry } from '../../../../native/daemon/models/catalogue.ts';
import type { ThinkingChoice, ThinkingLevel } from '../../../../native/protocol/thinking.ts';
import { call, result, setting, tools } from '../../../support/daemon/chat-setting.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { readTemplate } from '../../../support/models/template-families.ts';

function model(name: string): ChatModel {
  const template = readTemplate(name);
  const { tokenizer, vocabulary } = fakeVocabulary({ control: [], ends: [] });
  return new ChatModel({ tokenizer, vocabulary, template, format: formatFor(template, '') });
}

async function promptAt(chatModel: ChatModel, thinking: ThinkingChoice | undefined): Promise<string> {
  const conversation = chatModel.conversation(thinking === undefined ? {} : { thinking });
  await conversation.append([{ role: 'user', content: 'Question' }]);
  return chatModel.vocabulary.text((await conversation.prompt()).ids);
}

const budgets: ThinkingLevel[] = ['low', 'medium', 'high', 'max'];

describe('the levels of a model', () => {
  it.each([
    ['Kimi-K2-Instruct', 'none', []],
    ['Qwen3-Coder', 'none', []],
    ['meta-llama-Llama-3.1-8B-Instruct', 'none', []],
    ['unsloth-mistral-Devstral-Small-2507', 'none', []],
    ['Qwen-Qwen3-0.6B', 'switch', ['off', ...budgets]],
    ['Qwen3.5-4B', 'switch', ['off', ...budgets]],
    ['deepseek-ai-DeepSeek-V3.1', 'switch', ['off', ...budgets]],
    ['google-gemma-4-31B-it', 'switch', ['off', ...budgets]],
    ['openai-gpt-oss-120b', 'levels', ['low', 'medium', 'high']],
    ['deepseek-ai-DeepSeek-V4-Flash-0731', 'levels', ['off', 'high', 'max']],
    ['Kimi-K3', 'levels', ['off', 'low', 'high', 'max']],
    ['muse-glimmer', 'levels', ['low', 'medium', 'high']],
    ['Kimi-K2-Thinking', 'always', budgets],
  ] as const)('of %s are found in its template: %s', async (name, kind, levels) => {
    expect(await model(name).thinking(undefined)).toEqual({ kind, levels });
  });

  it('are those that its makers name where the template does not tell, or tells less', async () => {
    const muse = await model('muse-glimmer').thinking(catalogueEntry('muse-glimmer')?.thinking);
    expect(muse.levels).toEqual(['low', 'medium', 'high', 'xhigh']);
    expect((await model('Kimi-K2-Thinking').thinking(['on'])).kind).toBe('always');
    expect(await model('Qwen-Qwen3-0.6B').thinking(['off'])).toEqual({ kind: 'none', levels: [] });
  });
});

describe('a level', () => {
  it('sets the variable of the template, and its own word for the level or the nearest', async () => {
    const qwen = model('Qwen-Qwen3-0.6B');
    expect(await promptAt(qwen, 'off')).toContain('<think>\n\n</think>');
    expect(await promptAt(qwen, 'low')).toBe(await promptAt(qwen, undefined));
    const gptOss = model('openai-gpt-oss-120b');
    expect(await promptAt(gptOss, 'high')).toContain('Reasoning: high');
    expect(await promptAt(gptOss, 'off')).toContain('Reasoning: low');
    expect(await promptAt(gptOss, 'default')).toBe(await promptAt(gptOss, undefined));
    const kimi = model('Kimi-K3');
    expect(await promptAt(kimi, 'medium')).toBe(await promptAt(kimi, 'low'));
    expect(await promptAt(kimi, 'xhigh')).toBe(await promptAt(kimi, 'high'));
    const deepseek = model('deepseek-ai-DeepSeek-V3.1');
    expect(await promptAt(deepseek, undefined)).toMatch(/<\/think>$/);
    expect(await promptAt(deepseek, 'on')).toMatch(/<think>$/);
  });

  it('yields to a variable that the client gives itself', async () => {
    const chatModel = model('openai-gpt-oss-120b');
    const conversation = chatModel.conversation({ thinking: 'low', templateOptions: { reasoning_effort: 'medium' } });
    await conversation.append([{ role: 'user', content: 'Question' }]);
    expect(chatModel.vocabulary.text((await conversation.prompt()).ids)).toContain('Reasoning: medium');
  });
});

describe('a level that changes within a conversation', () => {
  it('leaves the log alone where only the next answer is told of it', async () => {
    const { chatModel, say, text } = setting('Qwen-Qwen3-0.6B');
    const conversation = chatModel.conversation({ tools });
    await conversation.append([{ role: 'user', content: 'One' }]);
    await conversation.commit(call(0), say('CALL<|im_end|>'));
    await conversation.append([result(0)]);
    const before = [...conversation.ids];
    await conversation.setThinking('off');
    const prompt = await conversation.prompt();
    expect(prompt.logLength).toBe(before.length);
    expect([...prompt.ids].slice(0, before.length)).toEqual(before);
    expect(text(prompt.ids)).toMatch(/<think>\n\n<\/think>\n\n$/);
    await conversation.setThinking('default');
    expect(text((await conversation.prompt()).ids)).not.toContain('<think>');
  });

  it('has all tokenised again where the template says it at the start, also in a log brought back', async () => {
    const { chatModel, say, text } = setting('openai-gpt-oss-120b');
    const live = chatModel.conversation({ tools, thinking: 'low' });
    await live.append([{ role: 'user', content: 'One' }]);
    await live.commit(call(0), say('CALL<|call|>'));
    await live.append([result(0)]);
    for (const conversation of [live, chatModel.conversation({ tools, thinking: 'low' }, live.entries)]) {
      expect(text((await conversation.prompt()).ids)).toContain('Reasoning: low');
      await conversation.setThinking('high');
      const prompt = await conversation.prompt();
      expect(prompt.logLength).toBeLessThan(conversation.length);
      expect(text(prompt.ids)).toContain('Reasoning: high');
      expect(text(prompt.ids)).not.toContain('Reasoning: low');
      const fork = conversation.fork();
      expect(text((await fork.prompt()).ids)).toBe(text(prompt.ids));
    }
  });
});

describe('thoughts of earlier turns', () => {
  it.each([
    ['GLM-4.7-Flash', { clear_thinking: false }, true],
    ['GLM-4.7-Flash', {}, false],
    ['Qwen3.5-4B', {}, false],
    ['Kimi-K3', {}, true],
  ])(
    '%s %j: are kept or dropped as the template does it, and what is dropped is tokenised again',
    async (name, templateOptions, kept) => {
      const chatModel = model(name);
      const { vocabulary, promptTokenizer } = chatModel;
      const conversation = chatModel.conversation({ tools, templateOptions });
      await conversation.append([{ role: 'user', content: 'One' }]);
      const thought = { reasoning: 'Secret thought' };
      const prompt = await conversation.prompt();
      const said = chatModel.format.reasoning?.endings[0] ?? '';
      const opened = prompt.text.trimEnd().endsWith(chatModel.format.reasoning?.open ?? ' ');
      const open = opened ? '' : (chatModel.format.reasoning?.open ?? '');
      const ids = await promptTokenizer.tokenize(`${open}Secret thought${said}Answer`);
      await conversation.commit({ role: 'assistant', content: 'Answer', ...thought }, Int32Array.from(ids));
      const before = [...conversation.ids];
      const { rewritten } = await conversation.append([{ role: 'user', content: 'Two' }]);
      const log = vocabulary.text(conversation.ids);
      expect(log.includes('Secret thought')).toBe(kept);
      expect(log.split('Answer')).toHaveLength(2);
      const from = rewritten?.from ?? before.length;
      expect([...conversation.ids].slice(0, from)).toEqual(before.slice(0, from));
      if (!kept) expect(from).toBeGreaterThan(10);
    },
  );
});
