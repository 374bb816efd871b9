import { describe, expect, it } from 'vitest';
import { onOneLine } from '../../../../extension/tools/test-runners/printed-value.ts';

describe('a printed value', () => {
  it('is put on one line', () => {
    expect(onOneLine('Array [\n  Object {\n    "a": 1,\n    "b-c": "x",\n  },\n  Array [],\n  Object {},\n]')).toBe(
      "[{ a: 1, 'b-c': 'x' }, [], {}]",
    );
    expect(onOneLine('[{"a": 1, "b": "x"}]')).toBe("[{ a: 1, b: 'x' }]");
    expect(onOneLine('"it\\"s, [ok]"')).toBe("'it\"s, [ok]'");
    expect(onOneLine('Map {\n  1 => "a",\n}')).toBe("Map { 1 => 'a' }");
    expect(onOneLine('undefined')).toBe('undefined');
    expect(onOneLine('-0')).toBe('-0');
  });
});
