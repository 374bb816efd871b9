import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../../native/protocol/coded-error.ts';
import type { MethodName } from '../../../../native/protocol/methods.ts';
import { readParams } from '../../../../native/daemon/server/method-schemas.ts';

function refusal(method: MethodName, params: unknown): { code: string; field: unknown; message: string } {
  try {
    readParams(method, params);
  } catch (error) {
    if (error instanceof CodedError) return { code: error.code, field: error.data?.field, message: error.message };
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('readParams', () => {
  it('returns what fits the protocol', () => {
    const create = {
      tools: [{ name: 'read', parameters: { type: 'object' } }],
      messages: [{ role: 'user', content: 'hi' }],
      entries: [{ message: { role: 'assistant', content: '' }, ids: [1, 2] }],
    };
    expect(readParams('session.create', create)).toEqual(create);
    expect(readParams('status', undefined)).toEqual({});
    const generate = {
      session: 's',
      options: {
        sampling: { temperature: 0, logitBias: { 12: -1 } },
        toolChoice: { name: 'read' },
        responseFormat: { type: 'schema', schema: true },
      },
    };
    expect(readParams('session.generate', generate)).toEqual(generate);
  });

  it.each<[MethodName, unknown, string]>([
    ['session.append', { messages: [] }, 'session'],
    ['session.append', { session: 's', messages: Array.from({ length: 8193 }, () => 5) }, 'messages'],
    ['session.append', { session: 's', messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    ['session.append', { session: 's', messages: [{ role: 'robot', content: '' }] }, 'messages[0].role'],
    [
      'session.append',
      { session: 's', messages: [{ role: 'tool', content: '', name: 'x' }] },
      'messages[0].toolCallId',
    ],
    ['session.create', { entries: [{ message: { role: 'user', content: '' }, ids: [1, -1] }] }, 'entries[0].ids[1]'],
    ['session.create', { toolz: [] }, 'toolz'],
    ['session.create', { tools: [{ name: '', parameters: {} }] }, 'tools[0].name'],
    ['session.generate', { session: 's', options: { sampling: { temperature: -1 } } }, 'options.sampling.temperature'],
    [
      'session.generate',
      { session: 's', options: { sampling: { temperature: null } } },
      'options.sampling.temperature',
    ],
    ['session.generate', { session: 's', options: { stop: [''] } }, 'options.stop[0]'],
    ['session.generate', { session: 's', options: { toolChoice: { name: 5 } } }, 'options.toolChoice.name'],
    ['session.generate', { session: 's', options: { maxTokens: 1.5 } }, 'options.maxTokens'],
    ['session.rewind', { session: 's', messages: -1 }, 'messages'],
    ['model.load', { model: '' }, 'model'],
    ['model.load', { model: 'nano', kvType: 'q4_0' }, 'kvType'],
    ['tokens.count', { texts: 'a' }, 'texts'],
    ['status', { verbose: true }, 'verbose'],
  ])('names the wrong field of %s %j', (method, params, field) => {
    const { code, field: named, message } = refusal(method, params);
    expect({ code, named }).toEqual({ code: 'request.invalid', named: field });
    expect(message).toContain(field);
    expect(message).toContain(method);
  });

  it('refuses JSON nested without end', () => {
    let schema: unknown = {};
    for (let depth = 0; depth < 100_000; depth++) schema = { a: schema };
    expect(refusal('session.create', { tools: [{ name: 'deep', parameters: schema }] }).code).toBe('request.invalid');
    let shallow: unknown = {};
    for (let depth = 0; depth < 100; depth++) shallow = { a: shallow };
    expect(refusal('session.create', { tools: [{ name: 'deep', parameters: shallow }] }).code).toBe('request.invalid');
  });
});
