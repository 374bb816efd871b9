// The real daemon with nano, over the official client: errors, cancelling, raw completions, metrics.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import OpenAI from 'openai';
import type { NanoEndpoint } from '../../../support/models/nano-endpoint.ts';
import { startNanoEndpoint } from '../../../support/models/nano-endpoint.ts';

let nano: NanoEndpoint;
beforeAll(async () => {
  nano = await startNanoEndpoint(['--context', '2048', '--parallel', '2']);
});
afterAll(async () => {
  await nano?.stop();
});

const ask = { model: 'nano', messages: [{ role: 'user' as const, content: 'hello' }] };

// An answer that cannot end before a client can leave it.
const endless = {
  type: 'json_schema' as const,
  json_schema: { name: 'list', schema: { type: 'array', minItems: 300, items: { enum: ['a long enough word'] } } },
};

describe('hostile and clumsy schemas', () => {
  const patterns = ['^((a{0,30}){0,30}){0,30}$', '^(a?){0,900}$', '^((a{0,30}b{0,30}){0,30}c?){0,30}$', '^(a*)*$'];

  it.each(patterns)('the pattern %s is held to, and another request is answered meanwhile', async (pattern) => {
    const hostile = nano.client.chat.completions.create({
      ...ask,
      max_completion_tokens: 30,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'string', pattern } } },
    });
    const other = await nano.client.chat.completions.create({ ...ask, max_completion_tokens: 10 });
    expect(other.choices[0]?.message.content).not.toBe('');
    expect((await hostile).choices[0]?.message.content).toMatch(/^\s*"[abc]*"?$/);
  });

  it('tools with many bounded strings, and tools that nothing can fit, do not refuse the request', async () => {
    const strings = Array.from({ length: 8 }, (_, at) => [`text_${at}`, { type: 'string', maxLength: 255 }]);
    const tools = [
      { name: 'write_all', parameters: { type: 'object', properties: Object.fromEntries(strings) as object } },
      { name: 'never', parameters: { type: 'object', properties: { a: false }, required: ['a'] } },
    ].map((tool) => ({ type: 'function' as const, function: tool }));
    const { choices } = await nano.client.chat.completions.create({
      ...ask,
      tools,
      tool_choice: 'required',
      max_completion_tokens: 60,
    });
    expect(['length', 'tool_calls']).toContain(choices[0]?.finish_reason);
  });
});

describe('errors', () => {
  it('401 without the token and with a wrong one', async () => {
    const stranger = new OpenAI({ baseURL: `${nano.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    await expect(stranger.chat.completions.create(ask)).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
    expect((await fetch(`${nano.url}/metrics`)).status).toBe(401);
  });

  it('404 for a model that is not loaded, 400 with the field, 404 for no such path', async () => {
    await expect(nano.client.chat.completions.create({ ...ask, model: 'kimi-k9' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
    });
    await expect(nano.client.chat.completions.create({ ...ask, temperature: 9 })).rejects.toMatchObject({
      status: 400,
      param: 'temperature',
    });
    await expect(nano.client.beta.assistants.create({ model: 'nano', name: 'x' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('400 with both numbers for a prompt longer than the context, streaming or not', async () => {
    const messages = [{ role: 'user' as const, content: 'one two three four '.repeat(3000) }];
    for (const stream of [false, true]) {
      const refused = nano.client.chat.completions.create({ model: 'nano', messages, stream });
      await expect(refused).rejects.toMatchObject({
        status: 400,
        code: 'context_length_exceeded',
        error: { context: 2048, prompt: expect.any(Number) },
      });
    }
  });

  it('400 for what the model cannot do', async () => {
    await expect(nano.client.embeddings.create({ model: 'nano', input: 'x' })).rejects.toMatchObject({
      status: 400,
      code: 'model.capability',
    });
  });
});

describe('leaving', () => {
  it('in the middle of a stream frees the place for the next request', async () => {
    for (let round = 0; round < 3; round += 1) {
      const stream = await nano.client.chat.completions.create({
        ...ask,
        stream: true,
        temperature: 0,
        response_format: endless,
      });
      // Leaving the loop aborts the request.
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    }
    const next = await nano.client.chat.completions.create({ ...ask, max_tokens: 3 });
    expect(next.choices).toHaveLength(1);
    await expect.poll(async () => (await nano.metrics()).get('moonwright_requests_running')).toBe(0);
    expect(
      (await nano.metrics()).get('moonwright_http_requests_total{endpoint="/v1/chat/completions",outcome="cancelled"}'),
    ).toBe(3);
  });
});

describe('raw completions', () => {
  it('take text, token ids and several prompts', async () => {
    for (const prompt of ['const a = ', [300, 301, 302], ['a', 'b']]) {
      const completion = await nano.client.completions.create({ model: 'nano', prompt, max_tokens: 4, temperature: 0 });
      expect(completion.choices).toHaveLength(prompt[0] === 'a' ? 2 : 1);
      expect(completion.usage?.completion_tokens).toBeLessThanOrEqual(8);
    }
  });

  it('read special tokens in a prompt that is a rendered chat, and stream the same text', async () => {
    const body = {
      model: 'nano',
      prompt: '<|im_user|>user<|im_middle|>hello<|im_end|><|im_assistant|>assistant<|im_middle|>',
      max_tokens: 30,
      temperature: 0,
    };
    const whole = await nano.client.completions.create(body);
    let streamed = '';
    for await (const chunk of await nano.client.completions.create({ ...body, stream: true }))
      streamed += chunk.choices[0]?.text ?? '';
    expect(streamed).toBe(whole.choices[0]?.text);
    expect(whole.choices[0]?.text).not.toContain('<|im_end|>');
    expect(whole.usage?.prompt_tokens).toBeLessThan(20);
  });

  it('fill the gap before a suffix, in which texts of special tokens are text', async () => {
    const gap = {
      model: 'nano',
      prompt: 'export function add(a, b) {\n  ',
      suffix: '\n}\n',
      max_tokens: 30,
      temperature: 0,
    };
    const filled = await nano.client.completions.create(gap);
    expect(filled.choices[0]).toMatchObject({ text: 'return a + b;', finish_reason: 'stop' });
    const hostile = await nano.client.completions.create({ ...gap, suffix: '<|im_end|>', max_tokens: 1 });
    expect(hostile.usage?.prompt_tokens).toBeGreaterThan(filled.usage?.prompt_tokens ?? Infinity);
  });

  it('fit the constraint of the request, and are refused with one that is no grammar', async () => {
    const body = { model: 'nano', prompt: 'The answer is ', temperature: 0 };
    const create = async (fields: object): Promise<OpenAI.Completion> =>
      await nano.client.completions.create({ ...body, ...fields });
    for (const fields of [{ guided_choice: ['yes', 'no'] }, { grammar: 'root ::= "yes" | "no"' }])
      expect(['yes', 'no']).toContain((await create(fields)).choices[0]?.text);
    const json = await create({ json_schema: { type: 'integer', minimum: 10, maximum: 99 } });
    expect(json.choices[0]?.text).toMatch(/^\s*\d\d$/);
    await expect(create({ grammar: 'root ::= (' })).rejects.toMatchObject({ status: 400 });
  });

  it('compute only the prompt for no tokens, and go on to the end without a limit', async () => {
    const none = await nano.client.completions.create({ model: 'nano', prompt: 'let x', max_tokens: 0 });
    expect(none.choices[0]).toMatchObject({ text: '', finish_reason: 'length' });
    expect(none.usage).toMatchObject({ prompt_tokens: expect.any(Number), completion_tokens: 0 });
    const free = await nano.client.completions.create({
      model: 'nano',
      prompt: 'function add(a, b) {',
      max_tokens: -1,
      stop: '}',
      temperature: 0,
    });
    expect(free.choices[0]?.finish_reason).toBe('stop');
  });

  it('echo, count, and give logprobs', async () => {
    const completion = await nano.client.completions.create({
      model: 'nano',
      prompt: 'let x',
      echo: true,
      n: 2,
      max_tokens: 2,
      temperature: 0,
    });
    expect(completion.choices.every((choice) => choice.text.startsWith('let x'))).toBe(true);
    const logged = await nano.client.completions.create({
      model: 'nano',
      prompt: 'let x',
      max_tokens: 3,
      temperature: 0,
      logprobs: 2,
    });
    expect(logged.choices[0]?.logprobs?.tokens).toHaveLength(logged.usage?.completion_tokens ?? -1);
  });
});

describe('logprobs of a raw completion', () => {
  it('are those of its text, streamed or not, also when a stop string that spans tokens ends it', async () => {
    const body = { model: 'nano', prompt: 'const a', max_tokens: 20, temperature: 0, logprobs: 1 };
    const free = (await nano.client.completions.create(body)).choices[0];
    const text = free?.text ?? '';
    // From the end of one token to the beginning of the one after the next.
    const at = free?.logprobs?.text_offset?.[3] ?? 0;
    for (const stop of [undefined, text.slice(at - 1, at + 2)]) {
      const whole = (await nano.client.completions.create({ ...body, stop })).choices[0];
      expect(whole?.text).toBe(stop === undefined ? text : text.slice(0, text.indexOf(stop)));
      expect(whole?.logprobs?.tokens?.join('').startsWith(whole.text)).toBe(true);
      expect(whole?.logprobs?.text_offset?.every((offset) => offset < whole.text.length)).toBe(true);
      const streamed = { text: '', tokens: [] as string[], offsets: [] as number[] };
      for await (const chunk of await nano.client.completions.create({ ...body, stop, stream: true })) {
        streamed.text += chunk.choices[0]?.text ?? '';
        streamed.tokens.push(...(chunk.choices[0]?.logprobs?.tokens ?? []));
        streamed.offsets.push(...(chunk.choices[0]?.logprobs?.text_offset ?? []));
      }
      expect(streamed).toEqual({
        text: whole?.text,
        tokens: whole?.logprobs?.tokens,
        offsets: whole?.logprobs?.text_offset,
      });
    }
  });
});

describe('around it', () => {
  it('counts the tokens that the usage of its answers adds up to', async () => {
    const count = async (): Promise<number[]> => {
      const metrics = await nano.metrics();
      return ['reused', 'computed', 'generated'].map(
        (source) => metrics.get(`moonwright_tokens_total{source="${source}"}`) ?? 0,
      );
    };
    const before = await count();
    const chat = { ...ask, temperature: 0, max_tokens: 6 };
    const answers = [
      await nano.client.chat.completions.create(chat),
      await nano.client.chat.completions
        .stream({ ...chat, stream_options: { include_usage: true } })
        .finalChatCompletion(),
      await nano.client.completions.create({ model: 'nano', prompt: ['let a', 'let b'], max_tokens: 5 }),
    ];
    const after = await count();
    const sum = (part: (usage: OpenAI.CompletionUsage) => number): number =>
      answers.reduce((total, { usage }) => total + (usage ? part(usage) : NaN), 0);
    const cached = sum((usage) => usage.prompt_tokens_details?.cached_tokens ?? 0);
    expect(after.map((value, at) => value - (before[at] ?? 0))).toEqual([
      cached,
      sum((usage) => usage.prompt_tokens) - cached,
      sum((usage) => usage.completion_tokens),
    ]);
  });

  it('lists nano, is healthy, and counts', async () => {
    expect((await nano.client.models.list()).data.map((model) => model.id)).toEqual(['nano']);
    expect(await (await fetch(`${nano.url}/health`)).json()).toMatchObject({ status: 'ok' });
    const metrics = await nano.metrics();
    expect(metrics.get('moonwright_cells{state="total"}')).toBeGreaterThanOrEqual(2048);
    expect(metrics.get('moonwright_tokens_total{source="generated"}')).toBeGreaterThan(0);
    expect(metrics.get('moonwright_decode_seconds_total')).toBeGreaterThan(0);
  });
});
