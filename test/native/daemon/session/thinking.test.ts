// Nano with a template that opens thoughts, through the real addon on the CPU: it does not know them, which makes no
// difference to how they are counted and ended.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../native/daemon/chat/chat-model.ts';
import { formatFor } from '../../../../native/daemon/chat/formats/registry.ts';
import { SessionStore } from '../../../../native/daemon/session/session-store.ts';
import type { ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import type { GenerateEvent, GenerateOptions, SamplingOptions } from '../../../../native/protocol/generation.ts';
import { tools } from '../../../support/extension/compact-tools.ts';
import { loadNano } from '../../../support/models/nano-runtime.ts';

/** Kimi's messages; thoughts are kept behind the last question and dropped before it. */
const template = `
{%- set ns = namespace(last=-1) -%}
{%- for m in messages -%}{%- if m.role == 'user' -%}{%- set ns.last = loop.index0 -%}{%- endif -%}{%- endfor -%}
{%- if tools -%}<|im_system|>tools<|im_middle|>{{ tools | tojson }}<|im_end|>{%- endif -%}
{%- for m in messages -%}
{%- if m.role == 'tool' -%}<|im_system|>tool<|im_middle|>{{ m.content }}<|im_end|>
{%- elif m.role == 'assistant' -%}<|im_assistant|>assistant<|im_middle|>
{%- if loop.index0 > ns.last and m.reasoning_content is defined -%}<think>{{ m.reasoning_content }}</think>
{%- else -%}<think></think>{%- endif -%}{{ m.content }}
{%- if m.tool_calls -%}<|tool_calls_section_begin|>
{%- for c in m.tool_calls -%}<|tool_call_begin|>{{ c.id }}<|tool_call_argument_begin|>
{{- c.function.arguments }}<|tool_call_end|>{%- endfor -%}
<|tool_calls_section_end|>{%- endif -%}<|im_end|>
{%- else -%}<|im_{{ m.role }}|>{{ m.role }}<|im_middle|>{{ m.content }}<|im_end|>{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|im_assistant|>assistant<|im_middle|><think>
{%- if enable_thinking is defined and not enable_thinking -%}</think>{%- endif -%}{%- endif -%}`;

let nano: ModelRuntime;
let runtime: ModelRuntime;
let store: SessionStore;
let mark: number[];
/** Plain text: nano would call or end where it thinks. */
let sampling: SamplingOptions;

beforeAll(async () => {
  nano = await loadNano();
  const format = formatFor(template, nano.loaded.family, nano.vocabulary.specialTexts());
  const chatModel = new ChatModel({ tokenizer: nano.model, vocabulary: nano.vocabulary, template, format });
  runtime = { ...nano, chatModel };
  store = new SessionStore({ runtime: () => runtime });
  const marks = nano.vocabulary.specialTokens();
  sampling = { temperature: 0, logitBias: Object.fromEntries(marks.map(({ id }) => [id, -100])) };
  mark = [...nano.model.tokenize('</think>', true)];
});
afterAll(async () => {
  store?.clear();
  runtime?.chatModel.close();
  await nano?.close();
});

async function ask(
  session: string,
  content: string,
  options: GenerateOptions,
  events: GenerateEvent[] = [],
): ReturnType<SessionStore['generate']> {
  await store.append({ session, messages: [{ role: 'user', content }] });
  return await generate(session, options, events);
}

async function generate(
  session: string,
  options: GenerateOptions,
  events: GenerateEvent[] = [],
): ReturnType<SessionStore['generate']> {
  return await store.generate({ session, options: { ...options, sampling } }, (event) => events.push(event), {
    signal: new AbortController().signal,
  });
}

describe('a budget of thoughts', () => {
  it('ends them with the mark of the family, and the answer follows as text', async () => {
    const { session } = await store.create({});
    const events: GenerateEvent[] = [];
    const { message, usage, ids } = await ask(
      session,
      'Implement add in src/math.js.',
      { thinkingBudget: 6, maxTokens: 40 },
      events,
    );
    const reply = ids.slice(-usage.generated);
    expect(reply.slice(6, 6 + mark.length)).toEqual(mark);
    expect(usage.reasoning).toBe(6 + mark.length);
    expect(message.reasoning).toBe(runtime.vocabulary.text(reply.slice(0, 6)).trim());
    expect(message.content).not.toBe('');
    const kinds = events.flatMap(({ kind }) => (kind === 'reasoning' || kind === 'text' ? [kind] : []));
    expect(kinds.lastIndexOf('reasoning')).toBeLessThan(kinds.indexOf('text'));
    const told = events.map((event) => (event.kind === 'reasoning' ? event.text : '')).join('');
    expect(told).toBe(message.reasoning);
  });

  it('is zero when thoughts are off, and that of the level else; without one nothing is forced', async () => {
    const { session } = await store.create({});
    const off = await ask(session, 'Implement add in src/math.js.', { thinking: 'off', maxTokens: 12 });
    expect(off.message.reasoning).toBeUndefined();
    expect(off.usage.reasoning).toBeUndefined();
    // The level stays until another turn says otherwise.
    expect((await ask(session, 'Again.', { maxTokens: 12 })).message.reasoning).toBeUndefined();
    const other = await store.create({});
    const free = await ask(other.session, 'Implement add in src/math.js.', { maxTokens: 12 });
    expect(free.usage.reasoning).toBe(12);
    expect(free.message.content).toBe('');
    const bound = await ask(session, 'Implement add in src/math.js.', { thinking: 'low', maxTokens: 12 });
    expect(bound.usage.reasoning).toBe(bound.usage.generated);
  });

  it('is half of what is left before a call or an answer that is demanded: it comes', async () => {
    for (const options of [{ toolChoice: { name: 'read_file' } }, { responseFormat: { type: 'json' } }] as const) {
      const { session } = await store.create({ tools, messages: [] });
      const { message, usage, finish } = await ask(session, 'Write a poem.', { ...options, maxTokens: 160 });
      expect(usage.reasoning).toBeGreaterThan(0);
      expect(usage.reasoning).toBeLessThanOrEqual(80 + mark.length);
      if ('toolChoice' in options) expect([finish, message.toolCalls?.[0]?.name]).toEqual(['toolCalls', 'read_file']);
      else expect(message.content.trimStart()).toMatch(/^\{/);
    }
  });

  it('leaves a call after them to the grammar', async () => {
    const { session } = await store.create({ tools });
    const { message, usage, finish } = await ask(session, 'Read src/a.js.', {
      thinkingBudget: 3,
      toolChoice: { name: 'read_file' },
      maxTokens: 200,
    });
    expect(usage.reasoning).toBe(3 + mark.length);
    expect(finish).toBe('toolCalls');
    expect(message.toolCalls?.[0]?.name).toBe('read_file');
    expect(JSON.parse(message.toolCalls?.[0]?.arguments ?? '')).toHaveProperty('path');
  });

  it('lets the next turn go on from the cache, and compute again only from the thoughts that are dropped', async () => {
    const { session } = await store.create({ tools });
    const first = await ask(session, 'Read src/a.js.', {
      thinkingBudget: 4,
      toolChoice: { name: 'read_file' },
      maxTokens: 200,
    });
    const held = first.usage.reused + first.usage.computed + first.usage.generated - 1;
    const call = first.message.toolCalls?.[0];
    if (call === undefined) throw new Error('nano made no call');
    const result = { role: 'tool', content: 'text', toolCallId: call.id, name: call.name } as const;
    await store.append({ session, messages: [result] });
    const second = await generate(session, { thinkingBudget: 4, maxTokens: 30 });
    // Within a turn of tools the thoughts are kept: all but the last token, which was never computed, is in the cache.
    expect(second.usage.reused).toBe(held);
    expect(second.recomputed).toBeUndefined();

    const third = await ask(session, 'Thanks.', { thinkingBudget: 4, maxTokens: 12 });
    const question = first.usage.reused + first.usage.computed;
    // The first answer began behind its question and the opened thoughts; up to there nothing has changed.
    expect(third.usage.reused).toBeGreaterThanOrEqual(question - 1);
    expect(third.usage.reused).toBeLessThan(held);
    const log = runtime.vocabulary.text((await store.attach({ session })).entries.flatMap(({ ids }) => [...ids]));
    expect(log).not.toContain(`<think>${first.message.reasoning ?? ' '}`);
    expect(log.split('<|tool_calls_section_begin|>')).toHaveLength(2);
  });

  it('is refused when it is no number of tokens, and leaves a cancelled turn without a trace', async () => {
    const { session, tokens } = await store.create({
      messages: [{ role: 'user', content: 'Implement add in src/math.js.' }],
    });
    await expect(generate(session, { thinkingBudget: -1 })).rejects.toMatchObject({ code: 'request.invalid' });
    const stop = new AbortController();
    const cancelled = await store.generate(
      { session, options: { thinkingBudget: 5, sampling } },
      (event) => {
        if (event.kind === 'reasoning') stop.abort();
      },
      { signal: stop.signal },
    );
    expect(cancelled.finish).toBe('cancelled');
    expect(cancelled.tokens).toBe(tokens);
  });
});
