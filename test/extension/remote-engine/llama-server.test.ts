// Real: llama-server with nano, the one on this machine or one that was built for the tests.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SessionEvent } from '../../../extension/agent/agent-model.ts';
import type { RemoteSession } from '../../../extension/remote-engine/remote-session.ts';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { GenerateOptions } from '../../../native/protocol/generation.ts';
import { tools } from '../../support/extension/compact-tools.ts';
import { LlamaServer, type LlamaServerOptions } from '../../support/engines/llama-server.ts';
import { heard, never, remoteHost } from '../../support/engines/remote-bench.ts';
import { newFixTask } from '../../support/models/nano-task.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** It may have to be built first. */
const buildMs = 1_200_000;
const contextTokens = 4096;

let server: LlamaServer;
beforeAll(async () => {
  server = await LlamaServer.start({ contextTokens });
}, buildMs);
afterAll(() => server.stop());

const modelOf = (one: LlamaServer) => remoteHost(one.url, { key: one.key }).model(never);

/** A server of its own, for a test that needs other options or its end. */
async function another(options: LlamaServerOptions = {}): Promise<LlamaServer> {
  const started = await LlamaServer.start({ contextTokens, ...options });
  onTestFinished(() => started.stop());
  return started;
}

async function conversation(one: LlamaServer, text: string, withTools = false): Promise<RemoteSession> {
  const session = await (await modelOf(one)).open({ tools: withTools ? tools : [] });
  await session.append([{ role: 'user', content: text }]);
  return session;
}

async function ask(session: RemoteSession, options: GenerateOptions = {}, signal = never) {
  const events: SessionEvent[] = [];
  const result = await session.generate(options, (event) => events.push(event), signal);
  return { events, result, ...heard(events) };
}

/** Lets the model speak, and answers its calls. */
async function stepOf(session: RemoteSession, task: ReturnType<typeof newFixTask>) {
  const said = await ask(session, { maxTokens: 500 });
  await session.append(
    (said.result.message.toolCalls ?? []).map(({ id, name, arguments: text }) => ({
      role: 'tool',
      toolCallId: id,
      name,
      content: task.run(name, text),
    })),
  );
  return said;
}

describe('a model of llama-server', () => {
  it('has the window of a slot, and says where it is', async () => {
    const two = await another({ contextTokens: 8192, slots: 2 });
    for (const [one, window] of [
      [server, contextTokens],
      [two, 4096],
    ] as const) {
      const host = remoteHost(one.url, { key: one.key });
      const props = (await one.get('/props')) as { default_generation_settings: { n_ctx: number } };
      expect((await host.model(never)).facts).toMatchObject({
        name: 'nano',
        profile: 'compact',
        contextTokens: props.default_generation_settings.n_ctx,
      });
      expect(host.current).toMatchObject({ state: 'ready', contextTokens: window, elsewhere: { estimates: false } });
    }
  });

  it('counts tokens as it does in a prompt', async () => {
    const model = await modelOf(server);
    const promptOf = async (text: string): Promise<number> => {
      const { result, session } = await run(text);
      const { reused, computed, generated } = result.usage;
      expect(session.tokens).toBe(reused + computed + generated);
      return reused + computed;
    };
    const run = async (text: string) => {
      const session = await conversation(server, text);
      return { session, ...(await ask(session, { maxTokens: 1 })) };
    };
    const around = (await promptOf('a')) - 1;
    const texts = [
      'const größe = [1, 2];\n\treturn größe;',
      '月が綺麗ですね 🌙',
      `${'word '.repeat(300)}end`,
      '  \n\n x',
    ];
    const counts = await model.countTokens(texts);
    for (const [at, text] of texts.entries()) expect(await promptOf(text), text).toBe(around + (counts[at] ?? 0));
  });

  it('refuses a wrong key in words', async () => {
    const denied = remoteHost(server.url, { key: 'wrong' });
    await expect(denied.model(never)).rejects.toMatchObject({ code: 'auth.denied' });
    expect(denied.current).toMatchObject({ state: 'failed', text: expect.stringContaining('refuses the key') });
    await expect(remoteHost(server.url).model(never)).rejects.toMatchObject({ code: 'auth.denied' });
  });
});

describe('a conversation with llama-server', { timeout: 180_000 }, () => {
  it('fixes a failing test; its calls are streamed, and each step finds the earlier ones in the cache', async () => {
    const task = newFixTask();
    const session = await (await modelOf(server)).open({ tools });
    await session.append(task.messages as ChatMessage[]);
    let known = 0;
    const used: string[] = [];
    const pieces: number[] = [];
    for (let step = 0; step < 10; step++) {
      const { events, result } = await stepOf(session, task);
      expect(result.usage.reused).toBeGreaterThanOrEqual(known - 1);
      known = result.usage.reused + result.usage.computed;
      expect(events.at(-1)).toMatchObject({ kind: 'spent', usage: result.usage });
      pieces.push(events.filter((event) => event.kind === 'call' && event.argumentsText !== '').length);
      const calls = result.message.toolCalls ?? [];
      if (calls.length === 0) break;
      used.push(...calls.map((call) => call.name));
    }
    expect(used).toContain('edit_file');
    expect(session.entries.at(-2)?.message.content).toBe('6 passed');
    expect(Math.max(...pieces), 'arguments arrive in pieces').toBeGreaterThan(5);
  });

  it('reuses its beginning in a second turn, and after going back', async () => {
    const session = await conversation(server, 'Say something about tests. '.repeat(40));
    const first = await ask(session, { maxTokens: 20 });
    await session.append([{ role: 'user', content: 'And more.' }]);
    const second = await ask(session, { maxTokens: 20 });
    expect(second.result.usage.reused).toBeGreaterThanOrEqual(first.result.usage.computed - 1);
    expect((await session.promptSize([])).cached).toBe(session.tokens);
    await session.rewind(1);
    const again = await ask(session, { maxTokens: 4 });
    expect(again.result.usage.computed).toBeLessThan(32);
  });

  it('that is stopped frees its slot, in the answer and in the prompt', async () => {
    const endless = await another({ args: ['--ignore-eos'] });
    for (const text of ['Write a long story.', 'Read this. '.repeat(400)]) {
      const session = await conversation(endless, text);
      const abort = new AbortController();
      const stopped = ask(session, { maxTokens: 2000 }, abort.signal);
      await expect.poll(() => endless.isBusy(), { interval: 1, timeout: 10_000 }).toBe(true);
      abort.abort();
      await expect(stopped).rejects.toMatchObject({ code: 'request.cancelled' });
      await expect.poll(() => endless.isBusy(), { timeout: 20_000 }).toBe(false);
      expect(session.entries).toHaveLength(1);
    }
    expect((await ask(await conversation(endless, 'Hello.'), { maxTokens: 4 })).result.usage.generated).toBe(4);
  });

  it('longer than the window ends in words, without a request that is sent again', async () => {
    const session = await conversation(server, 'words and words '.repeat(3000));
    const events: SessionEvent[] = [];
    const asked = session.generate({}, (event) => events.push(event), never);
    await expect(asked).rejects.toMatchObject({
      code: 'context.overflow',
      message: expect.stringContaining('The conversation is too long'),
      data: { contextTokens },
    });
    expect(heard(events).notices).toEqual([]);
  });

  it('carries out no call that is cut off, and tells the model', async () => {
    const task = newFixTask();
    const session = await (await modelOf(server)).open({ tools });
    await session.append(task.messages as ChatMessage[]);
    const nextOf = async (maxTokens: number) => (await ask(await session.fork(), { maxTokens })).result;
    let whole = await nextOf(500);
    for (; whole.message.toolCalls?.[0]?.name !== 'edit_file'; whole = await nextOf(500)) await stepOf(session, task);
    let cut = 0;
    for (let maxTokens = 1; ; maxTokens += 12) {
      const { finish, message, brokenCalls } = await nextOf(maxTokens);
      if (finish !== 'length') break;
      expect(message.toolCalls ?? whole.message.toolCalls).toEqual(whole.message.toolCalls);
      for (const { advice } of brokenCalls) expect(advice).toContain('was cut off');
      cut += brokenCalls.length;
    }
    expect(cut).toBeGreaterThan(1);
  });

  it('keeps thoughts apart, and gives them back where they came from', async () => {
    const template = path.join(temporaryFolder(), 'thinking.jinja');
    writeFileSync(template, thinkingTemplate);
    const args = ['--chat-template-file', template, '--reasoning-budget', '12', '--ignore-eos'];
    const thinking = await another({ args });
    const session = await conversation(thinking, 'Hello.');
    const { result, reasoning, text } = await ask(session, { maxTokens: 40 });
    expect(reasoning).not.toBe('');
    expect(text).not.toBe('');
    expect(text).not.toContain('think>');
    expect(result.message).toMatchObject({ content: text, reasoning });
    await session.append([{ role: 'user', content: 'And then?' }]);
    const next = await ask(session, { maxTokens: 4 });
    const { reused, computed } = result.usage; // its prompt ended with the mark before the thoughts
    expect(next.result.usage.reused, 'it gets its thoughts back').toBeGreaterThanOrEqual(reused + computed);
  });

  it('gets the answer in the shape that was asked for', async () => {
    const chatml = await another({ args: ['--chat-template', 'chatml'] }); // nano's own format takes no shape there
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    const options: GenerateOptions = { maxTokens: 60, responseFormat: { type: 'schema', schema } };
    const { text } = await ask(await conversation(chatml, 'Is it?'), options);
    expect(JSON.parse(text)).toEqual({ ok: expect.any(Boolean) });
  });
});

describe('a llama-server that ends', () => {
  it('in the middle of an answer says so once, and answers again when it is back', async () => {
    const own = await another({ args: ['--ignore-eos'] });
    const session = await conversation(own, 'Write a long story.');
    const events: SessionEvent[] = [];
    let killed: Promise<void> | undefined;
    const broken = session.generate(
      { maxTokens: 3000 },
      (event) => {
        events.push(event);
        if (event.kind === 'text') killed ??= own.kill();
      },
      never,
    );
    await expect(broken).rejects.toMatchObject({
      code: 'engine.failed',
      message: expect.stringContaining('broke off in the middle of the answer'),
    });
    expect(session.entries).toHaveLength(1);
    await killed;
    await own.restart();
    expect((await ask(session, { maxTokens: 4 })).result.usage.generated).toBe(4);
  });

  it('before the answer is waited for, also while it loads', async () => {
    const own = await another();
    const session = await conversation(own, 'Hello.');
    await own.kill();
    const asked = ask(session, { maxTokens: 4 });
    await own.begin();
    const { result, notices } = await asked;
    expect(result.usage.generated).toBe(4);
    expect(notices[0]).toContain('Asking again');
  });

  it('is not there for a conversation that begins', async () => {
    const own = await another();
    await own.kill();
    await expect(modelOf(own)).rejects.toMatchObject({
      code: 'daemon.unreachable',
      message: expect.stringContaining('Is the server running?'),
    });
  });
});

/** Writes messages as nano knows them; the answer begins with thoughts. */
const thinkingTemplate = `{%- for message in messages -%}
<|im_{{ message.role }}|>{{ message.role }}<|im_middle|>
{%- if message.reasoning_content %}<think>{{ message.reasoning_content }}</think>{% endif -%}
{{ message.content }}<|im_end|>
{%- endfor -%}
{%- if add_generation_prompt %}<|im_assistant|>assistant<|im_middle|><think>{% endif -%}
`;
