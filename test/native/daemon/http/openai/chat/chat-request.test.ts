import { describe, expect, it } from 'vitest';
import { parseChatFields } from '../../../../../../native/daemon/http/openai/chat/chat-request.ts';
import { read, refusal } from '../../../../../support/daemon/chat-bodies.ts';

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

describe('a body that nests without end', () => {
  it('is refused with the field that does', () => {
    let deep: unknown = {};
    for (let level = 0; level < 50_000; level++) deep = { a: deep };
    const format = { type: 'json_schema', json_schema: { name: 'x', schema: deep } };
    const fields = {
      chat_template_kwargs: { a: deep },
      tools: [{ type: 'function', function: { name: 'f', parameters: deep } }],
      response_format: format,
    };
    for (const [field, value] of Object.entries(fields))
      expect(refusal({ [field]: value })).toEqual({ field, message: `${field}: Expected at most 100 levels.` });
  });
});

describe('tools', () => {
  it('passes tools and choices on', () => {
    expect(read({ tools: [weather], tool_choice: 'required', parallel_tool_calls: false })).toMatchObject({
      settings: { tools: [{ name: 'get_weather', description: 'Weather', parameters: weather.function.parameters }] },
      options: { toolChoice: 'required', parallelToolCalls: false },
    });
    expect(
      read({ tools: [weather], tool_choice: { type: 'function', function: { name: 'get_weather' } } }).options
        .toolChoice,
    ).toEqual({ name: 'get_weather' });
    expect(read({ tools: [weather], tool_choice: 'none' })).toMatchObject({
      settings: { tools: [{ name: 'get_weather' }] },
      options: { toolChoice: 'none' },
    });
    expect(read({ tools: [], tool_choice: 'auto' }).settings.tools).toBeUndefined();
  });

  it('gives a tool without parameters none', () => {
    for (const parameters of [undefined, null]) {
      expect(
        read({ tools: [{ type: 'function', function: { name: 'f', parameters, strict: null } }] }).settings.tools,
      ).toEqual([{ name: 'f', parameters: { type: 'object', properties: {}, additionalProperties: false } }]);
    }
  });

  it('refuses the older form of tools and says what to send', () => {
    expect(refusal({ functions: [weather.function], function_call: 'auto' })).toMatchObject({
      field: 'functions',
      message: expect.stringContaining('"tools"'),
    });
    expect(refusal({ function_call: { name: 'get_weather' } })).toMatchObject({
      field: 'function_call',
      message: expect.stringContaining('"tool_choice"'),
    });
    expect(read({ functions: [], function_call: 'none' }).settings.tools).toBeUndefined();
  });

  it('shows only allowed tools', () => {
    const other = { type: 'function', function: { name: 'other' } };
    const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'other' } }] };
    for (const choice of [
      { type: 'allowed_tools', allowed_tools: allowed },
      { type: 'allowed_tools', ...allowed },
    ]) {
      expect(read({ tools: [weather, other], tool_choice: choice })).toMatchObject({
        settings: { tools: [{ name: 'other', parameters: { type: 'object' } }] },
        options: { toolChoice: 'required' },
      });
    }
  });

  const wrong: [string, Record<string, unknown>, string][] = [
    ['a tool of another type', { tools: [{ type: 'builtin_function', function: { name: 'x' } }] }, 'tools[0].type'],
    ['a name that is none', { tools: [{ type: 'function', function: { name: 'a b' } }] }, 'tools[0].function.name'],
    ['two of one name', { tools: [weather, weather] }, 'tools[1].function.name'],
    ['a choice without tools', { tool_choice: 'required' }, 'tool_choice'],
    [
      'a choice of an unknown tool',
      { tools: [weather], tool_choice: { type: 'function', function: { name: 'nope' } } },
      'tool_choice',
    ],
    ['a choice that is none', { tools: [weather], tool_choice: 'always' }, 'tool_choice'],
  ];
  it.each(wrong)('refuses %s and names the field', (_what, body, field) => {
    expect(refusal(body).field).toBe(field);
  });
});

describe('options', () => {
  it('reads sampling under the names clients use, and leaves out what they leave out', () => {
    const given = {
      temperature: 0,
      top_p: 0.9,
      top_k: -1,
      min_p: 0.1,
      presence_penalty: 1,
      frequency_penalty: -1,
      repetition_penalty: 1.1,
      seed: -5,
      logit_bias: { 12: -100 },
    };
    expect(read(given).options.sampling).toEqual({
      temperature: 0,
      topP: 0.9,
      topK: 0,
      minP: 0.1,
      presencePenalty: 1,
      frequencyPenalty: -1,
      repeatPenalty: 1.1,
      seed: 2 ** 32 - 5,
      logitBias: { 12: -100 },
    });
    expect(Object.values(read({}).options.sampling ?? {}).filter((value) => value !== undefined)).toEqual([]);
  });

  it('treats null as left out and ignores unknown fields', () => {
    const body = Object.fromEntries(
      [
        'temperature',
        'stop',
        'tools',
        'tool_choice',
        'response_format',
        'max_tokens',
        'n',
        'stream',
        'stream_options',
        'logprobs',
        'seed',
        'logit_bias',
      ].map((name) => [name, null]),
    );
    expect(read({ ...body, user: 'u', store: true, verbosity: 'low' })).toMatchObject({
      choices: 1,
      stream: false,
      includeUsage: false,
      options: { stop: [] },
    });
  });

  it('prefers max_completion_tokens, and makes stop a list', () => {
    expect(read({ max_tokens: 5, max_completion_tokens: 7, stop: 'x' }).options).toMatchObject({
      maxTokens: 7,
      stop: ['x'],
    });
    expect(read({ max_tokens: 5, stop: ['a', 'b'] }).options).toMatchObject({ maxTokens: 5, stop: ['a', 'b'] });
  });

  it('takes no limit, empty stop strings and seeds of 64 bits as other servers do', () => {
    expect(read({ max_tokens: -1, stop: '', seed: 2 ** 63 }).options).toMatchObject({ maxTokens: undefined, stop: [] });
    expect(read({ stop: ['', 'x'] }).options.stop).toEqual(['x']);
    expect(read({ seed: 2 ** 63 + 2 ** 40 }).options.sampling?.seed).toBeLessThan(2 ** 32);
    expect(refusal({ max_tokens: 0 }).field).toBe('max_tokens');
    expect(refusal({ max_completion_tokens: -2 }).field).toBe('max_completion_tokens');
    expect(refusal({ seed: 0.5 }).field).toBe('seed');
  });

  it('refuses an answer in audio', () => {
    expect(refusal({ modalities: ['text', 'audio'] }).field).toBe('modalities[1]');
    expect(refusal({ audio: { voice: 'a' } }).field).toBe('audio');
    expect(read({ modalities: ['text'], audio: null }).options).toMatchObject({ stop: [] });
  });

  it('reads response formats', () => {
    const schema = { type: 'object' };
    expect(read({ response_format: { type: 'text' } }).options.responseFormat).toBeUndefined();
    expect(read({ response_format: { type: 'json_object' } }).options.responseFormat).toEqual({ type: 'json' });
    expect(read({ response_format: { type: 'json_object', schema } }).options.responseFormat).toEqual({
      type: 'schema',
      schema,
    });
    expect(
      read({ response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } } }).options
        .responseFormat,
    ).toEqual({ type: 'schema', schema });
  });

  it('reads logprobs, priority, template options and streaming', () => {
    expect(read({ logprobs: true }).options.logprobs).toBe(0);
    expect(read({ logprobs: true, top_logprobs: 3 }).options.logprobs).toBe(3);
    expect(read({ priority: 'background' }).options.priority).toBe('background');
    const thinks = (body: Record<string, unknown>): unknown => {
      const { settings, options } = read(body);
      return [settings.thinking, options.thinkingBudget];
    };
    expect(thinks({ reasoning_effort: 'none' })).toEqual(['off', undefined]);
    expect(thinks({ reasoning_effort: 'minimal' })).toEqual(['low', undefined]);
    expect(thinks({ reasoning_effort: 'high', thinking_budget_tokens: 100 })).toEqual(['high', 100]);
    expect(thinks({ reasoning_budget_tokens: 0 })).toEqual([undefined, 0]);
    expect(thinks({ thinking_budget_tokens: -1 })).toEqual([undefined, undefined]);
    expect(() => read({ reasoning_effort: 'much' })).toThrow(/reasoning_effort: Expected/);
    expect(read({ chat_template_kwargs: { enable_thinking: false } }).settings.templateOptions).toEqual({
      enable_thinking: false,
    });
    expect(read({ stream: true, stream_options: { include_usage: true }, n: 3 })).toMatchObject({
      stream: true,
      includeUsage: true,
      choices: 3,
    });
  });

  const wrong: [string, Record<string, unknown>][] = [
    ['temperature', { temperature: 3 }],
    ['temperature', { temperature: 'hot' }],
    ['top_p', { top_p: 1.5 }],
    ['top_k', { top_k: 1.5 }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: -2 }],
    ['max_completion_tokens', { max_completion_tokens: 0 }],
    ['n', { n: 0 }],
    ['n', { n: 9 }],
    ['stop', { stop: 5 }],
    ['stop', { stop: Array.from({ length: 17 }, String) }],
    ['stop[1]', { stop: ['a', 1] }],
    ['logit_bias', { logit_bias: { 1000: 1 } }],
    ['logit_bias', { logit_bias: { word: 1 } }],
    ['logit_bias.5', { logit_bias: { 5: 200 } }],
    ['top_logprobs', { top_logprobs: 2 }],
    ['top_logprobs', { logprobs: true, top_logprobs: 21 }],
    ['response_format.type', { response_format: { type: 'xml' } }],
    ['response_format.json_schema', { response_format: { type: 'json_schema' } }],
    ['stream', { stream: 'yes' }],
    ['priority', { priority: 'first' }],
  ];
  it.each(wrong)('names %s when it is refused in %o', (field, body) => {
    expect(refusal(body).field).toBe(field);
    expect(refusal(body).message.startsWith(`${field}: `)).toBe(true);
  });

  it('says what was expected in one form', () => {
    expect(refusal({ stream: 'yes' }).message).toBe('stream: Expected boolean but received string.');
    expect(refusal({ messages: [{ role: 'robot' }] }).message).toBe(
      'messages[0].role: Expected one of "system"|"developer"|"user"|"assistant"|"tool".',
    );
    expect(refusal({ temperature: 9 }).message).toBe('temperature: Expected a number from 0 to 2.');
    expect(refusal({ stop: Array.from({ length: 17 }, String) }).message).toBe(
      'stop: Expected at most 16 stop strings.',
    );
    expect(refusal({ stop: 5 }).message).toBe('stop: Expected a string or an array of strings.');
  });

  it('says what a body is when it is no object', () => {
    expect(() => parseChatFields('text')).toThrow('Expected object but received string.');
  });
});
