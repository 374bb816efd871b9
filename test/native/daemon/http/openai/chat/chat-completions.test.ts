// The model is scripted; the endpoint, the HTTP connection and the client are real.
import { afterEach, describe, expect, it } from 'vitest';
import { CodedError } from '../../../../../../native/protocol/coded-error.ts';
import { say, turn } from '../../../../../support/daemon/scripted-model.ts';
import {
  base,
  brokenScript,
  call,
  callingScript,
  serveChat,
  stopEndpoints,
} from '../../../../../support/daemon/chat-endpoint.ts';

afterEach(stopEndpoints);

describe('a chat completion', () => {
  it("has OpenAI's shape, with cached tokens and timings", async () => {
    const { chat } = await serveChat(say('Hello', ' there'));
    const answer = await chat.create(base);
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'scripted',
      system_fingerprint: 'fp_abcdef012345',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello there', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 5,
        completion_tokens: 4,
        total_tokens: 9,
        prompt_tokens_details: { cached_tokens: 3 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
      timings: {
        cache_n: 3,
        prompt_n: 2,
        prompt_ms: 10,
        predicted_n: 4,
        predicted_ms: 30,
        predicted_per_second: 100,
        queue_ms: 1,
      },
    });
    expect(answer.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    expect(answer.choices[0]?.message).not.toHaveProperty('tool_calls');
  });

  it("returns calls with the model's own ids, and reasoning", async () => {
    const { chat } = await serveChat(callingScript);
    const answer = await chat.create(base);
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'Reading',
        reasoning_content: 'let me see',
        tool_calls: [
          {
            id: 'functions.read_file:0',
            type: 'function',
            function: { name: 'read_file', arguments: '{"path": "a.js"}' },
          },
          { id: 'functions.run_tests:1', type: 'function', function: { name: 'run_tests', arguments: '{}' } },
        ],
      },
    });
  });

  it('has null content when there are only calls', async () => {
    const { chat } = await serveChat(() =>
      turn({ message: { role: 'assistant', content: '', toolCalls: [call] }, finish: 'toolCalls' }),
    );
    expect((await chat.create(base)).choices[0]?.message.content).toBeNull();
  });

  it('returns a call that cannot be repaired as content', async () => {
    const { chat } = await serveChat(brokenScript);
    const [choice] = (await chat.create(base)).choices;
    expect(choice).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Now\n<|tool_call_begin|>functions.x:0{"a"' },
    });
    expect(choice?.message.tool_calls).toBeUndefined();
  });

  it("returns logprobs in OpenAI's shape", async () => {
    const entry = { token: 5, text: 'a', bytes: [97], logprob: -0.1 };
    const { chat } = await serveChat(() =>
      turn({ message: { role: 'assistant', content: 'a' }, logprobs: [{ ...entry, top: [entry] }] }),
    );
    const answer = await chat.create({ ...base, logprobs: true, top_logprobs: 1 });
    const expected = { token: 'a', logprob: -0.1, bytes: [97] };
    expect(answer.choices[0]?.logprobs).toEqual({
      content: [{ ...expected, top_logprobs: [expected] }],
      refusal: null,
    });
  });

  it('runs several choices of one prompt with seeds of their own', async () => {
    const { chat, model } = await serveChat((asked, onEvent) =>
      say(`seed ${asked.options.sampling?.seed}`)(asked, onEvent),
    );
    const answer = await chat.create({ ...base, n: 3, seed: 7 });
    expect(answer.choices.map((choice) => [choice.index, choice.message.content])).toEqual([
      [0, 'seed 7'],
      [1, 'seed 8'],
      [2, 'seed 9'],
    ]);
    expect(answer.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 12, total_tokens: 17 });
    expect(model.chats).toHaveLength(3);
  });

  it('cancels the other choices when one fails', async () => {
    const { chat } = await serveChat((asked) => {
      if (asked.options.sampling?.seed === 1)
        throw new CodedError('queue.full', 'Wait.', { data: { retryAfterSeconds: 1 } });
      return new Promise((resolve) =>
        asked.context.signal.addEventListener('abort', () => resolve(turn({ finish: 'cancelled' }))),
      );
    });
    await expect(chat.create({ ...base, n: 2, seed: 0 })).rejects.toMatchObject({ status: 429 });
  });
});
