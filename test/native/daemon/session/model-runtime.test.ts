// Loading the embedded model through the real addon; where loading must fail, the model behind the addon is faked.
import { describe, expect, it } from 'vitest';
import type { Addon, NativeModel } from '../../../../native/addon/contract.ts';
import { loadModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import type { RuntimeDeps } from '../../../../native/daemon/session/model-runtime.ts';
import { cpuDeps } from '../../../support/nano-runtime.ts';
import { startRun } from '../../../support/run-prompts.ts';

const options = { model: 'nano', contextTokens: 2048, threads: 1 };
const still = new AbortController().signal;

/** An addon whose model makes no engine. */
function withoutEngine(real: RuntimeDeps, error: Error): { deps: RuntimeDeps; closed: () => number } {
  let closed = 0;
  const model = { createEngine: () => Promise.reject(error), info: { architecture: 'fake', hasDecoder: true, metadata: {} }, close: async () => void closed++ } as unknown as NativeModel;
  const addon = { ...real.addon, loadModel: () => ({ model: Promise.resolve(model), cancel: () => undefined }) } as unknown as Addon;
  return { deps: { ...real, addon }, closed: () => closed };
}

describe('loading a model', () => {
  it('reports progress up to the end and says what was loaded', async () => {
    const seen: number[] = [];
    const runtime = await loadModelRuntime(cpuDeps(), options, (fraction) => seen.push(fraction), still);
    try {
      expect(seen.at(-1)).toBe(1);
      expect(seen).toEqual([...seen].sort((left, right) => left - right));
      expect(runtime.loaded).toMatchObject({ name: 'nano', contextTokens: 2048, family: 'kimi-k2', profile: 'compact', tools: true, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(runtime.loaded.poolTokens).toBeGreaterThanOrEqual(2048);
      expect(runtime.codec.format.name).toContain('kimi');
      expect([runtime.samplingDefaults.temperature, runtime.embed]).toEqual([0, undefined]);
    } finally {
      await runtime.close();
      await runtime.close();
    }
    await expect(startRun(runtime.runner, [1]).result).rejects.toMatchObject({ code: 'engine.closed' });
  });

  it('ends when it is cancelled, before and during', async () => {
    await expect(loadModelRuntime(cpuDeps(), options, () => undefined, AbortSignal.abort())).rejects.toMatchObject({ code: 'request.cancelled' });
    const controller = new AbortController();
    const loading = loadModelRuntime(cpuDeps(), options, () => controller.abort(), controller.signal);
    await expect(loading).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('says which model is missing', async () => {
    await expect(loadModelRuntime(cpuDeps(), { model: '/nowhere/x.gguf' }, () => undefined, still)).rejects.toMatchObject({ code: 'model.missing' });
  });

  it('frees the model when there is no memory for its context', async () => {
    const { deps, closed } = withoutEngine(cpuDeps(), Object.assign(new Error('There is not enough memory.'), { code: 'model.memory' }));
    await expect(loadModelRuntime(deps, options, () => undefined, still)).rejects.toMatchObject({ code: 'model.memory', message: 'There is not enough memory.' });
    expect(closed()).toBe(1);
  });
});
