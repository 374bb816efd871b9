// The official client against the endpoint; the model is scripted.
import { afterEach, describe, expect, it } from 'vitest';
import type OpenAI from 'openai';
import { CodedError } from '../../../../../../native/protocol/coded-error.ts';
import {
  brokenScript,
  call,
  callingScript,
  serveChat,
  stopEndpoints,
} from '../../../../../support/daemon/chat-endpoint.ts';
import { say, turn } from '../../../../../support/daemon/scripted-model.ts';
import { eventsOf } from '../../../../../support/daemon/server-sent-events.ts';

afterEach(stopEndpoints);

const readFile: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
  strict: false,
};
const ask = { model: 'scripted', input: 'hi' };

describe('what the model is asked', () => {
  it('is the items as messages: thoughts, text and calls of one answer together', async () => {
    const { harness, model } = await serveChat(say('done'));
    await harness.client.responses.create({
      ...ask,
      instructions: 'Be brief.',
      tools: [readFile],
      tool_choice: { type: 'function', name: 'read_file' },
      parallel_tool_calls: false,
      max_output_tokens: 50,
      temperature: 0.5,
      reasoning: { effort: 'low' },
      text: { format: { type: 'json_schema', name: 'x', schema: { type: 'object' } } },
      input: [
        { role: 'developer', content: 'In English.' },
        { role: 'user', content: [{ type: 'input_text', text: 'Read a.js' }] },
        { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Reading', annotations: [] }],
        },
        { type: 'function_call', call_id: 'call-1', name: 'read_file', arguments: '{"path": "a.js"}' },
        { type: 'function_call_output', call_id: 'call-1', output: 'text of a.js' },
      ],
    });
    expect(model.chats[0]?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'system', content: 'In English.' },
      { role: 'user', content: 'Read a.js' },
      {
        role: 'assistant',
        content: 'Reading',
        reasoning: 'hm',
        toolCalls: [{ id: 'call-1', name: 'read_file', arguments: '{"path": "a.js"}' }],
      },
      { role: 'tool', content: 'text of a.js', toolCallId: 'call-1', name: 'read_file' },
    ]);
    expect(model.chats[0]?.settings).toMatchObject({
      tools: [{ name: 'read_file', parameters: readFile.parameters }],
      thinking: 'low',
    });
    expect(model.chats[0]?.options).toMatchObject({
      maxTokens: 50,
      sampling: { temperature: 0.5 },
      toolChoice: { name: 'read_file' },
      parallelToolCalls: false,
      responseFormat: { type: 'schema', schema: { type: 'object' } },
    });
  });

  it('continues an answer that is kept, without its instructions', async () => {
    const { harness, model } = await serveChat(callingScript);
    const first = await harness.client.responses.create({ ...ask, instructions: 'Be brief.', tools: [readFile] });
    await harness.client.responses.create({
      model: 'scripted',
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: call.id, output: 'text' }],
    });
    expect(model.chats[1]?.messages).toEqual([
      { role: 'user', content: 'hi' },
      expect.objectContaining({ role: 'assistant', content: 'Reading', reasoning: 'let me see' }),
      { role: 'tool', content: 'text', toolCallId: call.id, name: 'read_file' },
    ]);
  });

  it('leaves out what Codex offers beside its own tools', async () => {
    const { harness, model } = await serveChat(say('done'));
    const response = await harness.client.responses.create({ ...ask, tools: [readFile, { type: 'web_search' }] });
    expect(model.chats[0]?.settings.tools?.map(({ name }) => name)).toEqual(['read_file']);
    expect(response.tools).toHaveLength(1);
  });
});

describe('an answer', () => {
  const items = [
    { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'let me see' }], summary: [] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Reading' }] },
    { type: 'function_call', call_id: call.id, name: 'read_file', arguments: call.arguments, status: 'completed' },
    { type: 'function_call', call_id: 'functions.run_tests:1', name: 'run_tests', arguments: '{}' },
  ];

  it('has items of thoughts, text and calls', async () => {
    const { harness } = await serveChat(callingScript);
    expect(await harness.client.responses.create({ ...ask, tools: [readFile] })).toMatchObject({
      object: 'response',
      status: 'completed',
      output: items,
      output_text: 'Reading',
      usage: { input_tokens: 5, input_tokens_details: { cached_tokens: 3 }, output_tokens: 4, total_tokens: 9 },
    });
  });

  it('streams the same items, as the official client puts them together', async () => {
    const { harness } = await serveChat(callingScript);
    const stream = harness.client.responses.stream({ ...ask, tools: [readFile] });
    const texts: string[] = [];
    stream.on('response.output_text.delta', ({ delta }) => texts.push(delta));
    expect(await stream.finalResponse()).toMatchObject({ status: 'completed', output: items });
    expect(texts).toEqual(['Reading']);
  });

  it('numbers its events, and begins and ends each item', async () => {
    const { harness } = await serveChat(callingScript);
    const events = await eventsOf(await harness.post('/v1/responses', { ...ask, stream: true }));
    expect(events.map(({ data }) => data.sequence_number)).toEqual(events.map((_event, at) => at));
    expect(events.every(({ name, data }) => name === data.type)).toBe(true);
    const named = (name: string): unknown[] =>
      events.flatMap((event) => (event.name === `response.${name}` ? [event.data.output_index] : []));
    expect(named('output_item.added')).toEqual([0, 1, 2, 3]);
    expect(named('output_item.done')).toEqual([0, 1, 2, 3]);
    expect(named('function_call_arguments.done')).toEqual([2, 3]);
  });

  it('shows a call that cannot be repaired as text, never as a call', async () => {
    const { harness } = await serveChat(brokenScript);
    const { output, output_text: text } = await harness.client.responses.create(ask);
    expect(output.map(({ type }) => type)).toEqual(['message']);
    expect(text).toBe('Now\n<|tool_call_begin|>functions.x:0{"a"');
  });

  it('is incomplete when the limit of tokens ended it', async () => {
    const { harness } = await serveChat(() => turn({ finish: 'length' }));
    expect(await harness.client.responses.create(ask)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['tools[0].type', { tools: [{ type: 'file_search' }] }],
    ['background', { background: true }],
    ['truncation', { truncation: 'auto' }],
    ['previous_response_id', { previous_response_id: 'resp_unknown' }],
    ['input[0].content[0]', { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] }],
    ['input[0].call_id', { input: [{ type: 'function_call_output', call_id: 'x', output: '' }] }],
  ])('names %s', async (field, wrong) => {
    const { harness } = await serveChat(say('done'));
    const answer = await harness.post('/v1/responses', { ...ask, ...wrong });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param: field } }]);
  });

  it('of an answer that its client did not want kept is told', async () => {
    const { harness } = await serveChat(say('done'));
    const { id } = await harness.client.responses.create({ ...ask, store: false });
    await expect(harness.client.responses.create({ ...ask, previous_response_id: id })).rejects.toMatchObject({
      status: 400,
    });
  });

  it('after the stream has begun is its last event', async () => {
    const { harness } = await serveChat((_asked, onEvent) => {
      onEvent({ kind: 'prefill', reused: 0, computed: 1, total: 1 });
      throw new CodedError('engine.failed', 'It broke.');
    });
    const events = await eventsOf(await harness.post('/v1/responses', { ...ask, stream: true }));
    expect(events.at(-1)).toMatchObject({
      name: 'response.failed',
      data: { response: { status: 'failed', error: { code: 'engine.failed', message: 'It broke.' } } },
    });
  });
});
