// The real daemon with nano: one fix task in each dialect, as its clients send and replay it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NanoEndpoint } from '../../../support/models/nano-endpoint.ts';
import { startNanoEndpoint } from '../../../support/models/nano-endpoint.ts';
import { agentTools, newFixTask } from '../../../support/models/nano-task.ts';

let nano: NanoEndpoint;
beforeAll(async () => {
  nano = await startNanoEndpoint();
});
afterAll(async () => {
  await nano?.stop();
});

interface Answer {
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: object }[];
  /** Tokens of the prompt, those of them that were cached, and tokens of the answer. */
  readonly tokens: { readonly prompt: number; readonly cached?: number; readonly answer: number };
}

/** How a client of the dialect speaks: it takes the objects of an answer as they came and sends them back. */
interface Dialect {
  readonly path: string;
  body(system: string, question: string): { readonly list: unknown[]; readonly body: (list: unknown[]) => object };
  read(answer: never, list: unknown[]): Answer;
  result(list: unknown[], call: Answer['calls'][number], text: string): void;
}

interface AnthropicMessage {
  content: { type: string; id: string; name: string; input: object }[];
  usage: { input_tokens: number; cache_read_input_tokens: number; output_tokens: number };
}
const anthropic: Dialect = {
  path: '/v1/messages',
  body: (system, question) => {
    const tools = agentTools.map(({ function: tool }) => ({
      name: tool.name,
      description: tool.description,
      input_schema: tool.parameters,
    }));
    const fixed = { model: 'nano', max_tokens: 400, temperature: 0, system, tools };
    return { list: [{ role: 'user', content: question }], body: (messages) => ({ ...fixed, messages }) };
  },
  read: ({ content, usage }: AnthropicMessage, list) => {
    list.push({ role: 'assistant', content });
    const calls = content.filter(({ type }) => type === 'tool_use');
    const prompt = usage.input_tokens + usage.cache_read_input_tokens;
    return {
      calls: calls.map(({ id, name, input }) => ({ id, name, arguments: input })),
      tokens: { prompt, cached: usage.cache_read_input_tokens, answer: usage.output_tokens },
    };
  },
  result: (list, { id }, text) =>
    list.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: text }] }),
};

interface OpenAiResponse {
  output: { type: string; call_id: string; name: string; arguments: string }[];
  usage: { input_tokens: number; input_tokens_details: { cached_tokens: number }; output_tokens: number };
}
const responses: Dialect = {
  path: '/v1/responses',
  body: (instructions, question) => {
    const tools = agentTools.map(({ function: tool }) => ({ type: 'function', ...tool }));
    const fixed = { model: 'nano', temperature: 0, store: false, instructions, tools };
    return { list: [{ role: 'user', content: question }], body: (input) => ({ ...fixed, input }) };
  },
  read: ({ output, usage }: OpenAiResponse, list) => {
    list.push(...output);
    const calls = output.filter(({ type }) => type === 'function_call');
    return {
      calls: calls.map((call) => ({ id: call.call_id, name: call.name, arguments: JSON.parse(call.arguments) })),
      tokens: {
        prompt: usage.input_tokens,
        cached: usage.input_tokens_details.cached_tokens,
        answer: usage.output_tokens,
      },
    };
  },
  result: (list, { id }, text) => list.push({ type: 'function_call_output', call_id: id, output: text }),
};

interface OllamaAnswer {
  message: { tool_calls?: { function: { name: string; arguments: object } }[] };
  prompt_eval_count: number;
  eval_count: number;
}
/** This client drops the ids of calls, as those do that were written before Ollama had them. */
const ollama: Dialect = {
  path: '/api/chat',
  body: (system, question) => ({
    list: [
      { role: 'system', content: system },
      { role: 'user', content: question },
    ],
    body: (messages) => ({
      model: 'nano',
      stream: false,
      options: { temperature: 0 },
      tools: agentTools,
      messages,
    }),
  }),
  read: ({ message, prompt_eval_count: prompt, eval_count: answer }: OllamaAnswer, list) => {
    const calls = (message.tool_calls ?? []).map((call) => ({ function: call.function }));
    list.push({ ...message, tool_calls: calls });
    return {
      calls: calls.map(({ function: call }) => ({ id: '', name: call.name, arguments: call.arguments })),
      tokens: { prompt, answer },
    };
  },
  result: (list, { name }, text) => list.push({ role: 'tool', content: text, tool_name: name }),
};

describe.each(Object.entries({ anthropic, responses, ollama }))('the loop of a client of %s', (name, dialect) => {
  it('mends the code, and each turn computes only what is new', async () => {
    const task = newFixTask();
    const [system, question] = task.messages.map((message) => String(message.content));
    const { list, body } = dialect.body(`${system} (${name})`, question!);
    const computedBefore = await computed();
    let known = 0;
    let last: Answer['tokens'] | undefined;
    let turns = 0;
    for (let more = true; more && turns < 8; turns += 1) {
      const response = await fetch(nano.url + dialect.path, {
        method: 'POST',
        headers: { authorization: `Bearer ${nano.client.apiKey}` },
        body: JSON.stringify(body(list)),
      });
      expect(response.status).toBe(200);
      const answer = dialect.read((await response.json()) as never, list);
      if (turns > 0 && answer.tokens.cached !== undefined) expect(answer.tokens.cached).toBe(known);
      known = answer.tokens.prompt + answer.tokens.answer - 1;
      last = answer.tokens;
      more = answer.calls.length > 0;
      for (const call of answer.calls) dialect.result(list, call, task.run(call.name, JSON.stringify(call.arguments)));
    }
    expect(turns).toBeGreaterThan(2);
    expect(task.run('run_tests', '{}')).toBe('6 passed');
    // Whatever the dialect tells of it: no token of the prompt was computed twice, but the last of each answer.
    expect((await computed()) - computedBefore).toBeLessThanOrEqual((last?.prompt ?? 0) + turns);
  });
});

async function computed(): Promise<number> {
  return (await nano.metrics()).get('moonwright_tokens_total{source="computed"}') ?? 0;
}
