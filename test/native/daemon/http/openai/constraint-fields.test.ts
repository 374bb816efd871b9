import { describe, expect, it } from 'vitest';
import { read } from '../../../../support/daemon/chat-bodies.ts';

const refused = (field: string): unknown =>
  expect.objectContaining({ code: 'request.invalid', data: expect.objectContaining({ field }) as unknown });

describe('constraints beside response_format', () => {
  it('are read as other servers name them', () => {
    const schema = { type: 'object' };
    const schemaOf = { type: 'schema', schema };
    const choice = { type: 'choice', choices: ['yes', 'no'] };
    const constraints: [Record<string, unknown>, unknown][] = [
      [{ grammar: 'root ::= "a"' }, { type: 'grammar', gbnf: 'root ::= "a"' }],
      [{ grammar: '' }, undefined],
      [{ json_schema: schema }, schemaOf],
      [{ guided_json: schema }, schemaOf],
      [{ guided_json: JSON.stringify(schema) }, schemaOf],
      [{ guided_choice: ['yes', 'no'] }, choice],
      [{ structured_outputs: { json: schema } }, schemaOf],
      [{ structured_outputs: { choice: ['yes', 'no'] } }, choice],
      [{ structured_outputs: { json_object: true } }, { type: 'json' }],
    ];
    for (const [fields, format] of constraints) expect(read(fields).options.responseFormat).toEqual(format);
  });

  it('are refused where they are not known, or two at once', () => {
    const fields: [Record<string, unknown>, string][] = [
      [{ guided_regex: 'a+' }, 'guided_regex'],
      [{ guided_grammar: 'x' }, 'guided_grammar'],
      [{ regex: 'a+' }, 'regex'],
      [{ ebnf: 'x' }, 'ebnf'],
      [{ structured_outputs: { regex: 'a' } }, 'structured_outputs.regex'],
      [{ structured_outputs: { structural_tag: '{}' } }, 'structured_outputs.structural_tag'],
      [{ guided_json: 'no schema' }, 'guided_json'],
      [{ grammar: 'root ::= "a"', json_schema: {} }, 'json_schema'],
      [{ response_format: { type: 'json_object' }, grammar: 'root ::= "a"' }, 'grammar'],
    ];
    for (const [body, field] of fields) expect(() => read(body)).toThrow(refused(field));
  });
});
