// The model is scripted; the endpoint, the HTTP connection and the client are real.
import { afterEach, describe, expect, it } from 'vitest';
import type OpenAI from 'openai';
import type { ChatScript } from '../../../../support/scripted-model.ts';
import type { OpenAiContext } from '../../../../../native/daemon/openai/open-ai-context.ts';
import type { TokenLogprob } from '../../../../../native/protocol/generation.ts';
import { CodedError } from '../../../../../native/protocol/coded-error.ts';
import { OpenAiHarness } from '../../../../support/open-ai-harness.ts';
import { say, scriptedContext, scriptedModel, turn } from '../../../../support/scripted-model.ts';

const open: OpenAiHarness[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((harness) => harness.stop()));
});

async function serve(chat: ChatScript, overrides: Partial<OpenAiContext> = {}) {
  const model = scriptedModel({ chat });
  const context = scriptedContext(model, overrides);
  const harness = await OpenAiHarness.start(context);
  open.push(harness);
  return { harness, model, context, chat: harness.client.chat.completions };
}

const base = { model: 'scripted', messages: [{ role: 'user' as const, content: 'hi' }] };
const call = { id: 'functions.read_file:0', name: 'read_file', arguments: '{"path": "a.js"}' };

const callingScript: ChatScript = (_asked, onEvent) => {
  onEvent({ kind: 'queued', ahead: 0 });
  onEvent({ kind: 'prefill', reused: 3, computed: 2, total: 5 });
  onEvent({ kind: 'reasoning', text: 'let me ' });
  onEvent({ kind: 'reasoning', text: 'see' });
  onEvent({ kind: 'text', text: 'Reading' });
  onEvent({ kind: 'call', index: 0, id: call.id, name: call.name, argumentsText: '{"path": ' });
  onEvent({ kind: 'call', index: 0, id: call.id, name: call.name, argumentsText: '"a.js"' });
  onEvent({ kind: 'callDone', index: 0, ...call, repaired: true });
  onEvent({
    kind: 'callDone',
    index: 1,
    id: 'functions.run_tests:1',
    name: 'run_tests',
    arguments: '{}',
    repaired: false,
  });
  return turn({
    message: {
      role: 'assistant',
      content: 'Reading',
      reasoning: 'let me see',
      toolCalls: [call, { id: 'functions.run_tests:1', name: 'run_tests', arguments: '{}' }],
    },
    finish: 'toolCalls',
  });
};

const brokenScript: ChatScript = (_asked, onEvent) => {
  const broken = {
    text: '<|tool_call_begin|>functions.x:0{"a"',
    id: 'functions.x:0',
    name: 'x',
    advice: 'Error: call it again.',
  };
  onEvent({ kind: 'text', text: 'Now' });
  onEvent({ kind: 'callBroken', index: 0, broken });
  return turn({ message: { role: 'assistant', content: 'Now' }, brokenCalls: [broken], finish: 'toolCalls' });
};

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/** The lines of a stream as they stand on the wire. */
async function wire(
  harness: OpenAiHarness,
  body: object,
): Promise<{ comments: number; data: string[]; response: Response }> {
  const response = await harness.post('/v1/chat/completions', { ...base, stream: true, ...body });
  const blocks = (await response.text()).split('\n\n').filter((block) => block !== '');
  return {
    response,
    comments: blocks.filter((block) => block.startsWith(':')).length,
    data: blocks.filter((block) => block.startsWith('data: ')).map((block) => block.slice(6)),
  };
}

describe('a chat completion', () => {
  it("has OpenAI's shape, with cached tokens and timings", async () => {
    const { chat } = await serve(say('Hello', ' there'));
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
      usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9, prompt_tokens_details: { cached_tokens: 3 } },
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
    const { chat } = await serve(callingScript);
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
    const { chat } = await serve(() =>
      turn({ message: { role: 'assistant', content: '', toolCalls: [call] }, finish: 'toolCalls' }),
    );
    expect((await chat.create(base)).choices[0]?.message.content).toBeNull();
  });

  it('returns a call that cannot be repaired as content', async () => {
    const { chat } = await serve(brokenScript);
    const [choice] = (await chat.create(base)).choices;
    expect(choice).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Now\n<|tool_call_begin|>functions.x:0{"a"' },
    });
    expect(choice?.message.tool_calls).toBeUndefined();
  });

  it("returns logprobs in OpenAI's shape", async () => {
    const entry = { token: 5, text: 'a', bytes: [97], logprob: -0.1 };
    const { chat } = await serve(() =>
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
    const { chat, model } = await serve((asked, onEvent) =>
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
    const { chat } = await serve((asked) => {
      if (asked.options.sampling?.seed === 1)
        throw new CodedError('queue.full', 'Wait.', { data: { retryAfterSeconds: 1 } });
      return new Promise((resolve) =>
        asked.context.signal.addEventListener('abort', () => resolve(turn({ finish: 'cancelled' }))),
      );
    });
    await expect(chat.create({ ...base, n: 2, seed: 0 })).rejects.toMatchObject({ status: 429 });
  });
});

describe('a streamed chat completion', () => {
  it('sends the role first, then deltas, the finish reason, usage and [DONE]', async () => {
    const { harness } = await serve(say('Hello', ' there'));
    const { response, data } = await wire(harness, { stream_options: { include_usage: true } });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(data.at(-1)).toBe('[DONE]');
    const chunks = data.slice(0, -1).map((text) => JSON.parse(text) as Chunk);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(chunks.map((chunk) => chunk.choices[0] && [chunk.choices[0].delta, chunk.choices[0].finish_reason])).toEqual(
      [
        [{ role: 'assistant', content: '' }, null],
        [{ content: 'Hello' }, null],
        [{ content: ' there' }, null],
        [{}, 'stop'],
        undefined,
      ],
    );
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({
      object: 'chat.completion.chunk',
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } },
    });
  });

  it('sends no usage unless it is asked for', async () => {
    const { harness } = await serve(say('Hello'));
    const { data } = await wire(harness, {});
    expect(data.some((text) => text.includes('usage'))).toBe(false);
  });

  it("sends a call's id and name once, its arguments in pieces, and what a repair added", async () => {
    const { chat } = await serve(callingScript);
    const deltas: object[] = [];
    for await (const chunk of await chat.create({ ...base, stream: true }))
      deltas.push(...(chunk.choices[0]?.delta.tool_calls ?? []));
    expect(deltas).toEqual([
      { index: 0, id: call.id, type: 'function', function: { name: 'read_file', arguments: '' } },
      { index: 0, function: { arguments: '{"path": ' } },
      { index: 0, function: { arguments: '"a.js"' } },
      { index: 0, function: { arguments: '}' } },
      { index: 1, id: 'functions.run_tests:1', type: 'function', function: { name: 'run_tests', arguments: '' } },
      { index: 1, function: { arguments: '{}' } },
    ]);
  });

  it.each([
    ['calls', null],
    ['text', ''],
  ] as const)('opens the message with the content that fits when it begins with %s', async (kind, content) => {
    const script: ChatScript = (asked, onEvent) => {
      if (kind === 'text') return say('a')(asked, onEvent);
      onEvent({ kind: 'callDone', index: 0, ...call, repaired: false });
      return turn({ message: { role: 'assistant', content: '', toolCalls: [call] }, finish: 'toolCalls' });
    };
    const { harness } = await serve(script);
    const [first] = (await wire(harness, {})).data;
    expect((JSON.parse(first ?? '') as Chunk).choices[0]?.delta).toEqual({ role: 'assistant', content });
  });

  it.each([
    ['text', say('a', 'b')],
    ['calls', callingScript],
    ['broken calls', brokenScript],
  ])('adds up to the same as without streaming: %s', async (_what, script) => {
    const { harness, chat } = await serve(script);
    const whole = (await chat.create(base)).choices[0];
    const streamed = await harness.client.chat.completions.stream(base).finalChatCompletion();
    const [choice] = streamed.choices;
    expect({ content: choice?.message.content, finish: choice?.finish_reason }).toEqual({
      content: whole?.message.content,
      finish: whole?.finish_reason,
    });
    expect(
      (choice?.message.tool_calls ?? []).map((each) => [
        each.id,
        'function' in each && each.function.name,
        'function' in each && each.function.arguments,
      ]),
    ).toEqual(
      (whole?.message.tool_calls ?? []).map((each) => [
        each.id,
        'function' in each && each.function.name,
        'function' in each && each.function.arguments,
      ]),
    );
  });

  it('keeps the choices apart', async () => {
    const { chat } = await serve((asked, onEvent) => say(`${asked.options.sampling?.seed}`)(asked, onEvent));
    const texts = ['', ''];
    for await (const chunk of await chat.create({ ...base, n: 2, seed: 4, stream: true })) {
      for (const choice of chunk.choices) texts[choice.index] += choice.delta.content ?? '';
    }
    expect(texts).toEqual(['4', '5']);
  });

  it('sends comments while it is silent', async () => {
    const script: ChatScript = async (asked, onEvent) => {
      onEvent({ kind: 'prefill', reused: 0, computed: 0, total: 5 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      return say('done')(asked, onEvent);
    };
    const { harness } = await serve(script, { keepAliveMs: 20 });
    const { comments, data } = await wire(harness, {});
    expect(comments).toBeGreaterThan(1);
    expect(data.at(-1)).toBe('[DONE]');
  });

  it('sends logprobs with the text they belong to, for each choice its own', async () => {
    const entry = (text: string): TokenLogprob => ({
      token: 5,
      text,
      bytes: [...Buffer.from(text)],
      logprob: -0.1,
      top: [],
    });
    const script: ChatScript = async (asked, onEvent) => {
      const words = asked.options.sampling?.seed === 0 ? ['a', 'b'] : ['c', 'd'];
      for (const text of words) {
        asked.context.onLogprobs?.([entry(text)]);
        onEvent({ kind: 'text', text });
        await new Promise(setImmediate);
      }
      return turn({
        message: { role: 'assistant', content: words.join('') },
        logprobs: [...words, '<|x|>'].map(entry),
      });
    };
    const { chat } = await serve(script);
    const seen: [string, string][][] = [[], []];
    for await (const chunk of await chat.create({ ...base, n: 2, seed: 0, logprobs: true, stream: true })) {
      for (const choice of chunk.choices)
        for (const each of choice.logprobs?.content ?? [])
          seen[choice.index]?.push([choice.delta.content ?? '', each.token]);
    }
    // A token whose text is nowhere in the answer comes at its end.
    expect(seen).toEqual([
      [
        ['a', 'a'],
        ['b', 'b'],
        ['', '<|x|>'],
      ],
      [
        ['c', 'c'],
        ['d', 'd'],
        ['', '<|x|>'],
      ],
    ]);
  });

  it('asks for no logprobs when the client wants none', async () => {
    const { harness, model } = await serve(say('Hello'));
    await wire(harness, {});
    expect(model.chats[0]?.options.logprobs).toBeUndefined();
  });

  it('tells an error in the stream once it has begun', async () => {
    const { chat, context } = await serve((_asked, onEvent) => {
      onEvent({ kind: 'text', text: 'Hel' });
      throw new CodedError('engine.failed', 'The engine could not compute.');
    });
    const read = async (): Promise<string> => {
      let text = '';
      for await (const chunk of await chat.create({ ...base, stream: true }))
        text += chunk.choices[0]?.delta.content ?? '';
      return text;
    };
    await expect(read()).rejects.toMatchObject({
      error: { code: 'engine.failed', message: 'The engine could not compute.' },
    });
    expect(context.counters.list()).toEqual([{ endpoint: '/v1/chat/completions', outcome: 'failed', count: 1 }]);
  });

  it.each([true, false])('cancels at once when the client leaves (stream %s)', async (stream) => {
    let entered = (): void => undefined;
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    let left = (): void => undefined;
    const cancelled = new Promise<void>((resolve) => {
      left = resolve;
    });
    const script: ChatScript = (asked, onEvent) => {
      onEvent({ kind: 'text', text: 'Hel' });
      entered();
      return new Promise((resolve) =>
        asked.context.signal.addEventListener('abort', () => {
          left();
          resolve(turn({ finish: 'cancelled' }));
        }),
      );
    };
    const { harness, context } = await serve(script);
    const controller = new AbortController();
    const answer = harness
      .post('/v1/chat/completions', { ...base, stream }, { signal: controller.signal })
      .then((response) => response.text());
    const gone = expect(answer).rejects.toThrow();
    await inside;
    controller.abort();
    await Promise.all([gone, cancelled]);
    await expect
      .poll(() => context.counters.list())
      .toEqual([{ endpoint: '/v1/chat/completions', outcome: 'cancelled', count: 1 }]);
  });

  it('asks for more only when the client has read what was written', async () => {
    let pieces = 0;
    let stalled = false;
    const script: ChatScript = async (asked, onEvent) => {
      while (pieces < 400) {
        onEvent({ kind: 'text', text: 'x'.repeat(50_000) });
        pieces += 1;
        const ready = asked.context.ready?.() ?? Promise.resolve();
        const first = await Promise.race([
          ready.then(() => 'ready'),
          new Promise((resolve) => setTimeout(() => resolve('waiting'), 50)),
        ]);
        stalled ||= first === 'waiting';
        if (stalled && first === 'waiting') reader?.();
        await ready;
      }
      return turn({});
    };
    let reader: (() => void) | undefined;
    const { harness } = await serve(script);
    const reading = new Promise<void>((resolve) => {
      reader = resolve;
    });
    const response = await harness.post('/v1/chat/completions', { ...base, stream: true });
    await reading;
    expect(pieces).toBeLessThan(400);
    const text = await response.text();
    expect(text.length).toBeGreaterThan(400 * 50_000);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});
