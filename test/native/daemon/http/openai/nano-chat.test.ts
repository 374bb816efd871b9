// The real daemon with nano, over the official client. Wire shapes are asserted, never wording.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type OpenAI from 'openai';
import type { NanoEndpoint } from '../../../../support/models/nano-endpoint.ts';
import { startNanoEndpoint } from '../../../../support/models/nano-endpoint.ts';
import { agentTools, newFixTask } from '../../../../support/models/nano-task.ts';

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type Completion = OpenAI.Chat.Completions.ChatCompletion;
type Call = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall;

let nano: NanoEndpoint;
beforeAll(async () => {
  nano = await startNanoEndpoint();
});
afterAll(async () => {
  await nano?.stop();
});

const ask = { model: 'nano', messages: [{ role: 'user', content: 'hello' }] satisfies Message[] };

const weatherTool: OpenAI.Chat.Completions.ChatCompletionFunctionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Get the weather of a city',
    parameters: {
      type: 'object',
      required: ['city'],
      properties: { city: { type: 'string', description: 'Name of the city', maxLength: 20 } },
    },
  },
};

function calls(completion: Completion): Call[] {
  return (completion.choices[0]?.message.tool_calls ?? []).filter((call): call is Call => call.type === 'function');
}

describe('the loop of a Kimi tutorial', () => {
  it('calls the forced tool, takes its result, and ends', async () => {
    const messages: Message[] = [
      { role: 'system', content: 'You are Kimi, an AI assistant created by Moonshot AI.' },
      { role: 'user', content: 'What is the weather in Beijing today?' },
    ];
    let choice: OpenAI.Chat.Completions.ChatCompletionToolChoiceOption = {
      type: 'function',
      function: { name: 'get_weather' },
    };
    let rounds = 0;
    let finish: string | null = 'tool_calls';
    for (; finish === 'tool_calls' && rounds < 4; rounds += 1) {
      const completion: Completion = await nano.client.chat.completions.create({
        model: 'nano',
        messages,
        temperature: 0.6,
        seed: 11,
        tools: [weatherTool],
        tool_choice: choice,
        max_tokens: 200,
      });
      const [first] = completion.choices;
      finish = first?.finish_reason ?? null;
      if (rounds === 0) {
        expect(finish).toBe('tool_calls');
        expect(calls(completion)).toHaveLength(1);
      }
      if (finish !== 'tool_calls' || first === undefined) break;
      messages.push(first.message);
      for (const [at, call] of calls(completion).entries()) {
        expect(call).toMatchObject({
          type: 'function',
          id: `functions.get_weather:${rounds + at}`,
          function: { name: 'get_weather' },
        });
        expect(JSON.parse(call.function.arguments)).toEqual({ city: expect.any(String) });
        messages.push({
          role: 'tool',
          tool_call_id: call.id,
          name: call.function.name,
          content: '{"weather": "Sunny", "degrees": 21}',
        } as Message);
      }
      choice = 'auto';
    }
    expect(rounds).toBeGreaterThan(0);
    expect(['stop', 'length', 'tool_calls']).toContain(finish);
  });
});

describe('a real agent conversation', () => {
  it('computes only what is new in each turn, with calls replayed by the client', async () => {
    const task = newFixTask();
    const { messages } = task;
    let known: number | undefined;
    let turns = 0;
    for (let more = true; more && turns < 8; turns += 1) {
      const completion = await nano.client.chat.completions.create({
        model: 'nano',
        messages,
        tools: agentTools,
        temperature: 0,
      });
      const { usage } = completion;
      const [choice] = completion.choices;
      if (known !== undefined) expect(usage?.prompt_tokens_details?.cached_tokens).toBe(known);
      // The last sampled token is not in the cache: it is computed with what follows.
      known = (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0) - 1;
      messages.push(choice?.message as Message);
      const asked = calls(completion);
      more = asked.length > 0;
      for (const call of asked)
        messages.push({
          role: 'tool',
          tool_call_id: call.id,
          content: task.run(call.function.name, call.function.arguments),
        });
    }
    expect(turns).toBeGreaterThan(2);
  });

  it('streams the same text and calls as it returns whole', async () => {
    for (const body of [
      { ...ask, temperature: 0, max_tokens: 60 },
      { model: 'nano', messages: newFixTask().messages, tools: agentTools, temperature: 0 },
    ]) {
      const whole = await nano.client.chat.completions.create(body);
      const streamed = await nano.client.chat.completions.stream(body).finalChatCompletion();
      const shape = (completion: Completion): unknown => [
        completion.choices[0]?.message.content || null,
        completion.choices[0]?.finish_reason,
        calls(completion).map((call) => [call.id, call.function.name, call.function.arguments]),
      ];
      expect(shape(streamed)).toEqual(shape(whole));
    }
  });
});

describe('answers in a given shape', () => {
  it('fit a JSON schema', async () => {
    const schema = {
      type: 'object',
      required: ['kind', 'count', 'tags'],
      additionalProperties: false,
      properties: {
        kind: { enum: ['bug', 'feature'] },
        count: { type: 'integer', minimum: 0, maximum: 99 },
        tags: { type: 'array', maxItems: 2, items: { type: 'string', maxLength: 8 } },
      },
    };
    for (const temperature of [0, 1]) {
      const completion = await nano.client.chat.completions.create({
        ...ask,
        temperature,
        seed: 3,
        max_tokens: 200,
        response_format: { type: 'json_schema', json_schema: { name: 'report', strict: true, schema } },
      });
      const value = JSON.parse(completion.choices[0]?.message.content ?? '') as {
        kind: string;
        count: number;
        tags: string[];
      };
      expect(completion.choices[0]?.finish_reason).toBe('stop');
      expect(['bug', 'feature']).toContain(value.kind);
      expect(Number.isInteger(value.count) && value.count >= 0 && value.count <= 99).toBe(true);
      expect(value.tags.length <= 2 && value.tags.every((tag) => tag.length <= 8)).toBe(true);
      expect(Object.keys(value).sort()).toEqual(['count', 'kind', 'tags']);
    }
  });

  it('are one of the texts of a choice', async () => {
    const constraint: object = { structured_outputs: { choice: ['fine', 'not fine'] } };
    const completion = await nano.client.chat.completions.create({
      ...ask,
      ...constraint,
      temperature: 1,
      seed: 5,
      max_tokens: 20,
    });
    expect(['fine', 'not fine']).toContain(completion.choices[0]?.message.content);
    expect(completion.choices[0]?.finish_reason).toBe('stop');
  });

  it('begin as JSON where any JSON is asked for', async () => {
    const completion = await nano.client.chat.completions.create({
      ...ask,
      temperature: 0,
      max_tokens: 40,
      response_format: { type: 'json_object' },
    });
    expect(completion.choices[0]?.message.content).toMatch(/^\s*\{/);
  });
});

describe('options', () => {
  it('n gives as many choices, and their prompt is computed once', async () => {
    const messages: Message[] = [{ role: 'user', content: `Two choices of this: ${'const value = 1; '.repeat(30)}` }];
    const completion = await nano.client.chat.completions.create({
      model: 'nano',
      messages,
      n: 2,
      temperature: 1,
      seed: 5,
      max_tokens: 12,
    });
    expect(completion.choices.map((choice) => choice.index)).toEqual([0, 1]);
    expect(completion.usage?.completion_tokens).toBeLessThanOrEqual(24);
    const computed = (await nano.metrics()).get('moonwright_tokens_total{source="computed"}') ?? 0;
    await nano.client.chat.completions.create({
      model: 'nano',
      messages: [{ role: 'user', content: `Again: ${'let other = 2; '.repeat(30)}` }],
      n: 3,
      temperature: 1,
      max_tokens: 4,
    });
    const more = ((await nano.metrics()).get('moonwright_tokens_total{source="computed"}') ?? 0) - computed;
    expect(more).toBeLessThan((completion.usage?.prompt_tokens ?? 0) * 1.5);
  });

  it('seed makes sampling repeatable', async () => {
    const body = { ...ask, temperature: 1, seed: 42, max_tokens: 20 };
    const [one, two] = [
      await nano.client.chat.completions.create(body),
      await nano.client.chat.completions.create(body),
    ];
    expect(one.choices[0]?.message.content).toBe(two.choices[0]?.message.content);
  });

  it('logprobs come for each token of the answer, with alternatives', async () => {
    const completion = await nano.client.chat.completions.create({
      ...ask,
      temperature: 0,
      max_tokens: 5,
      logprobs: true,
      top_logprobs: 3,
    });
    const content = completion.choices[0]?.logprobs?.content ?? [];
    // The token that ends the turn is not part of the answer.
    const ended = completion.choices[0]?.finish_reason === 'stop' ? 1 : 0;
    expect(content).toHaveLength((completion.usage?.completion_tokens ?? 0) - ended);
    for (const entry of content) {
      expect(entry.top_logprobs).toHaveLength(3);
      expect(entry.logprob).toBeLessThanOrEqual(0);
      expect(entry.top_logprobs[0]?.logprob).toBeCloseTo(entry.logprob, 4);
    }
    const bytes = Buffer.from(content.flatMap((entry) => entry.bytes ?? []));
    expect(bytes.toString().startsWith(completion.choices[0]?.message.content ?? 'none')).toBe(true);
    const chunks = await nano.client.chat.completions.create({
      ...ask,
      temperature: 0,
      max_tokens: 5,
      logprobs: true,
      top_logprobs: 3,
      stream: true,
    });
    const streamed: unknown[] = [];
    for await (const chunk of chunks) streamed.push(...(chunk.choices[0]?.logprobs?.content ?? []));
    expect(streamed).toEqual(content);
  });

  it('streamed logprobs come with their text, for each choice, also around stop strings', async () => {
    const body = {
      ...ask,
      messages: [{ role: 'user', content: '修复 größe 🌍' }] satisfies Message[],
      temperature: 1,
      seed: 3,
      n: 2,
      max_tokens: 40,
      logprobs: true,
      stop: ['e ', '好好'],
    };
    const whole = await nano.client.chat.completions.create(body);
    const streamed: { token: string; bytes: number[] | null }[][] = [[], []];
    const texts = ['', ''];
    for await (const chunk of await nano.client.chat.completions.create({ ...body, stream: true })) {
      for (const { index, delta, logprobs } of chunk.choices) {
        streamed[index]?.push(...(logprobs?.content ?? []));
        texts[index] += delta.content ?? '';
        // Of a character in pieces the first tokens come with the last; a stop string may cut the last token.
        const told = Buffer.from(streamed[index]?.flatMap((entry) => entry.bytes ?? []) ?? []).toString('utf8');
        expect(told.startsWith(texts[index]?.replace(/\uFFFD$/, '') ?? 'none')).toBe(true);
      }
    }
    expect(streamed).toEqual(whole.choices.map((choice) => choice.logprobs?.content));
    expect(texts).toEqual(whole.choices.map((choice) => choice.message.content));
  });

  it('a stop string ends the answer before it', async () => {
    // The shape leaves the model one thing to say.
    const said = {
      type: 'json_schema' as const,
      json_schema: { name: 'said', schema: { enum: ['one two three four'] } },
    };
    const body = { ...ask, temperature: 0, response_format: said };
    const whole = (await nano.client.chat.completions.create(body)).choices[0]?.message.content ?? '';
    expect(whole.trim()).toBe('"one two three four"');
    for (const [stop, last] of [
      [['thr'], 'two '],
      [['zzz', 'four', ' two three'], 'one'],
      [['"o'], ''],
    ] as const) {
      const expected = whole.slice(0, whole.indexOf(last === '' ? '"' : last) + last.length);
      const cut = await nano.client.chat.completions.create({ ...body, stop: [...stop] });
      expect(cut.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: expected } });
      let streamed = '';
      for await (const chunk of await nano.client.chat.completions.create({ ...body, stop: [...stop], stream: true }))
        streamed += chunk.choices[0]?.delta.content ?? '';
      expect(streamed).toBe(expected);
    }
  });

  it('a call that max_tokens cuts comes once, as far as it was written, streamed or not', async () => {
    const city = { enum: ['x'.repeat(200)] };
    const parameters = { type: 'object', required: ['city'], properties: { city } };
    const body = {
      model: 'nano',
      messages: [{ role: 'user', content: 'What is the weather in Beijing today?' }] satisfies Message[],
      temperature: 0,
      tools: [{ ...weatherTool, function: { ...weatherTool.function, parameters } }],
      tool_choice: { type: 'function', function: { name: 'get_weather' } } as const,
      max_tokens: 40,
    };
    const whole = await nano.client.chat.completions.create(body);
    const streamed = await nano.client.chat.completions.stream(body).finalChatCompletion();
    for (const completion of [whole, streamed]) {
      expect(completion.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: null } });
      expect(calls(completion)).toHaveLength(1);
      expect(calls(completion)[0]?.function).toMatchObject({
        name: 'get_weather',
        arguments: expect.stringMatching(/^\s*\{\s*"city"\s*:\s*"x+$/) as string,
      });
    }
    expect(calls(streamed)[0]?.function.arguments).toBe(calls(whole)[0]?.function.arguments);
  });

  it('a required call is one, unless several are asked for', async () => {
    const body = {
      model: 'nano',
      messages: [{ role: 'user', content: 'What is the weather in Beijing today?' }] satisfies Message[],
      temperature: 0,
      tools: [weatherTool],
      tool_choice: 'required' as const,
      max_tokens: 300,
    };
    const one = await nano.client.chat.completions.create(body);
    expect([calls(one).length, one.choices[0]?.finish_reason]).toEqual([1, 'tool_calls']);
    const several = await nano.client.chat.completions.create({ ...body, parallel_tool_calls: true });
    expect(calls(several).length).toBeGreaterThanOrEqual(1);
  });

  it('max_tokens ends the answer with length', async () => {
    const completion = await nano.client.chat.completions.create({ ...ask, temperature: 0, max_completion_tokens: 2 });
    expect(completion.choices[0]?.finish_reason).toBe('length');
    expect(completion.usage?.completion_tokens).toBe(2);
  });
});
