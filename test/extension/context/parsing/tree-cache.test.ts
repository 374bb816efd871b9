import path from 'node:path';
import * as fc from '../../../support/fast-check.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { grammarFilesByName } from '../../../../extension/context/grammar-files.ts';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';
import { LanguageLoader, type LoadedLanguage } from '../../../../extension/context/parsing/language-loader.ts';
import { languageOf, type Language } from '../../../../extension/context/parsing/languages.ts';
import { leastChange, TreeCache } from '../../../../extension/context/parsing/tree-cache.ts';

const files = grammarsOfPackages(path.resolve(import.meta.dirname, '../../../..'));
let typescript: LoadedLanguage;
let parses = 0;
beforeAll(async () => {
  const loaded = await new LanguageLoader(files.runtime, grammarFilesByName(files)).load(
    languageOf('a.ts') as Language,
  );
  typescript = { ...loaded, parse: (text, former) => (parses++, loaded.parse(text, former)) };
});

const source =
  'import a from "./a.ts";\n\nexport function add(a: number, b = 1): number {\n  return a + b; // sum\n}\n\nclass Größe { wert = `${add(1)}`; }\n';
const piece = fc.constantFrom(
  '',
  'x',
  '\n',
  '}',
  '{',
  'const a = 1;\n',
  '"',
  '`',
  ' ',
  'größe',
  '😀',
  '/*',
  '*/',
  'function f() {}\n',
);
const change = fc.record({ from: fc.nat(), removed: fc.nat({ max: 20 }), text: piece });

function parsed(text: string): string {
  const tree = typescript.parse(text);
  try {
    return tree?.rootNode.toString() ?? '';
  } finally {
    tree?.delete();
  }
}

describe('a tree that followed the edits of its text', () => {
  it('is the tree of the text, for documents without errors', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), (steps) => {
        const cache = new TreeCache();
        let text = source;
        cache.open('a', typescript, text);
        for (const step of steps) {
          const changes = step.map(({ from, removed, text: put }) => {
            const at = from % (text.length + 1);
            const length = Math.min(removed, text.length - at);
            text = text.slice(0, at) + put + text.slice(at + length);
            return { from: at, removed: length, text: put };
          });
          const now = cache.change('a', changes);
          expect(now?.text).toBe(text);
          // How an error is recovered from depends on what was there before.
          if (now?.tree.rootNode.hasError === true) expect(parsed(text)).toMatch(/ERROR|MISSING/);
          else expect(now?.tree.rootNode.toString()).toBe(parsed(text));
        }
        cache.close('a');
      }),
      { numRuns: 150 },
    );
  });

  it('is the tree of the text, with its errors too, for texts that come one after the other', () => {
    const cache = new TreeCache();
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        let text = source;
        for (const { from, removed, text: put } of changes) {
          const at = from % (text.length + 1);
          text = text.slice(0, at) + put + text.slice(at + removed);
          expect(cache.parse(typescript, text)?.tree.rootNode.toString()).toBe(parsed(text));
        }
      }),
      { numRuns: 150 },
    );
  });
});

it('a text that is known is not parsed again', () => {
  const cache = new TreeCache();
  cache.open('a', typescript, source);
  const before = parses;
  expect(cache.parse(typescript, source)?.text).toBe(source);
  expect(cache.parse(typescript, source.slice(0))?.text).toBe(source);
  expect(parses).toBe(before);
});

it('the least change is what stands between the common start and the common end', () => {
  expect(leastChange('abcd', 'abxcd')).toEqual({ from: 2, removed: 0, text: 'x' });
  expect(leastChange('aaa', 'aa')).toEqual({ from: 2, removed: 1, text: '' });
  expect(leastChange('abc', 'abc')).toEqual({ from: 3, removed: 0, text: '' });
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const { from, removed, text } = leastChange(before, after);
      expect(before.slice(0, from) + text + before.slice(from + removed)).toBe(after);
    }),
  );
});
