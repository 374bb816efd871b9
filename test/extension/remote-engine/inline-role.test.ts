// Real: the requests, to two servers with OpenAI's API. Faked: their models, by scripts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PrefixedOneShot } from '../../../extension/agent/one-shot-request.ts';
import { EngineSwitch } from '../../../extension/remote-engine/engine-switch.ts';
import { inlineRoleText, readInlineRole } from '../../../extension/remote-engine/inline-role.ts';
import { FakeEngine, json, stream } from '../../support/engines/fake-engine.ts';
import { never, remoteHost } from '../../support/engines/remote-bench.ts';

describe('the model of inline chat', () => {
  it.each([
    ['', { kind: 'chat' }],
    ['  local ', { kind: 'local' }],
    ['qwen@http://127.0.0.1:8000/v1', { kind: 'elsewhere', model: 'qwen', address: 'http://127.0.0.1:8000/v1' }],
    ['@https://host/v1', { kind: 'elsewhere', model: '', address: 'https://host/v1' }],
    ['a/b@main@https://host/v1', { kind: 'elsewhere', model: 'a/b@main', address: 'https://host/v1' }],
    ['nano', { kind: 'unreadable', text: 'nano' }],
    ['qwen@ftp://host', { kind: 'unreadable', text: 'qwen@ftp://host' }],
  ] as const)('is read from "%s"', (setting, role) => {
    expect(readInlineRole(setting)).toEqual(role);
    if (role.kind !== 'unreadable') expect(inlineRoleText(role)).toBe(setting.trim());
  });
});

describe('requests of inline chat', () => {
  let engines: readonly FakeEngine[] = [];
  beforeEach(async () => {
    engines = await Promise.all(['chat', 'inline'].map(() => FakeEngine.start()));
    for (const [at, engine] of engines.entries()) {
      engine.pages.set('/v1/models', json({ data: [{ id: `model-${at}`, max_model_len: 8192 }] }));
      engine.will(stream([{ content: `from ${at}` }]), stream([{ content: `again from ${at}` }]));
    }
  });
  afterEach(() => Promise.all(engines.map((engine) => engine.stop())));

  it('go to the model of the chat unless another is chosen, and then to that one alone', async () => {
    const [chat, inline] = engines.map((engine) => remoteHost(engine.url));
    const role = new EngineSwitch(new EngineSwitch(chat!));
    const told: string[] = [];
    role.onState(({ model }) => told.push(model));
    const oneShot = new PrefixedOneShot({
      model: (signal) => role.model(signal),
      tools: () => [],
      thinking: () => 'least',
    });
    const ask = (): Promise<string> =>
      oneShot.run('ask', [{ role: 'user', content: 'SECRET' }], { maxTokens: 10, signal: never });
    expect(await ask()).toBe('from 0');
    role.use(inline);
    expect(await ask()).toBe('from 1');
    expect((await oneShot.facts(never)).name).toBe('model-1');
    role.use(undefined);
    expect(await ask()).toBe('again from 0');
    expect(engines.map(({ chats }) => chats.length)).toEqual([2, 1]);
    expect(told).toContain('model-1');
    expect(told.at(-1)).toBe('model-0');
  });

  it('follow the chat to another engine', async () => {
    const [first, second] = engines.map((engine) => remoteHost(engine.url));
    const chat = new EngineSwitch(first!);
    const role = new EngineSwitch(chat);
    expect((await role.model(never)).facts.name).toBe('model-0');
    chat.use(second);
    expect((await role.model(never)).facts.name).toBe('model-1');
    expect(role.current.model).toBe('model-1');
  });
});
