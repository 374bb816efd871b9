// Real chat templates; the vocabulary is a small one with each family's special tokens.
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../../native/daemon/chat/conversation.ts';
import type { ChatMessage } from '../../../../native/protocol/chat.ts';
import type { SessionSettings } from '../../../../native/protocol/methods.ts';
import { templateFamilies } from '../../../support/models/template-families.ts';
import { call, result, setting, tools } from '../../../support/daemon/chat-setting.ts';
import type { Setting } from '../../../support/daemon/chat-setting.ts';

/** Two tool calls with results one by one, then an answer and a next question; returns what each append reported. */
async function toolLoop(
  conversation: Conversation,
  { family, say }: Setting,
  reasoning?: string,
): Promise<(string | undefined)[]> {
  const reported: (string | undefined)[] = [];
  const append = async (message: ChatMessage): Promise<void> => {
    const before = [...conversation.ids];
    const { rewritten, ids } = await conversation.append([message]);
    reported.push(rewritten?.reason);
    const now = [...conversation.ids];
    if (rewritten === undefined) expect(now).toEqual([...before, ...ids.flat()]);
    else expect(now.slice(0, rewritten.from)).toEqual(before.slice(0, rewritten.from));
    expect([...(await conversation.prompt()).ids].slice(0, now.length)).toEqual(now);
  };
  const thought = reasoning === undefined ? {} : { reasoning };
  await append({ role: 'user', content: 'Question one' });
  for (const index of [0, 1]) {
    const said = say(`CALL ${index}${family.callEnd ?? family.end}`);
    const before = [...(await conversation.prompt()).ids];
    const added = await conversation.commit({ ...call(index), ...thought }, said);
    expect(before.concat([...said]).slice(0, conversation.length)).toEqual([...conversation.ids]);
    expect(added.length).toBeGreaterThan(0);
    await append(result(index));
  }
  await conversation.commit({ role: 'assistant', content: 'Answer', ...thought }, say(`Answer${family.end}`));
  await append({ role: 'user', content: 'Question two' });
  return reported;
}

describe.each(templateFamilies.map((family) => family.name))('%s', (name) => {
  it('only ever adds tokens to a conversation with tools, and reports it when the template rewrites', async () => {
    const { chatModel } = setting(name);
    const conversation = chatModel.conversation({ tools });
    await conversation.append([{ role: 'system', content: 'Be brief.' }]);
    const reported = await toolLoop(conversation, setting(name));
    // gpt-oss ends an answer otherwise once it is history.
    expect(reported.map((reason) => reason !== undefined)).toEqual([
      false,
      false,
      false,
      name === 'openai-gpt-oss-120b',
    ]);
  });

  it('has each message once, and exactly what was said, in the log', async () => {
    const all = setting(name);
    const conversation = all.chatModel.conversation({ tools });
    await toolLoop(conversation, all);
    const log = all.text(conversation.ids);
    for (const part of ['Question one', 'result 0', 'result 1', 'Answer', 'Question two'])
      expect(log.split(part)).toHaveLength(2);
    if (name !== 'openai-gpt-oss-120b')
      for (const part of ['CALL 0', 'CALL 1']) expect(log.split(part)).toHaveLength(2);
    if (all.family.bos !== undefined) expect(log.split(all.family.bos)).toHaveLength(2);
    expect(log).not.toMatch(/[\uFDD0-\uFDEF]/);
  });

  it('gives the same ids for messages at once, one by one and brought back from the log', async () => {
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
    const { ids } = await atOnce.append(messages);
    expect(ids).toHaveLength(messages.length);
    expect(ids.flat()).toEqual([...atOnce.ids]);
    const single = all.chatModel.conversation({ tools });
    for (const message of messages) await single.append([message]);
    expect(all.text((await single.prompt()).ids)).toBe(all.text((await atOnce.prompt()).ids));
    const restored = all.chatModel.conversation({ tools }, atOnce.entries);
    expect(restored.ids).toEqual(atOnce.ids);
    expect(await restored.prompt()).toEqual(await atOnce.prompt());
    const next: ChatMessage = { role: 'user', content: 'Three' };
    expect((await restored.append([next])).ids).toEqual((await atOnce.append([next])).ids);
  });

  it('rewinds and forks at every message, and goes on from there as from the start', async () => {
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
    await whole.append(messages);
    const log = [...whole.ids];
    for (let count = 0; count <= messages.length; count++) {
      for (const source of [whole, all.chatModel.conversation({ tools }, whole.entries)]) {
        const fork = source.fork();
        await fork.rewind(count);
        expect(fork.entries).toHaveLength(count);
        expect(log.slice(0, fork.length)).toEqual([...fork.ids]);
        await fork.append(messages.slice(count));
        expect(all.text((await fork.prompt()).ids)).toBe(all.text((await whole.prompt()).ids));
        expect(all.text(fork.ids)).toBe(all.text(whole.ids));
      }
    }
    expect([...whole.ids]).toEqual(log);
    await expect(whole.rewind(messages.length + 1)).rejects.toThrow(
      expect.objectContaining({ code: 'session.position' }),
    );
    await expect(whole.rewind(-1)).rejects.toThrow(expect.objectContaining({ code: 'session.position' }));
  });

  it('ends a turn that was cut short before the next message', async () => {
    const all = setting(name);
    const conversation = all.chatModel.conversation({});
    await conversation.append([{ role: 'user', content: 'One' }]);
    await conversation.commit({ role: 'assistant', content: 'Half an ans' }, all.say('Half an ans'));
    const restored = all.chatModel.conversation({}, conversation.entries);
    for (const each of [conversation, restored]) {
      await each.append([{ role: 'user', content: 'Two' }]);
      const log = all.text(each.ids);
      const complete = all.chatModel.conversation({});
      await complete.append([{ role: 'user', content: 'One' }]);
      await complete.commit({ role: 'assistant', content: 'Half an ans' }, all.say(`Half an ans${all.family.end}`));
      await complete.append([{ role: 'user', content: 'Two' }]);
      if (name === 'openai-gpt-oss-120b') expect(log).toContain('Half an ans<|end|><|start|>user');
      else expect(log).toBe(all.text(complete.ids));
      if (name !== 'GLM-4.6' && name !== 'openai-gpt-oss-120b') expect(log).toContain(`Half an ans${all.family.end}`);
    }
  });
});

describe('a template that hides thoughts once they are history', () => {
  it.each(['Kimi-K2-Thinking', 'Qwen-Qwen3-0.6B', 'openai-gpt-oss-120b', 'GLM-4.6'])(
    '%s: keeps them through the tool calls, then recomputes from the first one and says so',
    async (name) => {
      const all = setting(name);
      const conversation = all.chatModel.conversation({ tools });
      const reported = await toolLoop(conversation, all, 'Secret thought');
      expect(reported.slice(0, 3)).toEqual([undefined, undefined, undefined]);
      expect(reported[3]).toMatch(
        /^The chat template writes message 2 \(assistant\) differently now: ".*" instead of ".*Secret tho/,
      );
      expect(all.text(conversation.ids)).not.toContain('Secret thought');
    },
  );

  it('finds the same after the log was brought back', async () => {
    for (const name of ['Kimi-K2-Thinking', 'Qwen-Qwen3-0.6B']) {
      const all = setting(name);
      const conversation = all.chatModel.conversation({ tools });
      await conversation.append([{ role: 'user', content: 'One' }]);
      await conversation.commit(
        { ...call(0), reasoning: 'Secret thought' },
        all.say(`<think>Secret thought</think>CALL${all.family.end}`),
      );
      await conversation.append([result(0)]);
      await conversation.commit(
        { role: 'assistant', content: 'Done.', reasoning: 'Another thought' },
        all.say(`<think>Another thought</think>Done.${all.family.end}`),
      );
      const restored = all.chatModel.conversation({ tools }, conversation.entries);
      const [live, again] = await Promise.all(
        [conversation, restored].map((each) => each.append([{ role: 'user', content: 'Two' }])),
      );
      expect(live?.rewritten).toBeDefined();
      expect(again?.rewritten?.from).toBe(live?.rewritten?.from);
      expect(restored.ids).toEqual(conversation.ids);
    }
  });

  it('recomputes when an empty thought of the generation prompt is taken back', async () => {
    const all = setting('Qwen-Qwen3-0.6B');
    const settings: SessionSettings = { templateOptions: { enable_thinking: false } };
    const conversation = all.chatModel.conversation(settings);
    await conversation.append([{ role: 'user', content: 'One' }]);
    expect((await conversation.prompt()).text).toBe('<|im_start|>assistant\n<think>\n\n</think>\n\n');
    await conversation.commit({ role: 'assistant', content: 'Yes.' }, all.say('Yes.<|im_end|>'));
    expect((await conversation.append([{ role: 'user', content: 'Two' }])).rewritten).toBeDefined();
    expect(all.text(conversation.ids)).toBe(
      '<|im_start|>user\nOne<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n<|im_start|>user\nTwo<|im_end|>\n',
    );
  });
});
