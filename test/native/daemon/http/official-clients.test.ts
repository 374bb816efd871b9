// The real daemon with nano, over the official clients of Anthropic and Ollama: a loop of tools, streams, counts.
import Anthropic, { AuthenticationError, BadRequestError } from '@anthropic-ai/sdk';
import { Ollama, type Message as OllamaMessage } from 'ollama';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNanoEndpoint, type NanoEndpoint } from '../../../support/models/nano-endpoint.ts';
import { agentTools, newFixTask } from '../../../support/models/nano-task.ts';

let nano: NanoEndpoint;
beforeAll(async () => {
  nano = await startNanoEndpoint();
});
afterAll(async () => {
  await nano?.stop();
});

const [system, question] = newFixTask().messages.map(({ content }) => String(content));
const turnsMax = 8;

describe('the client of Anthropic', () => {
  const tools = agentTools.map(({ function: { name, description, parameters } }): Anthropic.Tool => ({
    name,
    description,
    input_schema: { ...parameters, type: 'object' },
  }));
  const ask = { model: 'nano', max_tokens: 400, temperature: 0, system, tools };
  const client = (): Anthropic =>
    new Anthropic({ baseURL: nano.url, apiKey: String(nano.client.apiKey), maxRetries: 0 });

  /** Runs the calls of an answer, and gives what the client sends next; undefined where the model wants nothing. */
  function resultsOf({ content }: Anthropic.Message, task: ReturnType<typeof newFixTask>) {
    const calls = content.filter((block) => block.type === 'tool_use');
    if (calls.length === 0) return undefined;
    return calls.map(({ id, name, input }): Anthropic.ToolResultBlockParam => ({
      type: 'tool_result',
      tool_use_id: id,
      content: task.run(name, JSON.stringify(input)),
    }));
  }

  it('runs a loop of tools until the code is mended', async () => {
    const task = newFixTask();
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: question! }];
    for (let turn = 0; turn < turnsMax; turn += 1) {
      const answer = await client().messages.create({ ...ask, messages });
      messages.push({ role: 'assistant', content: answer.content });
      const results = resultsOf(answer, task);
      expect(answer.stop_reason).toBe(results === undefined ? 'end_turn' : 'tool_use');
      if (results === undefined) break;
      messages.push({ role: 'user', content: results });
    }
    expect(task.run('run_tests', '{}')).toBe('6 passed');
  });

  it('runs the same loop with streams, whose helper puts the same messages together', async () => {
    const task = newFixTask();
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: question! }];
    let written = '';
    for (let turn = 0; turn < turnsMax; turn += 1) {
      const stream = client().messages.stream({ ...ask, messages });
      stream.on('text', (text) => (written += text));
      const answer = await stream.finalMessage();
      messages.push({ role: 'assistant', content: answer.content });
      const results = resultsOf(answer, task);
      if (results === undefined) break;
      messages.push({ role: 'user', content: results });
    }
    expect(task.run('run_tests', '{}')).toBe('6 passed');
    const said = messages.flatMap(({ role, content }) =>
      role === 'assistant' && typeof content !== 'string' ? content : [],
    );
    expect(written).toBe(said.map((block) => (block.type === 'text' ? block.text : '')).join(''));
    expect(written).not.toBe('');
  });

  it('counts exactly the tokens that a request then has', async () => {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: question! }];
    const { model, system: words } = ask;
    const { input_tokens: counted } = await client().messages.countTokens({ model, system: words, tools, messages });
    const { usage } = await client().messages.create({ ...ask, messages });
    expect(usage.input_tokens + (usage.cache_read_input_tokens ?? 0)).toBe(counted);
    expect(counted).toBeGreaterThan(100);
  });

  it('is told which of its stop sequences came, in an answer and in a stream', async () => {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Count from one to nine.' }];
    const plain = { model: 'nano', max_tokens: 60, temperature: 0, messages };
    const free = await client().messages.create(plain);
    const text = free.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    const stop = text.slice(2, 4);
    expect(stop).toHaveLength(2);
    const stopped = { ...plain, stop_sequences: ['never in it', stop] };
    const answer = await client().messages.create(stopped);
    expect(answer).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: stop });
    expect(answer.content).toMatchObject([{ type: 'text', text: text.slice(0, text.indexOf(stop)) }]);
    const streamed = await client().messages.stream(stopped).finalMessage();
    expect(streamed).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: stop, content: answer.content });
    expect(free).toMatchObject({ stop_sequence: null });
    expect(['end_turn', 'max_tokens']).toContain(free.stop_reason);
  });

  it('gets its own errors: for a wrong key, and for a field', async () => {
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'hi' }];
    const stranger = new Anthropic({ baseURL: nano.url, apiKey: 'wrong', maxRetries: 0 });
    await expect(stranger.messages.create({ ...ask, messages })).rejects.toThrow(AuthenticationError);
    const tool_choice = { type: 'tool' as const, name: 'no tool' };
    await expect(client().messages.create({ ...ask, messages, tool_choice })).rejects.toThrow(BadRequestError);
  });
});

describe('the client of Ollama', () => {
  const client = (): Ollama =>
    new Ollama({ host: nano.url, headers: { Authorization: `Bearer ${nano.client.apiKey}` } });
  const ask = { model: 'nano', options: { temperature: 0 } };
  const tools = agentTools.map((tool) => ({ ...tool, type: 'function' })) as never;
  const opening = (): OllamaMessage[] => [
    { role: 'system', content: system! },
    { role: 'user', content: question! },
  ];

  it('lists the model, shows what it can do, and its version', async () => {
    const { models } = await client().list();
    expect(models.map(({ name }) => name)).toEqual(['nano']);
    const shown = await client().show({ model: 'nano' });
    expect(shown.capabilities).toEqual(expect.arrayContaining(['completion', 'tools']));
    await expect(client().show({ model: 'other' })).rejects.toMatchObject({ status_code: 404 });
  });

  it('runs a loop of tools until the code is mended', async () => {
    const task = newFixTask();
    const messages = opening();
    for (let turn = 0; turn < turnsMax; turn += 1) {
      const { message, done_reason: reason } = await client().chat({ ...ask, messages, tools });
      expect(reason).toBe('stop');
      messages.push(message);
      if (message.tool_calls === undefined) break;
      for (const { function: call } of message.tool_calls)
        messages.push({
          role: 'tool',
          tool_name: call.name,
          content: task.run(call.name, JSON.stringify(call.arguments)),
        });
    }
    expect(task.run('run_tests', '{}')).toBe('6 passed');
  });

  it('streams the same answer in pieces, and says at its end what it took', async () => {
    const messages: OllamaMessage[] = [{ role: 'user', content: 'Count from one to nine.' }];
    const whole = await client().chat({ ...ask, messages });
    let text = '';
    let pieces = 0;
    for await (const part of await client().chat({ ...ask, messages, stream: true })) {
      text += part.message.content;
      pieces += 1;
      if (!part.done) continue;
      expect(part).toMatchObject({ done_reason: whole.done_reason, eval_count: whole.eval_count });
    }
    expect(text).toBe(whole.message.content);
    expect(pieces).toBeGreaterThan(2);
  });

  it('ends an answer at a stop string, which is "stop" in its words', async () => {
    const messages: OllamaMessage[] = [{ role: 'user', content: 'Count from one to nine.' }];
    const { message } = await client().chat({ ...ask, messages });
    const stop = message.content.slice(2, 4);
    const stopped = await client().chat({ ...ask, messages, options: { temperature: 0, stop: [stop] } });
    expect(stopped).toMatchObject({
      done_reason: 'stop',
      message: { content: message.content.slice(0, message.content.indexOf(stop)) },
    });
    const openAi = await nano.client.chat.completions.create({
      model: 'nano',
      temperature: 0,
      messages: [{ role: 'user', content: 'Count from one to nine.' }],
      stop: [stop],
    });
    expect(openAi.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: stopped.message.content } });
  });

  it('stops a stream that it aborts, and the engine with it', async () => {
    const ollama = client();
    const messages: OllamaMessage[] = [{ role: 'user', content: 'Go on for ever.' }];
    const format = { type: 'array', minItems: 300, items: { enum: ['a long enough word'] } };
    const stream = await ollama.chat({ ...ask, messages, format, stream: true });
    await expect(
      (async () => {
        for await (const _part of stream) stream.abort();
      })(),
    ).rejects.toThrow();
    const running = async (): Promise<number> => (await nano.metrics()).get('moonwright_requests_running') ?? -1;
    await expect.poll(running, { timeout: 30_000 }).toBe(0);
  });
});
