import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCompletionFields } from '../../../native/daemon/http/openai/completions/completion-request.ts';
import { readParams } from '../../../native/daemon/server/method-schemas.ts';
import { toNativeSampling } from '../../../native/daemon/session/sampling.ts';
import { biasLimit, isWithin, logprobsLimit, samplingLimits, stopsMax } from '../../../native/protocol/limits.ts';
import type { Limit } from '../../../native/protocol/limits.ts';

const fields = Object.entries(samplingLimits) as [keyof typeof samplingLimits, Limit][];
/** The field's name over HTTP, where it has one; a seed is any whole number there, and 0 and -1 both mean no top-k. */
const overHttp: Partial<Record<keyof typeof samplingLimits, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  minP: 'min_p',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  repeatPenalty: 'repeat_penalty',
};

const generate = (options: object) => () => readParams('session.generate', { session: 's', options });
const complete = (options: object) => () => parseCompletionFields({ prompt: 'a', ...options });

describe('the limits of sampling', () => {
  it.each(fields)('of %s are the same for every reader', (field, { least, most }) => {
    const readers = [
      (value: number) => generate({ sampling: { [field]: value } }),
      (value: number) => () => toNativeSampling({ [field]: value }, {}),
      ...(overHttp[field] === undefined ? [] : [(value: number) => complete({ [overHttp[field] as string]: value })]),
    ];
    for (const read of readers) {
      for (const value of [least, most]) expect(read(value)).not.toThrow();
      for (const value of [least - 1, most + 1]) expect(read(value)).toThrow();
    }
  });

  it('of biases, logprobs and stop strings are the same for both protocols', () => {
    for (const bias of [biasLimit.least, biasLimit.most]) {
      expect(generate({ sampling: { logitBias: { 1: bias } } })).not.toThrow();
      expect(complete({ logit_bias: { 1: bias } })).not.toThrow();
      expect(generate({ sampling: { logitBias: { 1: bias * 1.1 } } })).toThrow();
      expect(complete({ logit_bias: { 1: bias * 1.1 } })).toThrow();
    }
    expect(generate({ logprobs: logprobsLimit.most })).not.toThrow();
    expect(complete({ logprobs: logprobsLimit.most })).not.toThrow();
    expect(generate({ logprobs: logprobsLimit.most + 1 })).toThrow();
    expect(complete({ logprobs: logprobsLimit.most + 1 })).toThrow();
    const stop = (count: number) => ({ stop: Array.from({ length: count }, (_, at) => `stop ${at}`) });
    expect(generate(stop(stopsMax))).not.toThrow();
    expect(complete(stop(stopsMax))).not.toThrow();
    expect(generate(stop(stopsMax + 1))).toThrow();
    expect(complete(stop(stopsMax + 1))).toThrow();
  });

  it('take neither what is no number nor a fraction of a whole one', () => {
    expect(isWithin(samplingLimits.temperature, Number.NaN)).toBe(false);
    expect(isWithin(samplingLimits.topK, 1.5)).toBe(false);
    expect(isWithin(samplingLimits.topP, 0.5)).toBe(true);
  });
});

describe("the addon's reader of requests", () => {
  const source = readFileSync(path.resolve('native/addon/step/request-reader.cpp'), 'utf8');
  const named: Record<string, number> = { int32_max: 2 ** 31 - 1, UINT32_MAX: 2 ** 32 - 1 };
  const valueOf = (text: string): number => named[text] ?? Number(text);
  const lookBack = /look_back_max = 1 << (\d+);/.exec(source);

  it.each(fields)('takes every %s that the limits allow', (field, { least, most, whole }) => {
    const call = new RegExp(`(finite|integer|read_look_back)\\((?:reader, )?"${field}"(?:, ([^,()]+), ([^,()]+))?\\)`);
    const [, reader, lowest, highest] = call.exec(source) ?? [];
    if (reader === 'finite') {
      expect(whole).toBe(false);
      if (field === 'repeatPenalty') expect(least).toBeGreaterThan(0);
      return;
    }
    expect(whole).toBe(true);
    if (reader === 'read_look_back') {
      expect(least).toBe(-1);
      expect(most).toBeLessThanOrEqual(2 ** Number(lookBack?.[1]));
      return;
    }
    expect(reader).toBe('integer');
    expect(least).toBeGreaterThanOrEqual(valueOf(lowest ?? ''));
    expect(most).toBeLessThanOrEqual(valueOf(highest ?? ''));
  });
});
