// The model is fake: ChatML, bytes as tokens, replies from a script; its format knows one kind of call.
import { describe, expect, it } from 'vitest';
import type { ReplyEvent, ToolFormat } from '../../../../native/daemon/chat/formats/tool-format.ts';
import { generateTurn } from '../../../../native/daemon/session/generate-turn.ts';
import type { GenerateEvent, GenerateOptions } from '../../../../native/protocol/generation.ts';
import { fakeRuntime } from '../../../support/engine/fake-runtime.ts';
import { plainFormat } from '../../../support/daemon/plain-format.ts';

const tool = { name: 'look', parameters: { type: 'object' } } as const;

/** `<|call|>NAME` is a call; a name with a question mark is broken. */
const callFormat: ToolFormat = {
  ...plainFormat,
  markers: ['<|call|>'],
  parser: () => {
    let text = '';
    return {
      push: (more) => {
        text += more;
        return [];
      },
      end: () => {
        const [content = '', ...names] = text.split('<|call|>');
        const calls = names.map((name, index): ReplyEvent =>
          name.endsWith('?')
            ? {
                kind: 'callBroken',
                index,
                broken: { text: name, id: `${index}`, name: undefined, advice: 'Error: no.' },
              }
            : { kind: 'callDone', index, id: `${index}`, name, arguments: '{}', repaired: false },
        );
        return [...(content === '' ? [] : [{ kind: 'text', text: content } as const]), ...calls];
      },
    };
  },
};

async function turn(
  reply: string,
  options: GenerateOptions = {},
  format: ToolFormat = plainFormat,
  tools: readonly (typeof tool)[] = [],
) {
  const runtime = fakeRuntime({ reply: () => reply, format });
  const conversation = runtime.chatModel.conversation({ tools });
  await conversation.append([{ role: 'user', content: 'Hi' }]);
  const events: GenerateEvent[] = [];
  const result = await generateTurn(runtime, conversation, options, (event) => events.push(event), {
    signal: new AbortController().signal,
  });
  return { result, events, conversation, runtime };
}

describe('a turn', () => {
  it('streams text of many bytes whole and ends where the model ends', async () => {
    const { result, events, conversation } = await turn('Grüße, 世界 🌍!');
    expect(result).toMatchObject({ message: { content: 'Grüße, 世界 🌍!' }, finish: 'stop', brokenCalls: [] });
    const texts = events.flatMap((event) => (event.kind === 'text' ? [event.text] : []));
    expect(texts.join('')).toBe('Grüße, 世界 🌍!');
    expect(texts.every((text) => !text.includes('\uFFFD'))).toBe(true);
    expect(conversation.entries.at(-1)?.message).toEqual(result.message);
    expect(result.usage.reused + result.usage.computed + result.usage.generated).toBe(conversation.length);
  });

  it('ends with calls, good and broken', async () => {
    const { result } = await turn('Well.<|call|>look<|call|>lo?', {}, callFormat, [tool]);
    expect(result).toMatchObject({
      finish: 'toolCalls',
      message: { content: 'Well.', toolCalls: [{ id: '0', name: 'look', arguments: '{}' }] },
      brokenCalls: [{ text: 'lo?', advice: 'Error: no.' }],
    });
  });

  it('is cut by its length, and says so', async () => {
    const { result } = await turn('abcdefgh', { maxTokens: 3 });
    expect([result.message.content, result.finish, result.usage.generated]).toEqual(['abc', 'length', 3]);
  });

  it('reports the log probabilities only when asked', async () => {
    expect((await turn('abc')).result.logprobs).toBeUndefined();
  });

  it.each([
    [{ maxTokens: 0 }, 'maxTokens'],
    [{ stop: [''] }, 'stop'],
    [{ logprobs: 99 }, 'logprobs'],
    [{ toolChoice: 'required' }, 'toolChoice'],
    [{ toolChoice: { name: 'nothing' } }, 'toolChoice'],
    [{ sampling: { temperature: -1 } }, 'sampling.temperature'],
    [{ sampling: { topK: 1.5 } }, 'sampling.topK'],
    [{ sampling: { logitBias: { x: 1 } } }, 'sampling.logitBias'],
  ] as [GenerateOptions, string][])('refuses %o and names the field', async (options, field) => {
    await expect(turn('abc', options)).rejects.toMatchObject({ code: 'request.invalid', data: { field } });
  });

  it('leaves the conversation as it was when it fails', async () => {
    const runtime = fakeRuntime({ reply: () => 'abc', contextTokens: 32 });
    const conversation = runtime.chatModel.conversation({});
    await conversation.append([{ role: 'user', content: 'x'.repeat(100) }]);
    const before = conversation.ids;
    await expect(
      generateTurn(runtime, conversation, {}, () => undefined, { signal: new AbortController().signal }),
    ).rejects.toMatchObject({ code: 'context.overflow' });
    expect(conversation.ids).toEqual(before);
  });
});
