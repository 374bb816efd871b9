// Sessions with the embedded model, through the real addon on the CPU.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { turnRequest } from '../../../../native/daemon/session/turn-request.ts';
import { SessionStore } from '../../../../native/daemon/session/session-store.ts';
import type { GenerateEvent, GenerateOptions } from '../../../../native/protocol/generation.ts';
import type { Result } from '../../../../native/protocol/methods.ts';
import { tools } from '../../../support/extension/compact-tools.ts';
import { engineTruth } from '../../../support/engine/engine-sequences.ts';
import { loadNano } from '../../../support/models/nano-runtime.ts';

const system = {
  role: 'system',
  content:
    "You are a coding assistant in the user's editor. Use the tools to do the task, then say briefly what you did.",
} as const;
const task = {
  role: 'user',
  content:
    'The tests fail. Fix the bug.\n\n<workspace>\npackage.json\nsrc/score.js: countItems(lines)\ntest/score.test.js\n</workspace>',
} as const;

let runtime: ModelRuntime;
let store: SessionStore;

beforeAll(async () => {
  runtime = await loadNano();
  store = new SessionStore({ runtime: () => runtime });
});
afterAll(async () => {
  store?.clear();
  await runtime?.close();
});

async function generate(
  session: string,
  options: GenerateOptions = {},
  events: GenerateEvent[] = [],
): Promise<Result<'session.generate'>> {
  return store.generate({ session, options }, (event) => events.push(event), { signal: new AbortController().signal });
}

describe('a conversation with nano', () => {
  it('is measured before a turn: exactly the tokens that the turn then reads and finds', async () => {
    const { session } = await store.create({ messages: [system] });
    for (const text of ['What does countItems in src/score.js do?', 'And what does it return for no lines?']) {
      const messages = [{ role: 'user', content: text }] as const;
      const size = await store.measure({ session, messages });
      const { tokens } = store.attach({ session });
      await store.append({ session, messages });
      const { usage } = await generate(session, { maxTokens: 16 });
      expect(size).toEqual({ tokens: usage.reused + usage.computed, cached: usage.reused });
      expect(tokens, 'measuring adds nothing').toBeLessThan(size.tokens);
    }
    // The same conversation without a session: all that the session has read is found.
    const { entries } = store.attach({ session });
    const again = await store.measure({ entries, messages: [{ role: 'user', content: 'Thanks.' }] });
    expect(again).toEqual(await store.measure({ session, messages: [{ role: 'user', content: 'Thanks.' }] }));
    expect(again.cached).toBeGreaterThan(0);
    const other = { role: 'user', content: 'Quite another conversation.' } as const;
    expect((await store.measure({ messages: [other] })).cached).toBeLessThan(10);
  });

  it('tells the processor time of each turn, also of one that is stopped', async () => {
    const { session } = await store.create({ messages: [system, task], tools });
    const before = process.cpuUsage();
    const { energy } = await generate(session, { maxTokens: 24 });
    const { user, system: kernel } = process.cpuUsage(before);
    expect(energy?.cpuSeconds).toBeGreaterThan(0);
    expect(energy?.cpuSeconds).toBeLessThanOrEqual((user + kernel) / 1e6);
    const abort = new AbortController();
    const stopped = await store.generate({ session }, () => abort.abort(), { signal: abort.signal });
    expect(stopped.finish).toBe('cancelled');
    expect(stopped.energy).toBeDefined();
  });

  it('computes exactly the new tokens in each of twenty turns', async () => {
    const { session } = await store.create({ messages: [system] });
    let computedUpTo = 0;
    for (let turn = 0; turn < 20; turn++) {
      const appended = await store.append({
        session,
        messages: [{ role: 'user', content: `Hello number ${turn}, what does this do?` }],
      });
      const { usage, ids, message, ...state } = await generate(session, { maxTokens: 24 });
      const prompt = usage.reused + usage.computed;
      // The log, and the generation prompt, which is what the turn added before the reply.
      expect(prompt).toBe(appended.tokens + ids.length - usage.generated);
      if (turn > 0) expect(usage.reused).toBe(computedUpTo);
      expect(state.tokens).toBe(appended.tokens + ids.length);
      expect(message.content.length).toBeGreaterThan(0);
      // The last sampled token was never computed.
      computedUpTo = prompt + usage.generated - 1;
    }
    const { entries, tokens } = store.attach({ session });
    expect(entries.map((entry) => entry.ids.length).reduce((sum, count) => sum + count, 0)).toBe(tokens);
  });

  it('keeps what is computed when a grammar is refused', async () => {
    const { session } = await store.create({ messages: [system, task] });
    const { usage } = await generate(session, { maxTokens: 8 });
    const deep = `root ::= ${'('.repeat(100_000)}"a"${')'.repeat(100_000)}`; // would overflow llama.cpp's stack
    for (const gbnf of ['root ::= [', 'root ::= root "a"', 'a ::= "b"', 'root ::= "a"\0', deep])
      await expect(generate(session, { responseFormat: { type: 'grammar', gbnf } })).rejects.toMatchObject({
        code: 'grammar.invalid',
      });
    expect((await generate(session, { maxTokens: 8 })).usage.reused).toBe(
      usage.reused + usage.computed + usage.generated - 1,
    );
  });

  it('is refused a bias for a token that the model does not have', async () => {
    const { session } = await store.create({ messages: [system, task] });
    await expect(generate(session, { sampling: { logitBias: { '99999999': 1 } } })).rejects.toMatchObject({
      code: 'request.invalid',
      data: { field: 'sampling.logitBias' },
    });
  });

  it('answers in JSON without the markers of calls, whose texts its strings may hold', async () => {
    const conversation = runtime.chatModel.conversation({});
    await conversation.append([system, task]);
    const { sampling, grammar } = turnRequest(runtime, await conversation.prompt(), [], {
      responseFormat: { type: 'json' },
    });
    const barred = new Set(sampling.logitBias.filter(({ bias }) => bias < 0).map(({ token }) => token));
    for (const marker of runtime.chatModel.format.markers)
      expect([marker, barred.has(runtime.vocabulary.idOf(marker) ?? -1)]).toEqual([
        marker,
        runtime.vocabulary.idOf(marker) !== undefined,
      ]);
    expect([...barred].some((token) => runtime.vocabulary.isEnd(token))).toBe(false);
    expect(grammar?.triggerTokens).toHaveLength(0);
    const forced = turnRequest(runtime, await conversation.prompt(), tools, { toolChoice: 'required' });
    const begin = runtime.vocabulary.idOf('<|tool_call_begin|>');
    expect(forced.sampling.logitBias.some(({ token }) => token === begin)).toBe(false);
    expect(turnRequest(runtime, await conversation.prompt(), tools, {}).sampling.logitBias).toEqual([]);
    for (const seed of [47, 147]) {
      const { session } = await store.create({ messages: [{ role: 'user', content: 'Write JSON.' }] });
      const { finish, message } = await generate(session, {
        sampling: { temperature: 1.5, seed },
        responseFormat: { type: 'json' },
        maxTokens: 150,
      });
      if (finish === 'stop') expect(() => JSON.parse(message.content) as unknown).not.toThrow();
    }
  });

  it('calls a tool when the tests fail, and goes on with its result', async () => {
    const { session } = await store.create({ tools, messages: [system, task] });
    const events: GenerateEvent[] = [];
    const first = await generate(session, {}, events);
    expect(first).toMatchObject({
      finish: 'toolCalls',
      brokenCalls: [],
      message: {
        content: '',
        toolCalls: [{ id: 'functions.run_tests:0', name: 'run_tests', arguments: expect.any(String) }],
      },
    });
    expect(events.filter((event) => event.kind === 'callDone')).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'prefill', computed: 0 });
    await store.append({
      session,
      messages: [
        {
          role: 'tool',
          toolCallId: 'functions.run_tests:0',
          name: 'run_tests',
          content: '1 failed, 5 passed\n\nFAIL countItems (test/score.test.js:7)\n  expected: 1\n  actual: 16',
        },
      ],
    });
    const second = await generate(session);
    expect(second.message.toolCalls).toMatchObject([
      { id: expect.stringMatching(/^functions\.\w+:1$/), name: expect.any(String) },
    ]);
    expect(() => JSON.parse(second.message.toolCalls?.[0]?.arguments ?? '')).not.toThrow();
  });

  it('makes the call that is demanded, whatever the question', async () => {
    const { session } = await store.create({ tools, messages: [system, { role: 'user', content: 'Write a poem.' }] });
    const { finish, message } = await generate(session, { toolChoice: { name: 'read_file' }, maxTokens: 80 });
    expect(finish).toBe('toolCalls');
    expect(message.toolCalls?.[0]?.name).toBe('read_file');
    expect(JSON.parse(message.toolCalls?.[0]?.arguments ?? '')).toEqual({ path: expect.any(String) });
  });

  it('writes the marks of a demanded call as tokens and not in letters, however likely others are', async () => {
    const { vocabulary } = runtime;
    for (const seed of [1, 2, 3, 4]) {
      const { session } = await store.create({ tools, messages: [system, { role: 'user', content: 'Write a poem.' }] });
      const sampling = { temperature: 1.8, topP: 1, seed };
      const { ids } = await generate(session, { toolChoice: { name: 'read_file' }, maxTokens: 120, sampling });
      for (const mark of ['<|tool_calls_section_begin|>', '<|tool_call_begin|>', '<|tool_call_argument_begin|>'])
        expect([mark, ids.includes(vocabulary.idOf(mark) ?? -1)]).toEqual([mark, true]);
    }
  });

  it('answers in the format that is demanded', async () => {
    const { session } = await store.create({ messages: [system, { role: 'user', content: 'Hello!' }] });
    const schema = {
      type: 'object',
      properties: { done: { type: 'boolean' } },
      required: ['done'],
      additionalProperties: false,
    };
    const { message } = await generate(session, { responseFormat: { type: 'schema', schema }, maxTokens: 80 });
    expect(JSON.parse(message.content)).toEqual({ done: expect.any(Boolean) });
  });

  it('forks without computing and leaves the original as it was', async () => {
    const { session } = await store.create({ tools, messages: [system, task] });
    const first = await generate(session);
    const original = store.attach({ session });
    const fork = await store.fork({ session, messages: 2 });
    const again = await generate(fork.session);
    expect(again.message).toEqual(first.message);
    expect(again.usage.computed).toBe(1);
    expect(store.attach({ session })).toEqual(original);
  });

  it('rewinds and gives the same turn again', async () => {
    const { session } = await store.create({ tools, messages: [system, task] });
    const first = await generate(session);
    expect((await store.rewind({ session, messages: 2 })).messages).toBe(2);
    const second = await generate(session);
    expect([second.message, second.ids]).toEqual([first.message, first.ids]);
    expect(second.usage.computed).toBe(1);
    await expect(store.rewind({ session, messages: 9 })).rejects.toEqual(
      expect.objectContaining({ code: 'session.position' }),
    );
  });

  it('ends at a stop string and shows nothing of it', async () => {
    const { session } = await store.create({ messages: [system, { role: 'user', content: 'Hello!' }] });
    const whole = (await generate((await store.fork({ session })).session, { maxTokens: 30 })).message.content;
    const stop = whole.slice(3, 9);
    const events: GenerateEvent[] = [];
    const { message, finish } = await generate(session, { maxTokens: 30, stop: [stop] }, events);
    expect([message.content, finish]).toEqual([whole.slice(0, whole.indexOf(stop)), 'stop']);
    expect(events.map((event) => (event.kind === 'text' ? event.text : '')).join('')).toBe(message.content);
  });

  it('gives log probabilities with the text of the tokens', async () => {
    const { session } = await store.create({ messages: [system, { role: 'user', content: 'Hello!' }] });
    const { logprobs = [], message } = await generate(session, { maxTokens: 5, logprobs: 2 });
    expect(logprobs.map(({ text }) => text).join('')).toBe(message.content);
    for (const { logprob, top } of logprobs) {
      expect(top).toHaveLength(2);
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top[0]?.logprob).toBeCloseTo(logprob, 3);
    }
  });
});

describe('a turn that is cancelled', () => {
  it('leaves the conversation as it was and its computed tokens for the next', async () => {
    const { session, tokens } = await store.create({
      messages: [system, { role: 'user', content: 'Hello there, who are you and what can you do?' }],
    });
    const controller = new AbortController();
    const turn = store.generate(
      {
        session,
        options: { sampling: { temperature: 1, logitBias: { [runtime.vocabulary.idOf('<|im_end|>') ?? 0]: -100 } } },
      },
      (event) => event.kind === 'text' && controller.abort(),
      { signal: controller.signal },
    );
    await expect(store.append({ session, messages: [] })).rejects.toEqual(
      expect.objectContaining({ code: 'session.busy' }),
    );
    await expect(
      store.generate({ session }, () => undefined, { signal: new AbortController().signal }),
    ).rejects.toMatchObject({ code: 'session.busy' });
    const result = await turn;
    expect([result.finish, result.ids, result.tokens]).toEqual(['cancelled', [], tokens]);
    expect((await generate(session, { maxTokens: 4 })).usage.computed).toBe(1);
  });
});

describe('a conversation brought back from its ids', () => {
  it('continues in a new process as it would have in the old one', async () => {
    const { session } = await store.create({ tools, messages: [system, task] });
    await generate(session);
    await store.append({
      session,
      messages: [{ role: 'tool', toolCallId: 'functions.run_tests:0', name: 'run_tests', content: '6 passed' }],
    });
    const { entries } = store.attach({ session });
    const expected = await generate(session);

    const other = await loadNano();
    try {
      const restarted = new SessionStore({ runtime: () => other });
      const copy = await restarted.create({ tools, entries: structuredClone(entries) });
      expect(restarted.attach({ session: copy.session }).entries).toEqual(entries);
      const result = await restarted.generate({ session: copy.session }, () => undefined, {
        signal: new AbortController().signal,
      });
      expect([result.message, result.ids, result.usage.reused]).toEqual([expected.message, expected.ids, 0]);
    } finally {
      await other.close();
    }
  });
});

describe('many messages', () => {
  it('costs little each: 300 tool results', async () => {
    const { session } = await store.create({ tools, messages: [system, task] });
    let sum = 0;
    let { tokens } = store.attach({ session });
    for (let at = 0; at < 300; at++) {
      const appended = await store.append({
        session,
        messages: [{ role: 'tool', toolCallId: `functions.read_file:${at}`, name: 'read_file', content: 'x' }],
      });
      sum += appended.ids.flat().length;
      expect(appended.tokens).toBe(tokens + appended.ids.flat().length);
      tokens = appended.tokens;
    }
    expect(sum).toBeLessThan(300 * 40);
  });
});

describe('the pool after all of this', () => {
  it('holds what the engine says, sequence by sequence', async () => {
    expect(await engineTruth(runtime.engine)).toEqual(
      new Map(runtime.runner.residents().map(({ sequence, tokens }) => [sequence, tokens])),
    );
    expect(runtime.runner.stats()).toMatchObject({ running: 0, waiting: 0 });
  });
});
