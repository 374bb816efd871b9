// The model is scripted (one token per character); the endpoint, the HTTP connection and the client are real.
import { afterEach, describe, expect, it } from 'vitest';
import type { RawScript, ScriptedModel } from '../../../../../support/daemon/scripted-model.ts';
import type { EndpointModel, EndpointVocabulary } from '../../../../../../native/daemon/http/endpoint-model.ts';
import { EndpointHarness } from '../../../../../support/daemon/endpoint-harness.ts';
import { scriptedContext, scriptedModel, write } from '../../../../../support/daemon/scripted-model.ts';

const open: EndpointHarness[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((harness) => harness.stop()));
});

async function serve(raw: RawScript, parts: Partial<EndpointModel> = {}) {
  const model = scriptedModel({ raw, parts });
  const harness = await EndpointHarness.start(scriptedContext(model));
  open.push(harness);
  return { harness, model, api: harness.client.completions };
}

function withVocabulary(parts: Partial<EndpointVocabulary>): Partial<EndpointModel> {
  return { vocabulary: { ...scriptedModel({}).vocabulary, ...parts } };
}

function prompts(model: ScriptedModel): number[][] {
  return model.raws.map((request) => [...request.prompt]);
}

describe('a completion', () => {
  it("has OpenAI's shape and generates 16 tokens unless told", async () => {
    const { api, model } = await serve(write('there'));
    const answer = await api.create({ model: 'scripted', prompt: 'hi' });
    expect(answer).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, text: 'there', logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 5, total_tokens: 7, prompt_tokens_details: { cached_tokens: 0 } },
    });
    expect(answer.id).toMatch(/^cmpl-/);
    expect(model.raws[0]).toMatchObject({ maxTokens: 16, logprobs: -1, stopStrings: [], priority: 20 });
  });

  it('takes a string, several, token ids, and several of those', async () => {
    const { api, model } = await serve(write('x'));
    for (const prompt of ['ab', ['a', 'b'], [7, 8], [[7], [8, 9]]]) await api.create({ model: 'scripted', prompt });
    expect(prompts(model)).toEqual([[97, 98], [97], [98], [7, 8], [7], [8, 9]]);
  });

  it('puts the start token before text that does not bring it', async () => {
    const { api, model } = await serve(write('x'), withVocabulary({ bos: 97 }));
    await api.create({ model: 'scripted', prompt: ['b', 'ab'] });
    await api.create({ model: 'scripted', prompt: [98] });
    expect(prompts(model)).toEqual([[97, 98], [97, 98], [98]]);
  });

  it('numbers n choices of each prompt and counts each prompt once', async () => {
    const { api } = await serve((request, onEvent, signal) =>
      write(String.fromCharCode(...request.prompt) + request.sampling.seed)(request, onEvent, signal),
    );
    const answer = await api.create({ model: 'scripted', prompt: ['a', 'bc'], n: 2, seed: 5 });
    expect(answer.choices.map((choice) => choice.text)).toEqual(['a5', 'a6', 'bc5', 'bc6']);
    expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 10 });
  });

  it('echoes the prompt', async () => {
    const { api } = await serve(write(' there'));
    expect((await api.create({ model: 'scripted', prompt: 'hi', echo: true })).choices[0]?.text).toBe('hi there');
    expect((await api.create({ model: 'scripted', prompt: [104, 105], echo: true })).choices[0]?.text).toBe('hi there');
  });

  it('ends before a stop string, streaming or not, and never shows its beginning', async () => {
    const { api } = await serve(write('one\n\ntwo'));
    const body = { model: 'scripted', prompt: 'x', stop: ['\n\nt', 'zz'] };
    expect((await api.create(body)).choices[0]).toMatchObject({ text: 'one', finish_reason: 'stop' });
    const pieces: string[] = [];
    for await (const chunk of await api.create({ ...body, stream: true }))
      pieces.push(...chunk.choices.map((choice) => choice.text));
    expect(pieces).toEqual(['o', 'n', 'e', '']);
  });

  it('shows what looked like a stop string when it was none', async () => {
    const { api } = await serve(write('ab\n', { reason: 'length' }));
    expect((await api.create({ model: 'scripted', prompt: 'x', stop: '\n\n' })).choices[0]).toMatchObject({
      text: 'ab\n',
      finish_reason: 'length',
    });
  });

  it('joins characters that span tokens and hides the ending token', async () => {
    const bytes = [...Buffer.from('é€')];
    const script: RawScript = (_request, onEvent) => {
      for (const byte of [...bytes, 0]) onEvent({ kind: 'tokens', tokens: Int32Array.of(byte) });
      return {
        reason: 'end',
        ids: Int32Array.from([...bytes, 0]),
        usage: { reused: 0, computed: 1, generated: 6 },
        timings: { queue: 0, prefill: 0, decode: 0 },
      };
    };
    const { api } = await serve(script);
    expect((await api.create({ model: 'scripted', prompt: 'x' })).choices[0]?.text).toBe('é€');
    const pieces: string[] = [];
    for await (const chunk of await api.create({ model: 'scripted', prompt: 'x', stream: true }))
      pieces.push(...chunk.choices.map((choice) => choice.text));
    expect(pieces).toEqual(['é', '€', '']);
  });

  it('returns logprobs as parallel arrays, the same when streamed', async () => {
    const { api, model } = await serve(write('hi'));
    const body = { model: 'scripted', prompt: 'x', logprobs: 2 };
    const whole = (await api.create(body)).choices[0]?.logprobs;
    expect(whole).toEqual({
      tokens: ['h', 'i'],
      token_logprobs: [-0.5, -0.5],
      top_logprobs: [
        { h: -0.5, A: -1 },
        { i: -0.5, A: -1 },
      ],
      text_offset: [0, 1],
    });
    expect(model.raws[0]?.logprobs).toBe(2);
    const offsets: number[] = [];
    for await (const chunk of await api.create({ ...body, stream: true }))
      offsets.push(...(chunk.choices[0]?.logprobs?.text_offset ?? []));
    expect(offsets).toEqual([0, 1]);
  });

  it('returns logprobs for the tokens of the text only, with the chosen token among the likely ones', async () => {
    const script: RawScript = (request, onEvent, signal) => {
      const bytes = [...Buffer.from('é\n'), ...Buffer.from('\n'), 0];
      const logprobs = bytes.map((token) => ({
        token,
        logprob: -2,
        topTokens: Int32Array.of(65),
        topLogprobs: Float32Array.of(-1),
      }));
      onEvent({ kind: 'tokens', tokens: Int32Array.from(bytes), logprobs });
      return write('', { reason: 'stop', textBytes: 2 })(request, onEvent, signal);
    };
    const { api } = await serve(script);
    const body = { model: 'scripted', prompt: 'x', logprobs: 1, stop: '\n\n' };
    const tokens = ['bytes:\\xc3', 'bytes:\\xa9'];
    expect((await api.create(body)).choices[0]).toMatchObject({
      text: 'é',
      logprobs: {
        tokens,
        token_logprobs: [-2, -2],
        top_logprobs: tokens.map((token) => ({ A: -1, [token]: -2 })),
        text_offset: [0, 0],
      },
    });
    const chunks: unknown[] = [];
    for await (const chunk of await api.create({ ...body, stream: true }))
      chunks.push(...chunk.choices.map((choice) => [choice.text, choice.logprobs?.tokens]));
    expect(chunks).toEqual([
      ['é', tokens],
      ['', undefined],
    ]);
  });

  it('runs many choices without a warning of Node', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    const listening: RawScript = (request, onEvent, signal) => {
      signal.addEventListener('abort', () => undefined);
      return write('x')(request, onEvent, signal);
    };
    const { api } = await serve(listening);
    await api.create({ model: 'scripted', prompt: Array.from({ length: 20 }, (_, at) => `${at}`) });
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('tells the end of each streamed choice when it is there', async () => {
    const script: RawScript = async (request, onEvent, signal) => {
      if (request.prompt[0] === 98) await firstEnded;
      return write('x')(request, onEvent, signal);
    };
    let first: (() => void) | undefined;
    const firstEnded = new Promise<void>((resolve) => {
      first = resolve;
    });
    const { api } = await serve(script);
    const ends: number[] = [];
    for await (const chunk of await api.create({ model: 'scripted', prompt: ['a', 'b'], stream: true })) {
      for (const choice of chunk.choices) {
        if (choice.finish_reason === null) continue;
        ends.push(choice.index);
        first?.();
      }
    }
    expect(ends).toEqual([0, 1]);
  });

  it('streams an echo, usage and [DONE]', async () => {
    const { harness } = await serve(write('ab'));
    const response = await harness.post('/v1/completions', {
      prompt: 'hi',
      echo: true,
      stream: true,
      stream_options: { include_usage: true },
    });
    const data = (await response.text())
      .split('\n\n')
      .filter((block) => block !== '')
      .map((block) => block.slice('data: '.length));
    expect(data.at(-1)).toBe('[DONE]');
    const chunks = data
      .slice(0, -1)
      .map((text) => JSON.parse(text) as { choices: { text: string; finish_reason: string | null }[]; usage: unknown });
    expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => [choice.text, choice.finish_reason]))).toEqual([
      ['hi', null],
      ['a', null],
      ['b', null],
      ['', 'stop'],
    ]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 2 } });
  });

  const wrong: [Record<string, unknown>, string][] = [
    [{}, 'prompt'],
    [{ prompt: [] }, 'prompt'],
    [{ prompt: '' }, 'prompt'],
    [{ prompt: [300] }, 'prompt'],
    [{ prompt: 'a', max_tokens: -2 }, 'max_tokens'],
    [{ prompt: 'a', logprobs: 21 }, 'logprobs'],
    [{ prompt: 'a', n: 1, best_of: 3 }, 'best_of'],
    [{ prompt: 'a', echo: true, logprobs: 1 }, 'echo'],
  ];
  it.each(wrong)('refuses %o and names %s', async (body, field) => {
    const { harness } = await serve(write('x'));
    const response = await harness.post('/v1/completions', body);
    expect([response.status, ((await response.json()) as { error: { param: string } }).error.param]).toEqual([
      400,
      field,
    ]);
  });
});

describe('filling a gap', () => {
  it("puts both halves between the model's tokens", async () => {
    const { api, model } = await serve(
      write('x'),
      withVocabulary({ bos: 1, fill: { prefix: 2, suffix: 3, middle: 4, suffixFirst: false } }),
    );
    await api.create({ model: 'scripted', prompt: 'ab', suffix: 'c' });
    expect(prompts(model)).toEqual([[1, 2, 97, 98, 3, 99, 4]]);
  });

  it('starts with the text behind the gap where the model is trained so', async () => {
    const { api, model } = await serve(
      write('x'),
      withVocabulary({ bos: 1, fill: { prefix: 2, suffix: 3, middle: 4, suffixFirst: true } }),
    );
    await api.create({ model: 'scripted', prompt: 'ab', suffix: 'c' });
    expect(prompts(model)).toEqual([[1, 3, 99, 2, 97, 98, 4]]);
  });

  it('is refused where the model has no such tokens', async () => {
    const { api } = await serve(write('x'));
    await expect(api.create({ model: 'scripted', prompt: 'ab', suffix: 'c' })).rejects.toMatchObject({
      status: 400,
      param: 'suffix',
      code: 'model.capability',
      message: expect.stringContaining('has no tokens for filling a gap'),
    });
    expect((await api.create({ model: 'scripted', prompt: 'ab', suffix: '' })).choices).toHaveLength(1);
  });
});
