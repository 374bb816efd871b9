// Real chat templates; the vocabulary is a small one with each family's special tokens.
import {
  array,
  assert as assertProperty,
  boolean,
  constant,
  integer,
  oneof,
  option,
  property,
  record,
  string,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import type { Conversation } from '../../../../native/daemon/chat/conversation.ts';
import { prompted } from '../../../../native/daemon/chat/formats/prompted.ts';
import type { AssistantMessage, ChatMessage, ToolDefinition } from '../../../../native/protocol/chat.ts';
import type { SessionSettings } from '../../../../native/protocol/methods.ts';
import { fakeVocabulary } from '../../../support/fake-vocabulary.ts';
import type { FakeVocabulary } from '../../../support/fake-vocabulary.ts';
import { plainFormat } from '../../../support/plain-format.ts';
import { readTemplate, templateFamilies } from '../../../support/template-families.ts';
import type { TemplateFamily } from '../../../support/template-families.ts';

const tools: ToolDefinition[] = [
  {
    name: 'get_x',
    description: 'Gets x.',
    parameters: { type: 'object', properties: { path: { type: 'string', description: 'Where.' } }, required: ['path'] },
  },
];
const call = (index: number): AssistantMessage => ({
  role: 'assistant',
  content: '',
  toolCalls: [{ id: `functions.get_x:${index}`, name: 'get_x', arguments: '{"path": "a"}' }],
});
const result = (index: number, content = `result ${index}`): ChatMessage => ({
  role: 'tool',
  content,
  toolCallId: `functions.get_x:${index}`,
  name: 'get_x',
});

interface Setting {
  readonly family: TemplateFamily;
  readonly fake: FakeVocabulary;
  readonly chatModel: ChatModel;
  readonly text: (ids: Iterable<number>) => string;
  readonly say: (text: string) => Int32Array;
}

function setting(name: string, now = new Date(2026, 0, 2)): Setting {
  const family = templateFamilies.find((candidate) => candidate.name === name)!;
  const fake = fakeVocabulary(family);
  const chatModel = new ChatModel({
    tokenizer: fake.tokenizer,
    vocabulary: fake.vocabulary,
    template: readTemplate(name),
    format: plainFormat,
    now: () => now,
  });
  return {
    family,
    fake,
    chatModel,
    text: (ids) => fake.vocabulary.text(ids),
    say: (text) => fake.tokenizer.tokenize(text, true),
  };
}

/** Two tool calls with results one by one, then an answer and a next question; returns what each append reported. */
function toolLoop(conversation: Conversation, { family, say }: Setting, reasoning?: string): (string | undefined)[] {
  const reported: (string | undefined)[] = [];
  const append = (message: ChatMessage): void => {
    const before = [...conversation.ids];
    const { rewritten, ids } = conversation.append([message]);
    reported.push(rewritten?.reason);
    const now = [...conversation.ids];
    if (rewritten === undefined) expect(now).toEqual([...before, ...ids.flat()]);
    else expect(now.slice(0, rewritten.from)).toEqual(before.slice(0, rewritten.from));
    expect([...conversation.prompt().ids].slice(0, now.length)).toEqual(now);
  };
  const thought = reasoning === undefined ? {} : { reasoning };
  append({ role: 'user', content: 'Question one' });
  for (const index of [0, 1]) {
    const said = say(`CALL ${index}${family.callEnd ?? family.end}`);
    const before = [...conversation.prompt().ids];
    const added = conversation.commit({ ...call(index), ...thought }, said);
    expect(before.concat([...said]).slice(0, conversation.length)).toEqual([...conversation.ids]);
    expect(added.length).toBeGreaterThan(0);
    append(result(index));
  }
  conversation.commit({ role: 'assistant', content: 'Answer', ...thought }, say(`Answer${family.end}`));
  append({ role: 'user', content: 'Question two' });
  return reported;
}

describe.each(templateFamilies.map((family) => family.name))('%s', (name) => {
  it('only ever adds tokens to a conversation with tools, and reports it when the template rewrites', () => {
    const { chatModel } = setting(name);
    const conversation = chatModel.conversation({ tools });
    conversation.append([{ role: 'system', content: 'Be brief.' }]);
    const reported = toolLoop(conversation, setting(name));
    // gpt-oss ends an answer otherwise once it is history.
    expect(reported.map((reason) => reason !== undefined)).toEqual([
      false,
      false,
      false,
      name === 'openai-gpt-oss-120b',
    ]);
  });

  it('has each message once, and exactly what was said, in the log', () => {
    const all = setting(name);
    const conversation = all.chatModel.conversation({ tools });
    toolLoop(conversation, all);
    const log = all.text(conversation.ids);
    for (const part of ['Question one', 'result 0', 'result 1', 'Answer', 'Question two'])
      expect(log.split(part)).toHaveLength(2);
    if (name !== 'openai-gpt-oss-120b')
      for (const part of ['CALL 0', 'CALL 1']) expect(log.split(part)).toHaveLength(2);
    if (all.family.bos !== undefined) expect(log.split(all.family.bos)).toHaveLength(2);
    expect(log).not.toMatch(/[\uFDD0-\uFDEF]/);
  });

  it('gives the same ids for messages at once, one by one and brought back from the log', () => {
    const all = setting(name);
    const messages: ChatMessage[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'One' },
      call(0),
      result(0),
      call(1),
      result(1),
      { role: 'assistant', content: 'Done.' },
      { role: 'user', content: 'Two' },
    ];
    const atOnce = all.chatModel.conversation({ tools });
    const { ids } = atOnce.append(messages);
    expect(ids).toHaveLength(messages.length);
    expect(ids.flat()).toEqual([...atOnce.ids]);
    const single = all.chatModel.conversation({ tools });
    for (const message of messages) single.append([message]);
    expect(all.text(single.prompt().ids)).toBe(all.text(atOnce.prompt().ids));
    const restored = all.chatModel.conversation({ tools }, atOnce.entries);
    expect(restored.ids).toEqual(atOnce.ids);
    expect(restored.prompt()).toEqual(atOnce.prompt());
    const next: ChatMessage = { role: 'user', content: 'Three' };
    expect(restored.append([next]).ids).toEqual(atOnce.append([next]).ids);
  });

  it('rewinds and forks at every message, and goes on from there as from the start', () => {
    const all = setting(name);
    const messages: ChatMessage[] = [
      { role: 'user', content: 'One' },
      call(0),
      result(0),
      result(1),
      { role: 'assistant', content: 'Done.' },
      { role: 'user', content: 'Two' },
    ];
    const whole = all.chatModel.conversation({ tools });
    whole.append(messages);
    const log = [...whole.ids];
    for (let count = 0; count <= messages.length; count++) {
      for (const source of [whole, all.chatModel.conversation({ tools }, whole.entries)]) {
        const fork = source.fork(count);
        expect(fork.entries).toHaveLength(count);
        expect(log.slice(0, fork.length)).toEqual([...fork.ids]);
        fork.append(messages.slice(count));
        expect(all.text(fork.prompt().ids)).toBe(all.text(whole.prompt().ids));
        expect(all.text(fork.ids)).toBe(all.text(whole.ids));
      }
    }
    expect([...whole.ids]).toEqual(log);
    expect(() => whole.rewind(messages.length + 1)).toThrow(expect.objectContaining({ code: 'session.position' }));
    expect(() => whole.rewind(-1)).toThrow(expect.objectContaining({ code: 'session.position' }));
  });

  it('ends a turn that was cut short before the next message', () => {
    const all = setting(name);
    const conversation = all.chatModel.conversation({});
    conversation.append([{ role: 'user', content: 'One' }]);
    conversation.commit({ role: 'assistant', content: 'Half an ans' }, all.say('Half an ans'));
    const restored = all.chatModel.conversation({}, conversation.entries);
    for (const each of [conversation, restored]) {
      each.append([{ role: 'user', content: 'Two' }]);
      const log = all.text(each.ids);
      const complete = all.chatModel.conversation({});
      complete.append([{ role: 'user', content: 'One' }]);
      complete.commit({ role: 'assistant', content: 'Half an ans' }, all.say(`Half an ans${all.family.end}`));
      complete.append([{ role: 'user', content: 'Two' }]);
      if (name === 'openai-gpt-oss-120b') expect(log).toContain('Half an ans<|end|><|start|>user');
      else expect(log).toBe(all.text(complete.ids));
      if (name !== 'GLM-4.6' && name !== 'openai-gpt-oss-120b') expect(log).toContain(`Half an ans${all.family.end}`);
    }
  });
});

describe('a template that hides thoughts once they are history', () => {
  it.each(['Kimi-K2-Thinking', 'Qwen-Qwen3-0.6B', 'openai-gpt-oss-120b', 'GLM-4.6'])(
    '%s: keeps them through the tool calls, then recomputes from the first one and says so',
    (name) => {
      const all = setting(name);
      const conversation = all.chatModel.conversation({ tools });
      const reported = toolLoop(conversation, all, 'Secret thought');
      expect(reported.slice(0, 3)).toEqual([undefined, undefined, undefined]);
      expect(reported[3]).toMatch(
        /^The chat template writes message 2 \(assistant\) differently now: ".*" instead of ".*Secret tho/,
      );
      expect(all.text(conversation.ids)).not.toContain('Secret thought');
    },
  );

  it('finds the same after the log was brought back', () => {
    for (const name of ['Kimi-K2-Thinking', 'Qwen-Qwen3-0.6B']) {
      const all = setting(name);
      const conversation = all.chatModel.conversation({ tools });
      conversation.append([{ role: 'user', content: 'One' }]);
      conversation.commit(
        { ...call(0), reasoning: 'Secret thought' },
        all.say(`<think>Secret thought</think>CALL${all.family.end}`),
      );
      conversation.append([result(0)]);
      conversation.commit(
        { role: 'assistant', content: 'Done.', reasoning: 'Another thought' },
        all.say(`<think>Another thought</think>Done.${all.family.end}`),
      );
      const restored = all.chatModel.conversation({ tools }, conversation.entries);
      const [live, again] = [conversation, restored].map((each) => each.append([{ role: 'user', content: 'Two' }]));
      expect(live?.rewritten).toBeDefined();
      expect(again?.rewritten?.from).toBe(live?.rewritten?.from);
      expect(restored.ids).toEqual(conversation.ids);
    }
  });

  it('recomputes when an empty thought of the generation prompt is taken back', () => {
    const all = setting('Qwen-Qwen3-0.6B');
    const settings: SessionSettings = { templateOptions: { enable_thinking: false } };
    const conversation = all.chatModel.conversation(settings);
    conversation.append([{ role: 'user', content: 'One' }]);
    expect(conversation.prompt().text).toBe('<|im_start|>assistant\n<think>\n\n</think>\n\n');
    conversation.commit({ role: 'assistant', content: 'Yes.' }, all.say('Yes.<|im_end|>'));
    expect(conversation.append([{ role: 'user', content: 'Two' }]).rewritten).toBeDefined();
    expect(all.text(conversation.ids)).toBe(
      '<|im_start|>user\nOne<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n<|im_start|>user\nTwo<|im_end|>\n',
    );
  });
});

describe('a conversation', () => {
  it('counts tool calls through the whole conversation', () => {
    const { chatModel } = setting('Kimi-K2-Instruct');
    const conversation = chatModel.conversation({ tools });
    conversation.append([
      { role: 'user', content: 'One' },
      { ...call(0), toolCalls: [...call(0).toolCalls!, ...call(1).toolCalls!] },
      result(0),
      result(1),
      call(2),
      result(2),
    ]);
    expect(conversation.prompt().nextCallIndex).toBe(3);
  });

  it('keeps the date of its first day', () => {
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
    conversation.append([{ role: 'user', content: 'One' }]);
    day = 3;
    expect(conversation.fork().append([{ role: 'user', content: 'Two' }]).rewritten).toBeUndefined();
    expect(all.text(conversation.ids)).toContain('Current date: 2026-01-02');
  });

  it('leaves the log alone when the template refuses a message', () => {
    const { chatModel } = setting('openai-gpt-oss-120b');
    const conversation = chatModel.conversation({ tools });
    conversation.append([{ role: 'user', content: 'One' }]);
    const before = [...conversation.ids];
    expect(() => conversation.append([result(0)])).toThrow(
      expect.objectContaining({
        code: 'template.failed',
        message: expect.stringContaining('no previous assistant message'),
      }),
    );
    expect([...conversation.ids]).toEqual(before);
    expect(conversation.entries).toHaveLength(1);
  });

  it('tokenises only what is new, however long it gets', () => {
    const all = setting('Kimi-K2-Instruct');
    const conversation = all.chatModel.conversation({ tools });
    conversation.append([{ role: 'user', content: 'One' }, call(0)]);
    for (let index = 0; index < 150; index++) {
      all.fake.tokenizer.characters = 0;
      conversation.append([result(index, 'some result text\n'.repeat(20))]);
      expect(all.fake.tokenizer.characters).toBeLessThan(500);
      if (index % 10 === 0) expect(conversation.prompt().ids.length).toBeGreaterThan(conversation.length);
    }
    const atOnce = all.chatModel.conversation({ tools });
    const { ids } = atOnce.append(conversation.entries.map((entry) => entry.message));
    expect(ids.flat()).toEqual([...conversation.ids]);
  });

  it('goes on after an answer without a new message, also where the template rewrites the answer', () => {
    for (const name of ['Kimi-K2-Instruct', 'openai-gpt-oss-120b', 'Kimi-K2-Thinking']) {
      const all = setting(name);
      const conversation = all.chatModel.conversation({});
      conversation.append([{ role: 'user', content: 'One' }]);
      const thought = name === 'Kimi-K2-Instruct' ? {} : { reasoning: 'Hm.' };
      conversation.commit({ role: 'assistant', content: 'Half', ...thought }, all.say('<think>Hm.</think>Half'));
      const before = [...conversation.ids];
      const prompt = conversation.prompt();
      expect([...conversation.ids]).toEqual(before);
      expect([...prompt.ids].slice(0, prompt.logLength)).toEqual(before.slice(0, prompt.logLength));
      expect(prompt.logLength < before.length).toBe(name !== 'Kimi-K2-Instruct');
      const said = all.say(`more${all.family.end}`);
      conversation.commit({ role: 'assistant', content: 'more' }, said);
      expect([...conversation.ids]).toEqual([...prompt.ids, ...said]);
      expect(conversation.entries.flatMap((entry) => entry.ids)).toEqual([...conversation.ids]);
      conversation.append([{ role: 'user', content: 'Two' }]);
      expect(conversation.entries.flatMap((entry) => entry.ids)).toEqual([...conversation.ids]);
    }
  });

  it('renders what comes before the first user message with it, where the template needs that', () => {
    const all = setting('meta-llama-Llama-3.1-8B-Instruct');
    const conversation = all.chatModel.conversation({ tools });
    expect(conversation.append([{ role: 'system', content: 'Be brief.' }]).ids).toEqual([[]]);
    const restored = all.chatModel.conversation({ tools }, conversation.entries);
    for (const each of [conversation, restored]) {
      const { ids, rewritten } = each.append([{ role: 'user', content: 'One' }]);
      expect(rewritten).toBeUndefined();
      expect(ids.flat()).toEqual([...each.ids]);
      expect(all.text(each.ids)).toMatch(/Be brief\.[^]*One/);
    }
  });

  it('writes tools, calls and results as text for a model whose template knows none', () => {
    const all = setting('Qwen-Qwen3-0.6B');
    const chatModel = new ChatModel({
      tokenizer: all.fake.tokenizer,
      vocabulary: all.fake.vocabulary,
      template: undefined,
      format: prompted,
    });
    const conversation = chatModel.conversation({ tools });
    conversation.append([{ role: 'user', content: 'One' }]);
    conversation.commit(call(0), all.say('CALL<|im_end|>'));
    expect(conversation.append([result(0)]).rewritten).toBeUndefined();
    expect(all.text(conversation.ids)).toMatch(
      /system\n[^]*"get_x"[^]*One<\|im_end\|>\n<\|im_start\|>assistant\nCALL<\|im_end\|>\n<\|im_start\|>user\n<tool_response>\nresult 0/,
    );
  });

  it('has messages in it whose ids went with a later one, after that was taken back and the rest restored', () => {
    for (const name of ['Qwen-Qwen3-0.6B', 'GLM-4.6']) {
      const all = setting(name);
      const conversation = all.chatModel.conversation({ tools });
      conversation.append([{ role: 'user', content: 'Start' }]);
      conversation.commit(
        { role: 'assistant', content: '', reasoning: 'Hm.' },
        Int32Array.from(all.fake.tokenizer.tokenize('Hm.', false)),
      );
      conversation.append([call(0), result(0)]);
      conversation.append([{ role: 'user', content: '' }]);
      conversation.rewind(4);
      const restored = all.chatModel.conversation({ tools }, conversation.fork().entries);
      expect([...restored.ids]).toEqual([...conversation.ids]);
      expect(all.text(restored.prompt().ids)).toBe(all.text(conversation.prompt().ids));
      expect(all.text(restored.prompt().ids)).toContain('result 0');
    }
  });

  it('has every message in it, whatever is appended, rewound, said and forked, in any order', () => {
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
      assertProperty(
        property(array(step, { maxLength: 10 }), (steps) => {
          let conversation = all.chatModel.conversation({ tools });
          conversation.append([{ role: 'user', content: 'Start' }]);
          for (const each of steps) {
            const before = [...conversation.ids];
            if (each.kind === 'user') conversation.append([{ role: 'user', content: each.text }]);
            else if (each.kind === 'rewind') conversation.rewind(Math.min(each.to, conversation.entries.length));
            else if (each.kind === 'restore')
              conversation = all.chatModel.conversation({ tools }, conversation.fork().entries);
            else if (each.kind === 'tools')
              conversation.append([call(0), ...Array.from({ length: each.count }, (_, index) => result(index))]);
            else
              conversation.commit(
                { role: 'assistant', content: each.text, reasoning: each.thought },
                Int32Array.from([
                  ...all.fake.tokenizer.tokenize(`${each.thought ?? ''}${each.text}`, false),
                  ...(each.complete ? [all.fake.idOf(all.family.end)] : []),
                ]),
              );
            if (each.kind === 'restore') expect([...conversation.ids]).toEqual(before);
            expect(conversation.entries.flatMap((entry) => entry.ids)).toEqual([...conversation.ids]);
            expect([...conversation.prompt().ids].slice(0, conversation.prompt().logLength)).toEqual(
              [...conversation.ids].slice(0, conversation.prompt().logLength),
            );
          }
          const log = all.text(conversation.prompt().ids);
          for (const { message } of conversation.entries) expect(log).toContain(message.content.trim());
        }),
        { numRuns: 20 },
      );
    }
  });
});
