import { describe, expect, it } from 'vitest';
import { isHeavy } from '../../../native/protocol/json-weight.ts';

describe('the weight of JSON', () => {
  it('is that of its lists, objects, texts and numbers', () => {
    expect(isHeavy('[1,2,3]', 7)).toBe(false);
    expect(isHeavy('[1,2,3,4]', 7)).toBe(true);
    expect(isHeavy('{"a":[]}', 15)).toBe(false);
    expect(isHeavy('{"a":[{}]}', 15)).toBe(true);
  });

  it.each(['[,{"\\\\', 'a\\"b,c[d', '\\', '\\\\\\"', '""""', 'x'.repeat(1000)])(
    'does not depend on what is in a text: %s',
    (text) => {
      const json = JSON.stringify([text, 1]);
      expect(isHeavy(json, 11)).toBe(false);
      expect(isHeavy(json, 10)).toBe(true);
    },
  );

  it('is found of what is no JSON as well', () => {
    expect(isHeavy('"never ends', 5)).toBe(false);
    expect(isHeavy('"ends with \\"', 5)).toBe(false);
    expect(isHeavy('[[[[[', 20)).toBe(true);
  });

  it('allows the largest conversation, and no megabytes of empty lists', () => {
    const message = {
      role: 'tool',
      content: 'a, [b], {"c"}',
      tool_call_id: 'functions.read_file:0',
      name: 'read_file',
    };
    expect(isHeavy(JSON.stringify({ messages: Array.from({ length: 8192 }, () => message) }))).toBe(false);
    expect(isHeavy(JSON.stringify({ ids: Array.from({ length: 2_000_000 }, () => 1) }))).toBe(false);
    expect(isHeavy(`[${'[],'.repeat(1_000_000)}0]`)).toBe(true);
  });
});
