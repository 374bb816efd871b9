import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../extension/agent/agent-model.ts';
import type { GenerateOptions } from '../../../native/protocol/generation.ts';
import {
  breakOff,
  callDelta,
  event,
  finish,
  hang,
  json,
  refuse,
  stream,
  type Answer,
} from '../../support/engines/fake-engine.ts';
import { heard, never, readFile, remoteBench, type RemoteBench } from '../../support/engines/remote-bench.ts';

let bench: RemoteBench;
beforeEach(async () => {
  bench = await remoteBench();
});
afterEach(() => bench.engine.stop());

/** Asks once with these answers, and returns the result and what was heard of it. */
async function ask(answers: readonly Answer[], options: GenerateOptions = {}, tools = [readFile]) {
  bench.engine.will(...answers);
  const session = await bench.model.open({ tools });
  await session.append([
    { role: 'system', content: 'You help.' },
    { role: 'user', content: 'Hello.' },
  ]);
  const events: SessionEvent[] = [];
  const result = await session.generate(options, (one) => events.push(one), never);
  return { session, result, events, ...heard(events) };
}

describe('a reply', () => {
  it('is streamed as text and thoughts, with what the engine counted', async () => {
    const { result, text, reasoning, session, events } = await ask([
      stream(
        [
          { role: 'assistant', content: '' },
          { reasoning_content: 'Let me ' },
          { reasoning_content: 'see.' },
          { content: 'Hel' },
          { content: 'lo.' },
        ],
        finish('stop', { prompt: 900, completion: 12, cached: 640 }),
      ),
    ]);
    expect([text, reasoning]).toEqual(['Hello.', 'Let me see.']);
    expect(result).toMatchObject({
      finish: 'stop',
      ids: [],
      usage: { reused: 640, computed: 260, generated: 12 },
      message: { role: 'assistant', content: 'Hello.', reasoning: 'Let me see.' },
    });
    expect(session.tokens).toBe(912);
    expect(session.entries.map((entry) => entry.ids)).toEqual([[], [], []]);
    expect(events.at(-1)).toMatchObject({ kind: 'spent', usage: result.usage, timings: result.timings });
    const size = await session.promptSize([{ role: 'user', content: 'And then?' }]);
    expect(size, 'what it has read and said is likely to be cached').toMatchObject({ cached: 912 });
    expect(size.tokens).toBeGreaterThan(912);
    await session.rewind(1);
    expect((await session.promptSize([])).cached).toBe(session.tokens);
  });

  it.each(['reasoning_content', 'reasoning', 'thinking'])(
    'thinks in %s, and is sent back in the same field, the earlier messages unchanged',
    async (field) => {
      const { session } = await ask([stream([{ [field]: 'Hm.' }, { content: 'Yes.' }]), stream([{ content: 'No.' }])]);
      await session.append([{ role: 'user', content: 'Really?' }]);
      await session.generate({}, () => undefined, never);
      const [first, second] = bench.engine.chats.map(({ body }) => body.messages ?? []);
      expect(second?.slice(0, first?.length)).toEqual(first);
      expect(second?.[2]).toEqual({ role: 'assistant', content: 'Yes.', [field]: 'Hm.' });
    },
  );

  it('with thoughts within the content is divided, wherever the pieces end', async () => {
    for (const length of [1, 3, 7, 100]) {
      const whole = '\n<think>\nIs 1 < 2?\n</think>\n\nYes: `1 < 2`, and <b>.';
      const pieces = whole.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
      const { text, reasoning, result } = await ask([stream(pieces.map((content) => ({ content })))]);
      expect(reasoning.trim()).toBe('Is 1 < 2?');
      expect(text).toBe('Yes: `1 < 2`, and <b>.');
      expect(result.message.content).toBe(text);
    }
  });

  it('whose template had begun the thoughts keeps them out of the message', async () => {
    const { result } = await ask([stream([{ content: 'Hm.\n</think>\n\nYes.' }])]);
    expect(result.message).toMatchObject({ content: 'Yes.', reasoning: 'Hm.' });
  });

  it('in parts and in one piece is read too', async () => {
    const parts = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'Yes.' },
    ];
    expect((await ask([stream([{ content: parts }])])).result.message).toMatchObject({
      content: 'Yes.',
      reasoning: 'Hm.',
    });
    const whole = json({ choices: [{ message: { role: 'assistant', content: 'All.' }, finish_reason: 'stop' }] });
    expect((await ask([whole])).text).toBe('All.');
  });

  it('survives comments, other fields, broken lines, and letters that are cut in two', async () => {
    const bytes = Buffer.from(event({ choices: [{ delta: { content: '月é' } }] }));
    const { text } = await ask([
      async (response) => {
        response.setHeader('content-type', 'text/event-stream');
        response.write(': ping\r\n\r\nid: 4\r\nretry: 10\r\ndata: {not json\r\n\r\n');
        for (const byte of bytes) {
          await new Promise((resolve) => void response.write(Buffer.from([byte]), resolve));
        }
        finish('stop')(response, bench.engine.chats[0]!);
      },
    ]);
    expect(text).toBe('月é');
  });
});

describe('tool calls', () => {
  it('are put together from their pieces, with the ids of the engine', async () => {
    const { result, events } = await ask([
      stream(
        [
          callDelta(0, 'functions.read_file:0', 'read_file', ''),
          callDelta(0, undefined, undefined, '{"path":'),
          callDelta(0, undefined, undefined, '"a.ts"}'),
          callDelta(1, 'functions.read_file:1', 'read_file', '{"path":"b.ts"}'),
        ],
        finish('tool_calls'),
      ),
    ]);
    expect(result.finish).toBe('toolCalls');
    expect(result.message.toolCalls).toEqual([
      { id: 'functions.read_file:0', name: 'read_file', arguments: '{"path":"a.ts"}' },
      { id: 'functions.read_file:1', name: 'read_file', arguments: '{"path":"b.ts"}' },
    ]);
    const told = events.flatMap((one) => (one.kind === 'call' && one.index === 0 ? [one.argumentsText] : []));
    expect(told).toEqual(['', '{"path":', '"a.ts"}']);
  });

  it.each([
    [
      'all have the number 0',
      [callDelta(0, 'a', 'read_file', '{"path":"a"}'), callDelta(0, 'b', 'read_file', '{"path":"b"}')],
    ],
    [
      'have neither number nor id, and objects as arguments',
      [
        { tool_calls: [{ function: { name: 'read_file', arguments: { path: 'a' } } }] },
        { tool_calls: [{ function: { name: 'read_file', arguments: { path: 'b' } } }] },
      ],
    ],
    [
      'have the same id twice',
      [callDelta(0, 'x', 'read_file', '{"path":"a"}'), callDelta(1, 'x', 'read_file', '{"path":"b"}')],
    ],
  ])('are told apart when they %s', async (_how, deltas) => {
    const { result } = await ask([stream(deltas, finish('stop'))]);
    const calls = result.message.toolCalls ?? [];
    expect(calls.map((call) => JSON.parse(call.arguments) as unknown)).toEqual([{ path: 'a' }, { path: 'b' }]);
    expect(new Set(calls.map((call) => call.id)).size).toBe(2);
    expect(result.finish).toBe('toolCalls');
  });

  it('with faulty JSON are repaired, or the model is told; the engine gets a call for each answer', async () => {
    const { result, session } = await ask([
      stream(
        [callDelta(0, 'a', 'read_file', "{'path': 'a.ts',}"), callDelta(1, 'b', 'read_file', '[1, 2]')],
        finish('tool_calls'),
      ),
      stream([{ content: 'Done.' }]),
    ]);
    expect(result.message.toolCalls?.map((call) => call.arguments)).toEqual(['{"path": "a.ts"}']);
    expect(result.brokenCalls).toMatchObject([{ id: 'b', name: 'read_file', advice: expect.stringContaining('JSON') }]);
    await session.append([
      { role: 'tool', toolCallId: 'a', name: 'read_file', content: 'text' },
      { role: 'tool', toolCallId: 'b', name: 'read_file', content: 'Error: …' },
    ]);
    await session.generate({}, () => undefined, never);
    const sent = bench.engine.chats.at(-1)?.body.messages?.[2];
    expect(sent?.tool_calls).toMatchObject([{ id: 'a' }, { id: 'b', function: { arguments: '{}' } }]);
  });

  it('that are cut off are not carried out', async () => {
    for (const begun of ['{"path":"a', '{', '']) {
      const { result } = await ask([stream([callDelta(0, 'a', 'read_file', begun)], finish('length'))]);
      expect(result.message.toolCalls).toBeUndefined();
      expect(result.brokenCalls[0]?.advice).toContain('cut off');
    }
  });

  it.each([
    ['Hermes', '<tool_call>\n{"name": "read_file", "arguments": {"path": "a.ts", "line": 3}}\n</tool_call>'],
    [
      'Qwen',
      '<tool_call>\n<function=read_file>\n<parameter=path>\na.ts\n</parameter>\n<parameter=line>\n3\n</parameter>\n</function>\n</tool_call>',
    ],
    [
      'Kimi',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a.ts", "line": 3}<|tool_call_end|><|tool_calls_section_end|>',
    ],
    ['Mistral', '[TOOL_CALLS][{"name": "read_file", "arguments": {"path": "a.ts", "line": 3}}]'],
    ['Devstral', '[TOOL_CALLS]read_file[ARGS]{"path": "a.ts", "line": 3}'],
  ])('that an engine prints as text (%s) are read, not shown, and the user is told why', async (_format, printed) => {
    const content = `I will look.\n${printed}`.match(/[^]{1,5}/g) ?? [];
    const { result, text, notices } = await ask([stream(content.map((piece) => ({ content: piece })))]);
    const [call] = result.message.toolCalls ?? [];
    expect(call?.name).toBe('read_file');
    expect(JSON.parse(call?.arguments ?? '')).toEqual({ path: 'a.ts', line: 3 });
    expect(text.trim()).toBe('I will look.');
    expect(notices).toEqual([expect.stringContaining('prints tool calls as text')]);
  });

  it('that cannot be read in the text are told to the model', async () => {
    const { result } = await ask([stream([{ content: '<tool_call>read the file please</tool_call>' }])]);
    expect(result.brokenCalls).toMatchObject([{ advice: expect.stringContaining('came as text') }]);
    expect(result.finish).toBe('toolCalls');
  });

  it('that are only quoted stay text: in a block of code, and where the engine makes calls itself', async () => {
    const quoted = '```\n<tool_call>{"name":"read_file","arguments":{}}</tool_call>\n```';
    expect((await ask([stream([{ content: quoted }])])).result).toMatchObject({
      message: { content: quoted },
      brokenCalls: [],
      finish: 'stop',
    });
    await ask([stream([callDelta(0, 'a', 'read_file', '{}')], finish('tool_calls'))]);
    const bare = '<tool_call>{"name":"read_file","arguments":{}}</tool_call>';
    expect((await ask([stream([{ content: bare }])])).result.message).toEqual({ role: 'assistant', content: bare });
  });

  it('are forbidden, and answers shaped, as the caller wants', async () => {
    await ask([stream([{ content: '{}' }])], {
      toolChoice: 'none',
      maxTokens: 77,
      sampling: { temperature: 0.5 },
      responseFormat: { type: 'schema', schema: { type: 'object' } },
    });
    expect(bench.engine.chats[0]?.body).toMatchObject({
      tool_choice: 'none',
      max_tokens: 77,
      temperature: 0.5,
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
      stream_options: { include_usage: true },
    });
  });
});

describe('trouble', () => {
  it('is waited for when the engine is busy, as long as it asks for', async () => {
    const { text, notices } = await ask([
      refuse(429, { error: { message: 'slow down' } }, { 'retry-after': '0' }),
      refuse(503, { error: { message: 'Loading model', type: 'unavailable_error' } }, { 'retry-after': '0' }),
      stream([{ content: 'Here.' }]),
    ]);
    expect(text).toBe('Here.');
    expect(notices).toEqual([expect.stringContaining('is busy'), expect.stringContaining('is busy')]);
  });

  it('that lasts too long ends in words', async () => {
    const wait = refuse(429, { error: { message: 'Quota used up.' } }, { 'retry-after': '3600' });
    await expect(ask([wait])).rejects.toMatchObject({
      code: 'engine.failed',
      message: expect.stringContaining('Quota used up.'),
    });
    expect(bench.engine.chats).toHaveLength(1);
  });

  it('before the answer is tried again; after a part of it was shown, never by itself', async () => {
    bench.engine.pages.set('never', hang);
    expect((await ask([breakOff, stream([{ content: 'Here.' }])])).text).toBe('Here.');
    const broken = stream([{ content: 'Hal' }], breakOff);
    await expect(ask([broken, stream([{ content: 'Whole.' }])])).rejects.toMatchObject({
      code: 'engine.failed',
      message: expect.stringContaining('in the middle'),
    });
    expect(bench.engine.chats).toHaveLength(3);
  });

  it('within a stream is told', async () => {
    const failing: Answer = (response) =>
      void response.end(event({ error: { message: 'CUDA out of memory', code: 500 } }));
    await expect(ask([stream([{ content: 'Hal' }], failing)])).rejects.toMatchObject({
      code: 'engine.failed',
      message: expect.stringContaining('CUDA out of memory'),
    });
  });

  it.each([
    [
      'vLLM',
      { message: "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens." },
      8192,
    ],
    [
      'llama-server',
      {
        error: {
          code: 400,
          message: 'the request exceeds the available context size',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 9000,
          n_ctx: 8192,
        },
      },
      8192,
    ],
    ['SGLang', { message: "The input (9000 tokens) is longer than the model's context length (8192 tokens)." }, 8192],
    ['OpenAI', { error: { message: 'Too long.', code: 'context_length_exceeded' } }, 32_768],
    [
      'LM Studio',
      {
        error:
          'Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 8192 tokens',
      },
      8192,
    ],
  ])('with the window (%s) is an overflow, and a smaller window is believed', async (_engine, body, window) => {
    await expect(ask([refuse(400, body)])).rejects.toMatchObject({ code: 'context.overflow' });
    expect(bench.model.facts.contextTokens).toBe(window);
  });

  it('with an engine that cuts long conversations without a word is noticed', async () => {
    bench.engine.will(stream([{ content: 'What?' }], finish('stop', { prompt: 4096, completion: 2 })));
    const session = await bench.model.open({ tools: [] });
    await session.append([{ role: 'user', content: 'words and words '.repeat(4000) }]);
    await expect(session.generate({}, () => undefined, never)).rejects.toMatchObject({
      code: 'engine.failed',
      message: expect.stringContaining('read only 4096'),
    });
    expect(session.entries).toHaveLength(1);
  });

  it('with fields that the engine does not know is learned from', async () => {
    await ask([
      refuse(422, { detail: [{ msg: 'Extra inputs are not permitted: stream_options' }] }),
      refuse(400, { error: { message: "Unsupported parameter: use 'max_completion_tokens' instead." } }),
      stream([{ content: 'Yes.' }]),
    ]);
    const last = bench.engine.chats.at(-1)?.body;
    expect(last).toMatchObject({ max_completion_tokens: expect.any(Number) });
    expect(last?.stream_options).toBeUndefined();
    expect(last?.max_tokens).toBeUndefined();
  });

  it('with the key, the model, a redirect or a page of a proxy is said in words', async () => {
    await expect(ask([refuse(401, { error: { message: 'bad key' } })])).rejects.toMatchObject({ code: 'auth.denied' });
    await expect(ask([refuse(404, { error: { message: 'no such model' } })])).rejects.toMatchObject({
      code: 'model.unknown',
    });
    await expect(ask([refuse(307, '', { location: 'http://evil.example' })])).rejects.toMatchObject({
      message: expect.stringContaining('another address'),
    });
    await expect(ask([refuse(400, '<html><b>Sign in</b></html>')])).rejects.toMatchObject({
      message: expect.stringContaining('status 400'),
    });
    await expect(
      ask([refuse(400, { message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser' })]),
    ).rejects.toMatchObject({ message: expect.stringContaining('Start the server with the parser') });
  });
});

it('a stop ends the request at the engine, also while it waits to ask again', async () => {
  bench.engine.will(stream([{ content: 'One' }], (response) => void response.write(': waiting\n\n')));
  const session = await bench.model.open({ tools: [] });
  await session.append([{ role: 'user', content: 'Count.' }]);
  const abort = new AbortController();
  const events: SessionEvent[] = [];
  const onEvent = (one: SessionEvent) => void (events.push(one), one.kind === 'text' && abort.abort());
  await expect(session.generate({}, onEvent, abort.signal)).rejects.toMatchObject({ code: 'request.cancelled' });
  expect(events.at(-1), 'what it took').toMatchObject({ kind: 'spent', usage: { computed: session.tokens } });
  await expect.poll(() => bench.engine.running).toBe(0);
  expect(session.entries).toHaveLength(1);

  bench.engine.will(refuse(429, {}, { 'retry-after': '60' }));
  const waiting = new AbortController();
  const again = session.generate({}, (one) => one.kind === 'notice' && waiting.abort(), waiting.signal);
  await expect(again).rejects.toMatchObject({ code: 'request.cancelled' });
});

it('a fork and a rewind leave each other alone', async () => {
  bench.engine.will(stream([{ content: 'A.' }]), stream([{ content: 'B.' }]));
  const session = await bench.model.open({ tools: [] });
  await session.append([{ role: 'user', content: 'Hello.' }]);
  const fork = await session.fork();
  await fork.generate({}, () => undefined, never);
  await fork.rewind(1);
  await fork.append([{ role: 'user', content: 'More.' }]);
  expect(session.entries.map((entry) => entry.message.content)).toEqual(['Hello.']);
  expect(fork.entries.map((entry) => entry.message.content)).toEqual(['Hello.', 'More.']);
  await fork.close();
  await expect(fork.append([])).rejects.toMatchObject({ code: 'session.unknown' });
});
