import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAddress } from '../../../extension/remote-engine/engine-address.ts';
import { EngineSwitch } from '../../../extension/remote-engine/engine-switch.ts';
import { sendRequest } from '../../../extension/remote-engine/http-request.ts';
import { RemoteHost } from '../../../extension/remote-engine/remote-host.ts';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { LinkState } from '../../../extension/daemon-link/model-host.ts';
import { FakeEngine, finish, json, refuse, stream } from '../../support/engines/fake-engine.ts';
import { never, remoteHost } from '../../support/engines/remote-bench.ts';
import { ScriptedModel } from '../../support/extension/scripted-agent-model.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const list = (...entries: readonly object[]) => engine.pages.set('/v1/models', json({ data: entries }));
const contextTokens = async (): Promise<number> => (await remoteHost(engine.url).model(never)).facts.contextTokens;

describe('the window', () => {
  it('is read from the list of models', async () => {
    list({ id: 'm', max_model_len: 8192 });
    expect(await contextTokens()).toBe(8192);
    list({ id: 'm', context_length: 4096 });
    expect(await contextTokens()).toBe(4096);
  });

  it('of llama-server is that of a slot', async () => {
    list({ id: 'm', meta: { n_ctx_train: 131_072 } });
    engine.pages.set('/props', json({ default_generation_settings: { n_ctx: 16_384 } }));
    expect(await contextTokens()).toBe(16_384);
  });

  it('of a llama-server that lists its models to anybody is not asked for when the key is wrong', async () => {
    engine.pages.set('/props', refuse(401, { error: { message: 'Invalid API Key' } }));
    list({ id: 'm', owned_by: 'llamacpp' });
    await expect(contextTokens()).rejects.toMatchObject({
      code: 'auth.denied',
      message: expect.stringContaining('refuses the key: Invalid API Key'),
    });
    list({ id: 'm', owned_by: 'someone' });
    await expect(contextTokens()).rejects.toMatchObject({ code: 'option.invalid' });
  });

  it('of Ollama is what it runs with or what the model sets, never what the model was trained with', async () => {
    list({ id: 'qwen:8b' });
    engine.pages.set('/api/ps', json({ models: [] }));
    engine.pages.set(
      '/api/show',
      json({ parameters: 'stop "x"\nnum_ctx 12288', model_info: { 'qwen.context_length': 262_144 } }),
    );
    expect(await contextTokens()).toBe(12_288);
    engine.pages.set('/api/ps', json({ models: [{ name: 'qwen:8b', context_length: 4096 }] }));
    expect(await contextTokens()).toBe(4096);
    engine.pages.set('/api/ps', json({ models: [] }));
    engine.pages.set('/api/show', json({ model_info: { 'qwen.context_length': 262_144 } }));
    await expect(contextTokens()).rejects.toMatchObject({ code: 'option.invalid' });
  });

  it('of LM Studio is what the model is loaded with', async () => {
    list({ id: 'm' });
    engine.pages.set('/api/v0/models/m', json({ max_context_length: 131_072, loaded_context_length: 8192 }));
    expect(await contextTokens()).toBe(8192);
  });

  it('that no one tells is what the user said', async () => {
    list({ id: 'm' });
    const model = await remoteHost(engine.url, { contextTokens: 5000 }).model(never);
    expect(model.facts.contextTokens).toBe(5000);
  });
});

describe('tokens', () => {
  it('are counted by the engine where it can, and the host says when they are estimates', async () => {
    const host = remoteHost(engine.url);
    expect(host.current.elsewhere?.estimates).toBe(true);
    engine.pages.set('/tokenize', (response, { body }) =>
      json({ tokens: (body.prompt ?? '').split(' ') })(response, engine.asked[0]!),
    );
    const model = await host.model(never);
    expect(host.current.elsewhere?.estimates).toBe(false);
    expect(await model.countTokens(['one two three', '', 'one'])).toEqual([3, 0, 1]);
    const before = engine.asked.length;
    expect(await model.countTokens(['one two three'])).toEqual([3]);
    expect(engine.asked.length).toBe(before);
    const many = Array.from({ length: 40 }, (_, at) => `text ${at} of many`);
    const counts = await model.countTokens(many);
    expect(engine.asked.length).toBe(before + 1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(40 * 3);
  });

  it('that are estimated come closer with what the engine tells of a conversation', async () => {
    const model = await remoteHost(engine.url).model(never);
    const text = 'const value = compute(first, second);\n'.repeat(200);
    const [before = 0] = await model.countTokens([text]);
    const truth = Math.round(before * 0.6);
    engine.will(stream([{ content: 'Yes.' }], finish('stop', { prompt: truth, completion: 2 })));
    const session = await model.open({ tools: [] });
    await session.append([{ role: 'user', content: text }]);
    await session.generate({}, () => undefined, never);
    const [after = 0] = await model.countTokens([text]);
    expect(Math.abs(after - truth)).toBeLessThan(truth * 0.05);
    expect(session.tokens).toBe(truth + 2);
  });
});

describe('the engine', () => {
  it('gets nothing, not even a question, before the user has agreed', async () => {
    let agreed = false;
    const host = new RemoteHost({
      engine: { address: readAddress(engine.url), model: '' },
      send: sendRequest,
      key: async () => 'secret',
      toldContext: () => undefined,
      permit: async () => {
        if (!agreed) throw new CodedError('auth.denied', 'Agree first.');
      },
    });
    await expect(host.model(never)).rejects.toMatchObject({ message: 'Agree first.' });
    expect(engine.asked).toEqual([]);
    agreed = true;
    await host.model(never);
    expect(engine.asked[0]?.headers.authorization).toBe('Bearer secret');
    const session = await (await host.model(never)).open({ tools: [] });
    await session.append([{ role: 'user', content: 'Hello.' }]);
    agreed = false;
    const before = engine.asked.length;
    await expect(session.generate({}, () => undefined, never)).rejects.toMatchObject({ code: 'auth.denied' });
    expect(engine.asked.length).toBe(before);
    await expect(host.model(never)).rejects.toMatchObject({ code: 'auth.denied' });
  });

  it('that is not there, or serves something else, is told and asked again by the next message', async () => {
    const host = remoteHost(engine.url, { model: 'old' });
    await expect(host.model(never)).rejects.toMatchObject({ code: 'model.missing' });
    expect(host.current).toMatchObject({ state: 'failed', text: expect.stringContaining('does not serve old') });
    list({ id: 'old', max_model_len: 1024 });
    await host.model(never);
    expect(host.current).toMatchObject({ state: 'ready', model: 'old', contextTokens: 1024 });
    list({ id: 'a' }, { id: 'b' });
    await expect(remoteHost(engine.url).model(never)).rejects.toMatchObject({
      message: expect.stringContaining('several'),
    });
    engine.pages.set('/v1/models', refuse(200, 'hello'));
    await expect(remoteHost(engine.url).model(never)).rejects.toMatchObject({ code: 'engine.failed' });
    await expect(remoteHost('http://127.0.0.1:9').model(never)).rejects.toMatchObject({ code: 'daemon.unreachable' });
  });
});

it('the switch asks the engine that is in use, and tells its state', async () => {
  const state: LinkState = { state: 'ready', model: 'own', fraction: 1, text: '', profile: 'full', contextTokens: 1 };
  const own = new ScriptedModel([]);
  let asked = 0;
  const engines = new EngineSwitch({
    current: state,
    onState: () => () => undefined,
    model: async () => {
      asked++;
      return own;
    },
  });
  const told: string[] = [];
  engines.onState(({ model }) => told.push(model));
  await engines.prepare();
  expect([asked, (await engines.model(never)).facts.name]).toEqual([1, 'scripted']);
  engines.use(remoteHost(engine.url));
  await engines.prepare();
  expect((await engines.model(never)).facts.name).toBe('fake');
  expect(engines.current.elsewhere?.host).toBe(`127.0.0.1:${engine.port}`);
  engines.use(undefined);
  expect(engines.current.model).toBe('own');
  expect(asked).toBe(2);
  expect(told.at(-1)).toBe('own');
  expect(told).toContain('fake');
});
