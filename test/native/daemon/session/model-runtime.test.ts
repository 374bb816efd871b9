// Loading the embedded model through the real addon; where loading must fail, the model behind the addon is faked.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Addon, NativeModel } from '../../../../native/addon/contract.ts';
import { loadModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import type { LoadEnvironment, ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { engineTruth } from '../../../support/engine/engine-sequences.ts';
import { cpuDeps } from '../../../support/models/nano-runtime.ts';
import { startRun } from '../../../support/engine/run-prompts.ts';
import { smallModels, writeSmallModel } from '../../../support/models/small-models.ts';

const options = { model: 'nano', contextTokens: 2048, threads: 1 };
const still = new AbortController().signal;

interface Tampered {
  readonly deps: LoadEnvironment;
  /** What was closed, in that order. */
  readonly closed: string[];
}

/** The real addon, of whose model some members are others. */
function tampered(change: (model: NativeModel, closed: string[]) => Partial<NativeModel>): Tampered {
  const real = cpuDeps();
  const closed: string[] = [];
  const loadModel: Addon['loadModel'] = (...args) => {
    const load = real.addon.loadModel(...args);
    const model = load.model.then((native) => {
      const own: Partial<NativeModel> = {
        close: () => {
          closed.push('model');
          return native.close();
        },
        ...change(native, closed),
      };
      return new Proxy(native, {
        get: (target, key) => {
          const value: unknown = Reflect.get(key in own ? own : target, key);
          return typeof value === 'function' && !(key in own) ? (value.bind(target) as unknown) : value;
        },
      });
    });
    return { model, cancel: () => load.cancel() };
  };
  return { deps: { ...real, addon: { ...real.addon, loadModel } }, closed };
}

/** Loads nano under the name of another model of the catalogue, as whose `file` it lies in the user's folder. */
async function loadedAs(
  model: string,
  file: string,
  check: (runtime: ModelRuntime, logged: readonly string[]) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'named-model-'));
  symlinkSync(resolve('native/models/nano.gguf'), join(folder, file));
  const logged: string[] = [];
  const folders = { own: [folder], repositories: () => [], caches: [], ollama: [] };
  const deps: LoadEnvironment = { ...cpuDeps(), folders, log: (_level, text) => logged.push(text) };
  const runtime = await loadModelRuntime(deps, { ...options, model }, () => undefined, still);
  try {
    check(runtime, logged);
  } finally {
    await runtime.close();
    rmSync(folder, { recursive: true });
  }
}

const inPlainText = (text: string): boolean => text.includes('in plain text');

describe('a model of the catalogue', () => {
  it('that is a base model refuses conversations, offers no tools, and fills gaps in the order of its training', () =>
    loadedAs('mellum-4b', 'mellum-4b-base.Q8_0.gguf', ({ loaded, fillSuffixFirst, chatModel }, logged) => {
      expect(loaded).toMatchObject({ name: 'mellum-4b', tools: false });
      expect(fillSuffixFirst).toBe(true);
      const message =
        'mellum-4b is a base model: it completes code and holds no conversation. Load another model to talk to.';
      expect(() => chatModel.conversation({})).toThrow(expect.objectContaining({ code: 'model.capability', message }));
      expect(logged.filter(inPlainText)).toEqual([]);
    }));

  it('holds conversations and fills gaps in their order otherwise, and is told of tools in its own way', () =>
    loadedAs('gemma-4-12b', 'gemma-4-12b-it-UD-Q4_K_XL.gguf', ({ chatModel, fillSuffixFirst }, logged) => {
      expect(logged.filter(inPlainText)).toEqual([]);
      expect(fillSuffixFirst).toBe(false);
      expect(() => chatModel.conversation({})).not.toThrow();
    }));
});

describe('a chat template', () => {
  const withTemplate = async (
    source: string,
    check: (runtime: ModelRuntime, logged: readonly string[]) => void,
    more: { readonly chatTemplate?: string } = {},
  ): Promise<void> => {
    const logged: string[] = [];
    const { deps } = tampered((native) => ({ info: { ...native.info, chatTemplates: { default: source } } }));
    const environment: LoadEnvironment = { ...deps, log: (_level, text) => logged.push(text) };
    const runtime = await loadModelRuntime(environment, { ...options, ...more }, () => undefined, still);
    try {
      check(runtime, logged);
    } finally {
      await runtime.close();
    }
  };

  it('that is empty counts as none', () =>
    withTemplate('  ', ({ chatModel }, logged) => {
      expect(() => chatModel.conversation({})).not.toThrow();
      expect(logged.filter((text) => text.includes('Jinja'))).toEqual([]);
    }));

  it('that is not valid Jinja takes conversations away, and nothing else', () =>
    withTemplate('{% if %}', ({ chatModel, loaded }, logged) => {
      const message = expect.stringContaining('not valid Jinja') as string;
      expect(() => chatModel.conversation({})).toThrow(expect.objectContaining({ code: 'model.capability', message }));
      expect(loaded.name).toBe('nano');
      expect(logged.filter((text) => text.includes('not valid Jinja'))).toHaveLength(1);
    }));

  it("of the load takes the place of the model's own, and must be valid", async () => {
    await withTemplate('{% if %}', ({ chatModel }) => expect(() => chatModel.conversation({})).not.toThrow(), {
      chatTemplate: '{{ messages[0].content }}',
    });
    await expect(withTemplate('', () => undefined, { chatTemplate: '{% if %}' })).rejects.toThrow('not valid Jinja');
  });
});

describe('a model whose template has no calls that are read', () => {
  it('is told of tools in plain text, and the log says so once', async () => {
    const logged: string[] = [];
    const { deps } = tampered((native) => ({ info: { ...native.info, chatTemplates: { default: '{{ messages }}' } } }));
    const environment: LoadEnvironment = { ...deps, log: (_level, text) => logged.push(text) };
    const runtime = await loadModelRuntime(environment, options, () => undefined, still);
    await runtime.close();
    expect(runtime.loaded.callsAsText).toBe(true);
    expect(logged.filter(inPlainText)).toEqual([
      'nano is told of tools in plain text: its template has no calls that are read here.',
    ]);
  });
});

describe('loading a model', () => {
  it('reports progress up to the end and says what was loaded', async () => {
    const seen: number[] = [];
    const runtime = await loadModelRuntime(cpuDeps(), options, (fraction) => seen.push(fraction), still);
    try {
      expect(seen.at(-1)).toBe(1);
      expect(seen).toEqual([...seen].sort((left, right) => left - right));
      expect(runtime.loaded).toMatchObject({
        name: 'nano',
        contextTokens: 2048,
        callsAsText: false,
        family: 'kimi-k2',
        profile: 'compact',
        tools: true,
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(runtime.loaded.poolTokens).toBeGreaterThanOrEqual(2048);
      expect(runtime.chatModel.format.name).toContain('kimi');
      expect([runtime.samplingDefaults.temperature, runtime.embed]).toEqual([0, undefined]);
    } finally {
      await runtime.close();
      await runtime.close();
    }
    await expect(startRun(runtime.runner, [1]).result).rejects.toMatchObject({ code: 'engine.closed' });
  });

  it('ends when it is cancelled, before and during', async () => {
    await expect(loadModelRuntime(cpuDeps(), options, () => undefined, AbortSignal.abort())).rejects.toMatchObject({
      code: 'request.cancelled',
    });
    const controller = new AbortController();
    const loading = loadModelRuntime(cpuDeps(), options, () => controller.abort(), controller.signal);
    await expect(loading).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('says which model is missing', async () => {
    await expect(
      loadModelRuntime(cpuDeps(), { model: '/nowhere/x.gguf' }, () => undefined, still),
    ).rejects.toMatchObject({ code: 'model.missing' });
  });

  it('refuses a model without a vocabulary', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-vocabulary-'));
    const model = join(folder, 'x.gguf');
    await writeSmallModel(model, smallModels['gpt-oss']);
    await expect(loadModelRuntime(cpuDeps(), { ...options, model }, () => undefined, still)).rejects.toMatchObject({
      code: 'model.unsupported',
      message: expect.stringContaining('no vocabulary') as string,
    });
    rmSync(folder, { recursive: true });
  });

  it('frees the model when there is no memory for its context', async () => {
    const error = Object.assign(new Error('There is not enough memory.'), { code: 'model.memory' });
    const { deps, closed } = tampered(() => ({ createEngine: () => Promise.reject(error) }));
    await expect(loadModelRuntime(deps, options, () => undefined, still)).rejects.toMatchObject({
      code: 'model.memory',
      message: 'There is not enough memory.',
    });
    expect(closed).toEqual(['model']);
  });

  it('frees the model, when its context is made, where the template it is given is none', async () => {
    const { deps, closed } = tampered((model, log) => ({
      createEngine: async (engineOptions) => {
        const engine = await model.createEngine(engineOptions);
        log.push('engine made');
        return engine;
      },
    }));
    const wrong = { ...options, chatTemplate: '{% for %}' };
    await expect(loadModelRuntime(deps, wrong, () => undefined, still)).rejects.toMatchObject({
      code: 'template.failed',
    });
    expect(closed).toEqual(['engine made', 'model']);
  });

  it('loads a model whose template refuses every message: a conversation is told', async () => {
    const { deps } = tampered((model) => ({
      info: { ...model.info, chatTemplates: { default: "{{ raise_exception('No words, please.') }}" } },
    }));
    const runtime = await loadModelRuntime(deps, options, () => undefined, still);
    try {
      const conversation = runtime.chatModel.conversation({});
      await expect(conversation.append([{ role: 'user', content: 'Hello.' }])).rejects.toThrow(/No words, please/);
    } finally {
      await runtime.close();
    }
  });

  it('computes nothing that stays while it loads: counters are zero and every sequence is empty', async () => {
    const runtime = await loadModelRuntime(cpuDeps(), options, () => undefined, still);
    try {
      expect(runtime.engine.counters()).toMatchObject({
        decodes: 0,
        tokensPrefilled: 0,
        tokensGenerated: 0,
        threads: 1,
      });
      expect(await engineTruth(runtime.engine)).toEqual(new Map());
    } finally {
      await runtime.close();
    }
  });
});
