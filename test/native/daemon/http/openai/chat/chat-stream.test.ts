// The model is scripted; the endpoint, the HTTP connection and the client are real.
import { afterEach, describe, expect, it } from 'vitest';
import type OpenAI from 'openai';
import type { ChatScript } from '../../../../../support/daemon/scripted-model.ts';
import type { TokenLogprob } from '../../../../../../native/protocol/generation.ts';
import { CodedError } from '../../../../../../native/protocol/coded-error.ts';
import type { EndpointHarness } from '../../../../../support/daemon/endpoint-harness.ts';
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

type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;

/** The lines of a stream as they stand on the wire. */
async function wire(harness: EndpointHarness, body: object): Promise<{ data: string[]; response: Response }> {
  const response = await harness.post('/v1/chat/completions', { ...base, stream: true, ...body });
  const blocks = (await response.text()).split('\n\n').filter((block) => block !== '');
  return {
    response,
    data: blocks.filter((block) => block.startsWith('data: ')).map((block) => block.slice(6)),
  };
}

describe('a streamed chat completion', () => {
  it('sends the role first, then deltas, the finish reason, usage and [DONE]', async () => {
    const { harness } = await serveChat(say('Hello', ' there'));
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
    const { harness } = await serveChat(say('Hello'));
    const { data } = await wire(harness, {});
    expect(data.some((text) => text.includes('usage'))).toBe(false);
  });

  it("sends a call's id and name once, its arguments in pieces, and what a repair added", async () => {
    const { chat } = await serveChat(callingScript);
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
    const { harness } = await serveChat(script);
    const [first] = (await wire(harness, {})).data;
    expect((JSON.parse(first ?? '') as Chunk).choices[0]?.delta).toEqual({ role: 'assistant', content });
  });

  it.each([
    ['text', say('a', 'b')],
    ['calls', callingScript],
    ['broken calls', brokenScript],
  ])('adds up to the same as without streaming: %s', async (_what, script) => {
    const { harness, chat } = await serveChat(script);
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
    const { chat } = await serveChat((asked, onEvent) => say(`${asked.options.sampling?.seed}`)(asked, onEvent));
    const texts = ['', ''];
    for await (const chunk of await chat.create({ ...base, n: 2, seed: 4, stream: true })) {
      for (const choice of chunk.choices) texts[choice.index] += choice.delta.content ?? '';
    }
    expect(texts).toEqual(['4', '5']);
  });

  it('sends comments while it is silent', async () => {
    let speak = (): void => undefined;
    const heard = new Promise<void>((resolve) => (speak = resolve));
    const script: ChatScript = async (asked, onEvent) => {
      onEvent({ kind: 'prefill', reused: 0, computed: 0, total: 5 });
      await heard;
      return say('done')(asked, onEvent);
    };
    const { harness } = await serveChat(script, { keepAliveMs: 20 });
    const response = await harness.post('/v1/chat/completions', { ...base, stream: true });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.startsWith(': keep-alive\n\n: keep-alive\n\n')) speak();
    }
    expect(text.trimEnd().endsWith('[DONE]')).toBe(true);
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
    const { chat } = await serveChat(script);
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
    const { harness, model } = await serveChat(say('Hello'));
    await wire(harness, {});
    expect(model.chats[0]?.options.logprobs).toBeUndefined();
  });

  it('tells an error in the stream once it has begun', async () => {
    const { chat, context } = await serveChat((_asked, onEvent) => {
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
    const { harness, context } = await serveChat(script);
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
    const { harness } = await serveChat(script);
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
