import { describe, expect, it } from 'vitest';
import { chooseContext } from '../../../../native/daemon/plan/context-choice.ts';
import { modelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import { shapeHeader, shapes } from '../../../support/models/model-shapes.ts';

const qwen = modelFacts(shapeHeader(shapes.qwen3Coder));
const moonlight = modelFacts(shapeHeader(shapes.moonlight));
const short = { ...moonlight, contextTrained: 32_768 };

describe('chooseContext', () => {
  it('takes 131072 tokens where the model allows it', () => {
    expect(chooseContext(qwen, undefined, undefined)).toEqual({ tokens: 131_072, yarn: undefined, notes: [] });
  });

  it('takes what was asked for, up to the native length', () => {
    expect(chooseContext(qwen, 200_000, undefined).tokens).toBe(200_000);
    expect(chooseContext(qwen, 8192, undefined).tokens).toBe(8192);
    expect(chooseContext(qwen, 300_000, undefined)).toMatchObject({
      tokens: 262_144,
      notes: [expect.stringContaining('262144 tokens and not 300000')],
    });
  });

  it('takes the native length with a note where the model is short', () => {
    const choice = chooseContext(moonlight, undefined, undefined);
    expect(choice.tokens).toBe(8192);
    expect(choice.notes).toEqual([expect.stringContaining('8192 tokens and not 131072')]);
  });

  it('counts the stretching that the file declares as native', () => {
    const stretched = { ...short, contextTrained: 4096, yarn: { factor: 32, originalContext: 4096 } };
    expect(chooseContext(stretched, undefined, undefined)).toEqual({ tokens: 131_072, yarn: undefined, notes: [] });
  });

  it('stretches as the catalogue declares, and says so', () => {
    const declared = { factor: 4, originalContext: 32_768 };
    const choice = chooseContext(short, undefined, declared);
    expect(choice).toMatchObject({ tokens: 131_072, yarn: declared, notes: [expect.stringContaining('by YaRN')] });
    expect(chooseContext(short, 200_000, declared)).toMatchObject({
      tokens: 131_072,
      notes: [expect.anything(), expect.stringContaining('not 200000')],
    });
    expect(chooseContext(short, 16_384, declared)).toEqual({ tokens: 16_384, yarn: undefined, notes: [] });
  });

  it.each([0, -1, 255, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s tokens', (wanted) => {
    expect(() => chooseContext(qwen, wanted, undefined)).toThrow(expect.objectContaining({ code: 'option.invalid' }));
  });
});
