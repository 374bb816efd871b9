import { describe, expect, it } from 'vitest';
import { responseGrammar } from '../../../../../native/daemon/chat/schema/response-grammar.ts';
import { GbnfMatcher } from '../../../../support/daemon/gbnf-matcher.ts';

describe('the grammar of an answer', () => {
  it('is none for text', () => {
    expect(responseGrammar({ type: 'text' })).toBeUndefined();
  });

  it('is an object for json', () => {
    const matcher = new GbnfMatcher(responseGrammar({ type: 'json' })?.gbnf ?? '');
    expect(matcher.matches('{"a": [1, "x"]}')).toBe(true);
    expect(matcher.matches('[1]')).toBe(false);
  });

  it('is what the schema says', () => {
    const matcher = new GbnfMatcher(
      responseGrammar({ type: 'schema', schema: { type: 'array', items: { type: 'integer' } } })?.gbnf ?? '',
    );
    expect(matcher.matches('[1, 2]')).toBe(true);
    expect(matcher.matches('{}')).toBe(false);
    expect(() => responseGrammar({ type: 'schema', schema: false })).toThrow(
      expect.objectContaining({ code: 'grammar.invalid' }),
    );
  });

  it("is a client's own grammar as it is", () => {
    expect(responseGrammar({ type: 'grammar', gbnf: 'root ::= "x"' })).toEqual({ gbnf: 'root ::= "x"', root: 'root' });
  });
});
