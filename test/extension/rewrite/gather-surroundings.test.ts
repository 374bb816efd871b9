// Real: tree-sitter. Faked: where other files' definitions are found.
import { expect, it } from 'vitest';
import { gatherSurroundings, type DefinitionLookup } from '../../../extension/rewrite/gather-surroundings.ts';
import { realSyntax } from '../../support/extension/real-syntax.ts';

const text = `import { tax } from './tax.js';

const rate = 0.2;

export class Cart {
  total(items) {
    const sum = items.length;
    return tax(sum) + round(sum) * rate;
  }
}

function round(value) {
  return Math.round(value);
}
`;
const asked: string[] = [];
const lookup: DefinitionLookup = {
  definitionsOf: async (name) => {
    asked.push(name);
    return name === 'tax' ? [{ path: 'src/tax.js', text: 'export const tax = (x) => x * 0.2;' }] : [];
  },
};
const piece = text.slice(text.indexOf('    return tax'), text.indexOf('\n  }\n}'));

async function gather(part: string, language = 'javascript') {
  const from = text.indexOf(part);
  return gatherSurroundings(
    realSyntax(),
    lookup,
    { uri: 'file:///w/cart.js', path: 'src/cart.js', language, text, span: { from, to: from + part.length } },
    [],
  );
}

it('tells of imports, of what the code uses, and of the definition around it', async () => {
  const found = await gather(piece);
  expect(found.imports).toEqual(["import { tax } from './tax.js';"]);
  expect(found.definitions).toContainEqual({ path: 'src/tax.js', text: 'export const tax = (x) => x * 0.2;' });
  expect(found.definitions).toContainEqual({
    path: 'src/cart.js',
    text: 'function round(value) {\n  return Math.round(value);\n}',
  });
  expect(found.enclosing).toMatch(/^total\(items\) \{[\s\S]*\}$/);
  expect(found.before).toContain('const sum = items.length;');
  expect(found.after).toContain('function round');
  expect(asked).not.toContain('round');
});

it('does not repeat the code itself', async () => {
  const whole = text.slice(text.indexOf('function round'), text.lastIndexOf('}') + 1);
  const found = await gather(whole);
  expect(found.definitions.some((definition) => definition.text.includes('function round'))).toBe(false);
  expect(found.enclosing).toBeUndefined();
});

it('tells only of the lines around where the language is not known', async () => {
  const found = await gather(piece, 'plaintext');
  expect(found).toMatchObject({ imports: [], definitions: [] });
  expect(found.before).toContain('const sum');
});
