import * as fc from '../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { bare, reindent } from '../../../extension/rewrite/code-margin.ts';

describe('a margin', () => {
  it('is what all lines begin with', () => {
    expect(bare('\t\tif (a)\n\n\t\t\tb();')).toEqual({ code: 'if (a)\n\n\tb();', margin: '\t\t', first: '' });
    expect(bare('    b\n  a')).toEqual({ code: '  b\na', margin: '  ', first: '  ' });
  });

  it('is put back on new code', () => {
    expect(reindent('add(a) {\n  return a;\n\n}', { margin: '  ', first: '' })).toBe(
      '  add(a) {\n    return a;\n\n  }',
    );
  });

  it('is not doubled if the model put it back itself', () => {
    expect(reindent('  add(a) {\n    return a;\n  }', { margin: '  ', first: '' })).toBe(
      '  add(a) {\n    return a;\n  }',
    );
  });

  it('of any code is the same after it was taken off and put back', () => {
    const line = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b();', '}', ''))
      .map(([depth, text]) => (text === '' ? '' : `${'  '.repeat(depth)}${text}`));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.constantFrom('', '  ', '\t'), (lines, margin) => {
        const code = lines.map((text) => (text === '' ? '' : margin + text)).join('\n');
        const sent = bare(code);
        expect(reindent(sent.code, sent)).toBe(code);
      }),
    );
  });
});
