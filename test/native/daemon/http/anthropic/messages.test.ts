// Anthropic's dialect over a scripted model, on a real connection.
import { afterEach, describe, expect, it } from 'vitest';
import { CodedError } from '../../../../../native/protocol/coded-error.ts';
import { brokenScript, callingScript, serveChat, stopEndpoints } from '../../../../support/daemon/chat-endpoint.ts';
import { say, turn } from '../../../../support/daemon/scripted-model.ts';
import { eventsOf } from '../../../../support/daemon/server-sent-events.ts';

afterEach(stopEndpoints);

const ask = { model: 'scripted', max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] };
const readFile = {
  name: 'read_file',
  description: 'Reads a file.',
  input_schema: { type: 'object', properties: { path: { type: 'string' } } },
};

describe('what the model is asked', () => {
  it('is the conversation, with results of tools as messages of their own', async () => {
    const { harness, model } = await serveChat(say('done'));
    const answer = await harness.post('/v1/messages', {
      ...ask,
      system: [
        { type: 'text', text: 'Be ', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'brief.' },
      ],
      tools: [readFile],
      tool_choice: { type: 'tool', name: 'read_file', disable_parallel_tool_use: true },
      stop_sequences: ['END'],
      temperature: 0.5,
      top_k: 7,
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Read a.js' }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'x' },
            { type: 'text', text: 'Reading' },
            { type: 'tool_use', id: 'call-1', name: 'read_file', input: { path: 'a.js' } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'call-1',
              content: [{ type: 'text', text: 'no file' }],
              is_error: true,
            },
            { type: 'text', text: 'Try again' },
          ],
        },
      ],
    });
    expect(answer.status).toBe(200);
    expect(model.chats[0]?.messages).toEqual([
      { role: 'system', content: 'Be \nbrief.' },
      { role: 'user', content: 'Read a.js' },
      {
        role: 'assistant',
        content: 'Reading',
        reasoning: 'hm',
        toolCalls: [{ id: 'call-1', name: 'read_file', arguments: '{"path":"a.js"}' }],
      },
      { role: 'tool', content: 'Error: no file', toolCallId: 'call-1', name: 'read_file' },
      { role: 'user', content: 'Try again' },
    ]);
    const { input_schema: parameters, ...tool } = readFile;
    expect(model.chats[0]?.settings).toEqual({ tools: [{ ...tool, parameters }] });
    expect(model.chats[0]?.options).toMatchObject({
      maxTokens: 50,
      stop: ['END'],
      toolChoice: { name: 'read_file' },
      parallelToolCalls: false,
      sampling: { temperature: 0.5, topK: 7 },
    });
  });

  it('says how much the model thinks: not at all, up to a budget, or with an effort', async () => {
    const { harness, model } = await serveChat(say('done'));
    await harness.post('/v1/messages', { ...ask, thinking: { type: 'disabled' } });
    await harness.post('/v1/messages', { ...ask, thinking: { type: 'enabled', budget_tokens: 2000 } });
    await harness.post('/v1/messages', { ...ask, thinking: { type: 'adaptive' }, output_config: { effort: 'low' } });
    await harness.post('/v1/messages', ask);
    const asked = model.chats.map(({ settings, options }) => [settings.thinking, options.thinkingBudget]);
    expect(asked).toEqual([
      ['off', undefined],
      ['on', 2000],
      ['low', undefined],
      [undefined, undefined],
    ]);
    const refused = await harness.post('/v1/messages', { ...ask, thinking: { type: 'enabled', budget_tokens: 0 } });
    expect(refused.status).toBe(400);
  });

  it('is counted exactly, without an answer', async () => {
    const { harness, model } = await serveChat(say('done'));
    const counted = await harness.post('/v1/messages/count_tokens', {
      model: 'scripted',
      system: 'abc',
      messages: [{ role: 'user', content: 'defg' }],
    });
    expect(await counted.json()).toEqual({ input_tokens: 7 });
    expect(model.chats).toEqual([]);
  });
});

describe('an answer', () => {
  it('has blocks of thoughts, text and calls, and Anthropic’s words for its end', async () => {
    const { harness } = await serveChat(callingScript);
    const answer = await harness.post('/v1/messages', { ...ask, thinking: { type: 'enabled', budget_tokens: 1024 } });
    expect(await answer.json()).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      content: [
        { type: 'thinking', thinking: 'let me see', signature: '' },
        { type: 'text', text: 'Reading' },
        { type: 'tool_use', id: 'functions.read_file:0', name: 'read_file', input: { path: 'a.js' } },
        { type: 'tool_use', id: 'functions.run_tests:1', name: 'run_tests', input: {} },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 2, cache_read_input_tokens: 3, output_tokens: 4 },
    });
  });

  it('streams the same blocks, each begun, filled and ended', async () => {
    const { harness } = await serveChat(callingScript);
    const stream = await harness.post('/v1/messages', { ...ask, stream: true, thinking: { type: 'adaptive' } });
    const events = await eventsOf(stream);
    expect(events.map(({ name, data }) => [name, data.index])).toEqual([
      ['message_start', undefined],
      ['content_block_start', 0],
      ['content_block_delta', 0],
      ['content_block_delta', 0],
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_delta', 1],
      ['content_block_stop', 1],
      ['content_block_start', 2],
      ['content_block_delta', 2],
      ['content_block_stop', 2],
      ['content_block_start', 3],
      ['content_block_delta', 3],
      ['content_block_stop', 3],
      ['message_delta', undefined],
      ['message_stop', undefined],
    ]);
    expect(events[0]?.data).toMatchObject({ message: { usage: { input_tokens: 2, cache_read_input_tokens: 3 } } });
    expect(events[9]?.data).toMatchObject({ delta: { type: 'input_json_delta', partial_json: '{"path": "a.js"}' } });
    expect(events.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 4 } });
  });

  it('keeps thoughts from a client that did not ask for them', async () => {
    const { harness } = await serveChat(callingScript);
    const body = (await (await harness.post('/v1/messages', ask)).json()) as { content: { type: string }[] };
    expect(body.content.map(({ type }) => type)).toEqual(['text', 'tool_use', 'tool_use']);
  });

  it('shows a call that cannot be repaired as text, never as a call', async () => {
    const { harness } = await serveChat(brokenScript);
    expect(await (await harness.post('/v1/messages', ask)).json()).toMatchObject({
      content: [{ type: 'text', text: 'Now\n<|tool_call_begin|>functions.x:0{"a"' }],
      stop_reason: 'end_turn',
    });
  });

  it('says when the limit of tokens ended it', async () => {
    const { harness } = await serveChat(() => turn({ finish: 'length' }));
    expect(await (await harness.post('/v1/messages', ask)).json()).toMatchObject({ stop_reason: 'max_tokens' });
  });
});

describe('a refusal', () => {
  it.each([
    ['tools[0].type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['messages[0].content[0]', { messages: [{ role: 'user', content: [{ type: 'image', source: {} }] }] }],
    ['messages[1]', { messages: [...ask.messages, { role: 'assistant', content: 'Sure' }] }],
    ['mcp_servers', { mcp_servers: [{ type: 'url', url: 'http://x' }] }],
    ['tool_choice', { tools: [readFile], tool_choice: { type: 'tool', name: 'other' } }],
    ['max_tokens', { max_tokens: undefined }],
  ])('names %s', async (field, wrong) => {
    const { harness } = await serveChat(say('done'));
    const answer = await harness.post('/v1/messages', { ...ask, ...wrong });
    expect(answer.status).toBe(400);
    const body = (await answer.json()) as { error: { message: string } };
    expect(body).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    expect(body.error.message).toContain(field);
  });

  it('of a prompt that is too long begins as clients expect it', async () => {
    const { harness } = await serveChat(() => {
      throw new CodedError('context.overflow', 'Too much.', { data: { prompt: 900, context: 800 } });
    });
    const answer = await harness.post('/v1/messages', { ...ask, stream: true });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: expect.stringMatching(/^prompt is too long: 900 tokens > 800 maximum/) },
    });
  });

  it('after the stream has begun is its last event', async () => {
    const { harness } = await serveChat((_asked, onEvent) => {
      onEvent({ kind: 'prefill', reused: 0, computed: 1, total: 1 });
      throw new CodedError('engine.failed', 'It broke.');
    });
    const events = await eventsOf(await harness.post('/v1/messages', { ...ask, stream: true }));
    expect(events.at(-1)).toEqual({
      name: 'error',
      data: { type: 'error', error: { type: 'api_error', message: 'It broke.' } },
    });
  });

  it('of a model that is not loaded, or of the token, has Anthropic’s shape', async () => {
    const { harness } = await serveChat(say('done'));
    const other = await harness.post('/v1/messages', { ...ask, model: 'claude' });
    expect([other.status, await other.json()]).toMatchObject([404, { error: { type: 'not_found_error' } }]);
    const denied = await harness.post('/v1/messages', ask, { headers: {} });
    expect([denied.status, await denied.json()]).toMatchObject([401, { error: { type: 'authentication_error' } }]);
  });
});
