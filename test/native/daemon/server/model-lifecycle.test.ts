import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../../native/protocol/coded-error.ts';
import type { LoadOptions } from '../../../../native/protocol/methods.ts';
import { ModelLifecycle } from '../../../../native/daemon/server/model-lifecycle.ts';
import type { Loadable } from '../../../../native/daemon/server/model-lifecycle.ts';
import { fakeModel } from '../../../support/daemon/fake-daemon.ts';

const never = new AbortController().signal;
const nothing = (): void => undefined;

/** A lifecycle whose loads end when `finish` is called, or at once. */
function lifecycle(
  options: { readonly manual?: boolean; readonly fails?: (load: LoadOptions) => CodedError | undefined } = {},
) {
  const events: string[] = [];
  const pending: (() => void)[] = [];
  const turns: string[] = [];
  const models = new ModelLifecycle<Loadable>({
    check: async ({ model }) => {
      if (model === 'missing') throw new CodedError('model.missing', 'There is no such model.');
    },
    load: async (load, onProgress, signal) => {
      events.push(`load ${load.model}`);
      onProgress(0.5);
      if (options.manual === true) {
        await new Promise<void>((resolve, reject) => {
          pending.push(resolve);
          signal.addEventListener('abort', () =>
            reject(new CodedError('request.cancelled', 'The load was cancelled.')),
          );
        });
      }
      const failure = options.fails?.(load);
      if (failure !== undefined) throw failure;
      return {
        loaded: { ...fakeModel, name: load.model },
        close: () => Promise.resolve(void events.push(`close ${load.model}`)),
      };
    },
    turns: () => turns,
    leaving: ({ loaded }) => Promise.resolve(void events.push(`leaving ${loaded.name}`)),
    changed: (model) => void events.push(`changed ${model?.name ?? 'none'}`),
  });
  return {
    models,
    events,
    turns,
    finish: () => pending.shift()?.(),
    begun: async () => {
      while (pending.length === 0) await new Promise(setImmediate);
    },
  };
}

describe('ModelLifecycle', () => {
  it('loads, says so, and refuses requests without a model', async () => {
    const { models, events } = lifecycle();
    expect(() => models.required()).toThrow(expect.objectContaining({ code: 'model.not-loaded' }));
    const runtime = await models.load({ model: 'a' }, nothing, never);
    expect(models.required()).toBe(runtime);
    expect(events).toEqual(['load a', 'changed a']);
  });

  it('ends one model before it loads another', async () => {
    const { models, events } = lifecycle();
    await models.load({ model: 'a' }, nothing, never);
    await models.load({ model: 'b' }, nothing, never);
    expect(events).toEqual(['load a', 'changed a', 'leaving a', 'close a', 'changed none', 'load b', 'changed b']);
  });

  it('changes nothing when what is loaded is what is wanted', async () => {
    const { models, events } = lifecycle();
    const first = await models.load({ model: 'a', contextTokens: 100, kvType: undefined }, nothing, never);
    for (const wanted of [{ model: 'a' }, { model: 'a', contextTokens: 100 }, { model: fakeModel.path }])
      expect(await models.load(wanted, nothing, never)).toBe(first);
    expect(events).toHaveLength(2);
    expect(await models.load({ model: 'a', contextTokens: 200 }, nothing, never)).not.toBe(first);
  });

  it('keeps the model that is there when the other does not exist', async () => {
    const { models } = lifecycle();
    const first = await models.load({ model: 'a' }, nothing, never);
    await expect(models.load({ model: 'missing' }, nothing, never)).rejects.toMatchObject({ code: 'model.missing' });
    expect(models.required()).toBe(first);
  });

  it('has no model after a load that failed, and the next one works', async () => {
    const { models } = lifecycle({
      fails: ({ model }) => (model === 'bad' ? new CodedError('model.memory', 'It does not fit.') : undefined),
    });
    await models.load({ model: 'a' }, nothing, never);
    await expect(models.load({ model: 'bad' }, nothing, never)).rejects.toMatchObject({ code: 'model.memory' });
    expect(models.runtime).toBeUndefined();
    expect(models.loading).toBeUndefined();
    await models.load({ model: 'a' }, nothing, never);
    expect(models.required().loaded.name).toBe('a');
  });

  it('does one change at a time, in order, and shows how far it is', async () => {
    const { models, events, finish, begun } = lifecycle({ manual: true });
    const first = models.load({ model: 'a' }, nothing, never);
    const second = models.load({ model: 'b' }, nothing, never);
    await begun();
    expect(models.loading).toEqual({ model: 'a', fraction: 0.5 });
    finish();
    await first;
    await begun();
    finish();
    await second;
    expect(events.filter((event) => /^(load|close)/.test(event))).toEqual(['load a', 'close a', 'load b']);
  });

  it('cancels a load by its signal and goes on with the next', async () => {
    const { models, finish, begun } = lifecycle({ manual: true });
    const abort = new AbortController();
    const first = models.load({ model: 'a' }, nothing, abort.signal);
    const second = models.load({ model: 'b' }, nothing, never);
    await begun();
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'request.cancelled' });
    finish();
    await begun();
    finish();
    expect((await second).loaded.name).toBe('b');
    await expect(models.load({ model: 'c' }, nothing, abort.signal)).rejects.toMatchObject({
      code: 'request.cancelled',
    });
  });

  it('at the end cancels a running load, unloads, and refuses what comes', async () => {
    const loading = lifecycle({ manual: true });
    const load = loading.models.load({ model: 'a' }, nothing, never);
    await loading.begun();
    await Promise.all([loading.models.close(), expect(load).rejects.toMatchObject({ code: 'daemon.stopping' })]);
    const loaded = lifecycle();
    await loaded.models.load({ model: 'a' }, nothing, never);
    await loaded.models.close();
    await loaded.models.close();
    expect(loaded.events).toEqual(['load a', 'changed a', 'leaving a', 'close a', 'changed none']);
    await expect(loaded.models.load({ model: 'a' }, nothing, never)).rejects.toMatchObject({ code: 'daemon.stopping' });
    expect(() => loaded.models.required()).toThrow(expect.objectContaining({ code: 'daemon.stopping' }));
  });
});

describe('a load while turns run on the loaded model', () => {
  it('is refused when it is to be asked about, with how many and whose', async () => {
    const { models, turns } = lifecycle();
    await models.load({ model: 'a' }, nothing, never);
    turns.push('shop', '', 'shop');
    const refused = models.load({ model: 'b' }, nothing, never, { running: 'refuse' });
    await expect(refused).rejects.toMatchObject({ code: 'model.busy', data: { turns: 3, whose: 'shop' } });
    expect(models.required().loaded.name).toBe('a');
    await models.load({ model: 'a' }, nothing, never, { running: 'refuse' });
    turns.length = 0;
    expect((await models.load({ model: 'b' }, nothing, never, { running: 'refuse' })).loaded.name).toBe('b');
  });

  it('waits for their ends, or gives up when it is cancelled', async () => {
    const { models, turns } = lifecycle();
    await models.load({ model: 'a' }, nothing, never);
    turns.push('shop');
    const stop = new AbortController();
    const stopped = models.load({ model: 'b' }, nothing, stop.signal, { running: 'wait' });
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(models.required().loaded.name).toBe('a');
    const waiting = models.load({ model: 'b' }, nothing, never, { running: 'wait' });
    turns.length = 0;
    expect((await waiting).loaded.name).toBe('b');
  });

  it('ends them unless something else is said', async () => {
    const { models, turns } = lifecycle();
    await models.load({ model: 'a' }, nothing, never);
    turns.push('shop');
    expect((await models.load({ model: 'b' }, nothing, never)).loaded.name).toBe('b');
  });
});

it('loads again without options that are left out, when the load is to be exact', async () => {
  const { models, events } = lifecycle();
  await models.load({ model: 'a', contextTokens: 4096, sampling: { temperature: 0 } }, nothing, never);
  await models.load({ model: 'a' }, nothing, never);
  await models.load({ model: 'a', sampling: { temperature: 0 } }, nothing, never);
  expect(events.filter((event) => event === 'load a')).toHaveLength(1);
  await models.load({ model: 'a' }, nothing, never, { exactly: true });
  await models.load({ model: 'a', kvType: undefined }, nothing, never, { exactly: true });
  expect(events.filter((event) => event === 'load a')).toHaveLength(2);
});
