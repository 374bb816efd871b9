// The model is scripted; the endpoint, the HTTP connection and the client are real.
import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointModel } from '../../../../../../native/daemon/http/endpoint-model.ts';
import { EndpointHarness } from '../../../../../support/daemon/endpoint-harness.ts';
import { scriptedContext, scriptedModel } from '../../../../../support/daemon/scripted-model.ts';

const open: EndpointHarness[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((harness) => harness.stop()));
});

async function serve(parts: Partial<EndpointModel>): Promise<EndpointHarness> {
  const harness = await EndpointHarness.start(scriptedContext(scriptedModel({ parts })));
  open.push(harness);
  return harness;
}

const lengths: Partial<EndpointModel> = {
  embed: async (texts) => texts.map((text) => Float32Array.of(text.length, 0.5)),
};

describe('embeddings', () => {
  it('come in order, one per input, with the tokens counted', async () => {
    const harness = await serve(lengths);
    const answer = await harness.client.embeddings.create({
      model: 'scripted',
      input: ['a', 'bcd'],
      encoding_format: 'float',
    });
    expect(answer).toEqual({
      object: 'list',
      model: 'scripted',
      data: [
        { object: 'embedding', index: 0, embedding: [1, 0.5] },
        { object: 'embedding', index: 1, embedding: [3, 0.5] },
      ],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
  });

  it('come as base64 too, which the official client asks for and decodes', async () => {
    const harness = await serve(lengths);
    const answer = await harness.client.embeddings.create({ model: 'scripted', input: 'abc' });
    expect(answer.data[0]?.embedding).toEqual([3, 0.5]);
    const raw = await (await harness.post('/v1/embeddings', { input: [5, 6], encoding_format: 'base64' })).json();
    expect(raw).toMatchObject({
      data: [{ embedding: Buffer.from(Float32Array.of(2, 0.5).buffer).toString('base64') }],
    });
  });

  it('are refused with a sentence where the model makes none', async () => {
    const harness = await serve({});
    await expect(harness.client.embeddings.create({ model: 'scripted', input: 'a' })).rejects.toMatchObject({
      status: 400,
      param: 'model',
      code: 'model.capability',
      message: expect.stringContaining('makes no embeddings'),
    });
  });

  const wrong: [Record<string, unknown>, string][] = [
    [{}, 'input'],
    [{ input: [] }, 'input'],
    [{ input: '' }, 'input'],
    [{ input: [999] }, 'input'],
    [{ input: 'a', dimensions: 1 }, 'dimensions'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format'],
  ];
  it.each(wrong)('refuse %o and name %s', async (body, field) => {
    const harness = await serve(lengths);
    const response = await harness.post('/v1/embeddings', body);
    expect([response.status, ((await response.json()) as { error: { param: string } }).error.param]).toEqual([
      400,
      field,
    ]);
  });
});
