// Ollama's dialect over a scripted model, on a real connection.
import { afterEach, describe, expect, it } from 'vitest';
import { CodedError } from '../../../../../native/protocol/coded-error.ts';
import { call, callingScript, serveChat, stopEndpoints } from '../../../../support/daemon/chat-endpoint.ts';
import { say, turn } from '../../../../support/daemon/scripted-model.ts';

afterEach(stopEndpoints);

const ask = { model: 'scripted:latest', messages: [{ role: 'user', content: 'hi' }] };
const answer = {
  role: 'assistant',
  content: 'Reading',
  thinking: 'let me see',
  tool_calls: [
    { id: call.id, function: { name: 'read_file', arguments: { path: 'a.js' } } },
    { id: 'functions.run_tests:1', function: { name: 'run_tests', arguments: {} } },
  ],
};

async function linesOf(response: Response): Promise<Record<string, unknown>[]> {
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('what the model is asked', () => {
  it('is the conversation; results belong to calls also where the client knows no ids', async () => {
    const { harness, model } = await serveChat(say('done'));
    const { tool_calls: calls, ...said } = answer;
    await harness.post('/api/chat', {
      ...ask,
      stream: false,
      tools: [{ type: 'function', function: { name: 'read_file' } }],
      format: { type: 'object' },
      think: false,
      options: { temperature: 0.5, num_predict: 20, num_ctx: 2048, stop: ['END'], seed: 3 },
      messages: [
        ...ask.messages,
        { ...said, tool_calls: calls.map((each) => ({ function: each.function })) },
        { role: 'tool', content: 'ok', tool_name: 'run_tests' },
        { role: 'tool', content: 'text' },
      ],
    });
    expect(model.chats[0]?.messages).toEqual([
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: 'Reading',
        reasoning: 'let me see',
        toolCalls: [
          { id: 'functions.read_file:0', name: 'read_file', arguments: '{"path":"a.js"}' },
          { id: 'functions.run_tests:1', name: 'run_tests', arguments: '{}' },
        ],
      },
      { role: 'tool', content: 'ok', toolCallId: 'functions.run_tests:1', name: 'run_tests' },
      { role: 'tool', content: 'text', toolCallId: 'functions.read_file:0', name: 'read_file' },
    ]);
    expect(model.chats[0]?.settings).toMatchObject({ thinking: 'off' });
    expect(model.chats[0]?.options).toMatchObject({
      maxTokens: 20,
      stop: ['END'],
      sampling: { temperature: 0.5, seed: 3 },
      responseFormat: { type: 'schema', schema: { type: 'object' } },
    });
  });
});

describe('an answer', () => {
  it('is one object, with counts and durations', async () => {
    const { harness } = await serveChat(callingScript);
    expect(await (await harness.post('/api/chat', { ...ask, stream: false })).json()).toMatchObject({
      model: 'scripted:latest',
      message: answer,
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 5,
      eval_count: 4,
      prompt_eval_duration: 10_000_000,
    });
  });

  it('streams as lines unless it is not wanted', async () => {
    const { harness } = await serveChat(callingScript);
    const response = await harness.post('/api/chat', ask);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = await linesOf(response);
    expect(lines.map(({ message }) => message)).toEqual([
      { role: 'assistant', content: '', thinking: 'let me ' },
      { role: 'assistant', content: '', thinking: 'see' },
      { role: 'assistant', content: 'Reading' },
      { role: 'assistant', content: '', tool_calls: [answer.tool_calls[0]] },
      { role: 'assistant', content: '', tool_calls: [answer.tool_calls[1]] },
      { role: 'assistant', content: '' },
    ]);
    expect(lines.map(({ done }) => done)).toEqual([false, false, false, false, false, true]);
  });

  it('to no messages says that the model is loaded', async () => {
    const { harness, model } = await serveChat(say('done'));
    expect(await (await harness.post('/api/chat', { ...ask, messages: [] })).json()).toMatchObject({
      done: true,
      done_reason: 'load',
    });
    expect(model.chats).toEqual([]);
  });

  it('says when the limit of tokens ended it', async () => {
    const { harness } = await serveChat(() => turn({ finish: 'length' }));
    expect((await linesOf(await harness.post('/api/chat', ask))).at(-1)).toMatchObject({ done_reason: 'length' });
  });
});

describe('a refusal', () => {
  it.each([
    ['images', { messages: [{ role: 'user', content: 'x', images: ['aGk='] }] }],
    ['messages[0]', { messages: [{ role: 'tool', content: 'x' }] }],
    ['format', { format: 'yaml' }],
  ])('names %s in Ollama’s shape', async (field, wrong) => {
    const { harness } = await serveChat(say('done'));
    const refused = await harness.post('/api/chat', { ...ask, ...wrong });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: expect.stringContaining(field) }]);
  });

  it('of what there is not has Ollama’s shape, too', async () => {
    const { harness } = await serveChat(say('done'));
    const pull = await harness.post('/api/pull', { model: 'x' });
    expect([pull.status, await pull.json()]).toMatchObject([404, { error: expect.stringContaining('/api/pull') }]);
    const other = await harness.post('/api/chat', { ...ask, model: 'llama3' });
    expect([other.status, await other.json()]).toMatchObject([404, { error: expect.stringContaining('llama3') }]);
  });

  it('after the stream has begun is its last line', async () => {
    const { harness } = await serveChat((_asked, onEvent) => {
      onEvent({ kind: 'prefill', reused: 0, computed: 1, total: 1 });
      throw new CodedError('engine.failed', 'It broke.');
    });
    expect(await linesOf(await harness.post('/api/chat', ask))).toEqual([{ error: 'It broke.' }]);
  });
});

describe('the loaded model', () => {
  it('is listed and described', async () => {
    const { harness } = await serveChat(say('done'));
    expect(await (await harness.get('/api/version')).json()).toEqual({ version: expect.any(String) });
    expect(await (await harness.get('/api/tags')).json()).toMatchObject({
      models: [{ name: 'scripted', digest: 'abcdef0123456789', details: { format: 'gguf', family: 'test' } }],
    });
    expect(await (await harness.post('/api/show', { model: 'scripted:latest' })).json()).toMatchObject({
      model_info: { 'general.architecture': 'test', 'test.context_length': 1000 },
      capabilities: ['completion', 'tools'],
    });
  });
});

describe('what llama.cpp’s server has', () => {
  it('tokenises and back', async () => {
    const { harness } = await serveChat(say('done'));
    expect(await (await harness.post('/tokenize', { content: 'ab' })).json()).toEqual({ tokens: [97, 98] });
    expect(await (await harness.post('/detokenize', { tokens: [97, 98] })).json()).toEqual({ content: 'ab' });
    expect((await harness.post('/detokenize', { tokens: [999] })).status).toBe(400);
  });

  it('tells the size of the context', async () => {
    const { harness } = await serveChat(say('done'));
    expect(await (await harness.get('/props')).json()).toMatchObject({
      default_generation_settings: { n_ctx: 1000 },
      model_path: 'scripted.gguf',
    });
  });
});
