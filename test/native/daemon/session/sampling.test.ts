import { describe, expect, it } from 'vitest';
import { chatTemplate, makesEmbeddings, recommendedSampling } from '../../../../native/daemon/session/model-traits.ts';
import { toNativeSampling } from '../../../../native/daemon/session/sampling.ts';

describe('sampling', () => {
  it("takes the request, then the model's recommendation, then what changes nothing", () => {
    const sampling = toNativeSampling({ temperature: 0.2, seed: 7 }, { temperature: 0.6, minP: 0.01 });
    expect(sampling).toMatchObject({
      temperature: 0.2,
      minP: 0.01,
      topP: 1,
      topK: 0,
      repeatPenalty: 1,
      dryMultiplier: 0,
      seed: 7,
      logitBias: [],
    });
    expect(toNativeSampling(undefined, { temperature: 0 }).temperature).toBe(0);
  });

  it('draws a seed when none is given', () => {
    const seeds = new Set([0, 1, 2, 3].map(() => toNativeSampling({}, {}).seed));
    expect(seeds.size).toBeGreaterThan(1);
  });

  it('reads biases by token id and looks back over everything when told so', () => {
    const sampling = toNativeSampling({ logitBias: { 5: -100, 9: 2 }, repeatLastN: -1 }, {});
    expect(sampling.logitBias).toEqual([
      { token: 5, bias: -100 },
      { token: 9, bias: 2 },
    ]);
    expect(sampling.repeatLastN).toBeGreaterThan(100_000);
  });

  it('says which value is wrong and what is right', () => {
    expect(() => toNativeSampling({ topP: 3 }, {})).toThrow(
      'Expected a number from 0 to 1 for sampling.topP but received 3.',
    );
    expect(() => toNativeSampling({ temperature: Number.NaN }, {})).toThrow(/sampling\.temperature/);
  });
});

describe("what a model's file says", () => {
  it('is its recommended sampling, where it has one', () => {
    expect(recommendedSampling({ 'general.sampling.temp': '1.0', 'general.sampling.top_k': '40' })).toMatchObject({
      temperature: 1,
      topK: 40,
    });
    expect(recommendedSampling({})).toEqual({ temperature: 0.7, topP: 0.95 });
  });

  it('is its template: the usual one unless only another knows tools', () => {
    expect(chatTemplate({ chatTemplates: { default: 'plain', tool_use: '{{ tools }}' } })).toBe('{{ tools }}');
    expect(chatTemplate({ chatTemplates: { default: '{% if tools %}', tool_use: 'x' } })).toBe('{% if tools %}');
    expect(chatTemplate({ chatTemplates: {} })).toBeUndefined();
  });

  it('is whether it makes embeddings', () => {
    const info = { architecture: 'qwen3', hasDecoder: true, metadata: {} };
    expect(makesEmbeddings(info)).toBe(false);
    expect(makesEmbeddings({ ...info, metadata: { 'qwen3.pooling_type': '3' } })).toBe(true);
    expect(makesEmbeddings({ ...info, hasDecoder: false })).toBe(true);
  });
});
