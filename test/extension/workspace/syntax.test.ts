// Faked: the thread, which runs in this one.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SyntaxNode } from '../../../extension/workspace/syntax.ts';
import { ThreadedIndex } from '../../../extension/context/threaded-index.ts';
import { inProcessThreads } from '../../support/extension/in-process-thread.ts';

const syntax = new ThreadedIndex({
  startThread: inProcessThreads(undefined).start,
  list: async () => [],
  relative: (absolute) => absolute,
  threads: 1,
  log: () => undefined,
});
const fixture = (name: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../fixtures/languages', name), 'utf8');

/** What encloses the part between the bars, as `kind name: first line` from the inside to the outside. */
async function around(language: string, marked: string): Promise<string[]> {
  const from = marked.indexOf('¦');
  const to = marked.lastIndexOf('¦') === from ? from : marked.lastIndexOf('¦') - 1;
  const text = marked.replaceAll('¦', '');
  const rows: string[] = [];
  for (
    let node: SyntaxNode | undefined = await syntax.enclosing(language, text, from, to);
    node !== undefined;
    node = node.outer
  ) {
    rows.push(
      [
        node.kind,
        ...(node.name === undefined
          ? []
          : [`${node.name}${node.parameters === undefined ? '' : `(${node.parameters.join(', ')})`}`]),
        '=',
        text.slice(node.from, node.to).split('\n')[0],
      ].join(' '),
    );
  }
  return rows;
}

it('knows languages by id and by file name', () => {
  expect(['typescript', 'x.rs', 'shellscript', 'markdown', 'x.txt'].map((language) => syntax.knows(language))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

it('counts what is wrong and what is missing', async () => {
  expect(await syntax.errors('javascript', 'function f() { return 1; }')).toBe(0);
  expect(await syntax.errors('javascript', 'function f( { return 1; ')).toBeGreaterThan(0);
  expect(await syntax.errors('typescript', 'const a = (1 + 2;')).toBe(1);
  expect(await syntax.errors('python', 'def f(:\n  pass')).toBeGreaterThan(0);
  expect(await syntax.errors('markdown', '((((')).toBe(0);
});

describe('what encloses', () => {
  const code =
    "import a from 'a';\n\nexport class Cart {\n  add(item, count = 1) {\n    const sum = item.price * count;\n    return sum;\n  }\n}\n\nexport const twice = (n) => {\n  return n * 2;\n};\n";
  const mark = (part: string) => code.replace(part, (found) => `¦${found}¦`);

  it('a part of a statement is the statement, then its definitions', async () => {
    expect(await around('javascript', mark('item.price'))).toEqual([
      'statement = const sum = item.price * count;',
      'method add(item, count) = add(item, count = 1) {',
      'class Cart = export class Cart {',
    ]);
  });

  it('a statement, with the white space around it, is that statement', async () => {
    expect((await around('javascript', mark('    const sum = item.price * count;\n')))[0]).toBe(
      'statement = const sum = item.price * count;',
    );
  });

  it('several statements is their function', async () => {
    expect((await around('javascript', mark('const sum = item.price * count;\n    return sum;')))[0]).toBe(
      'method add(item, count) = add(item, count = 1) {',
    );
  });

  it('a function is the function, with its export', async () => {
    expect((await around('javascript', mark('export const twice = (n) => {\n  return n * 2;\n};')))[0]).toBe(
      'function twice(n) = export const twice = (n) => {',
    );
    expect((await around('javascript', mark('twice')))[0]).toBe('function twice(n) = export const twice = (n) => {');
  });

  it('a cursor is where it stands or where it follows', async () => {
    expect((await around('javascript', code.replace('return n', 'ret¦urn n')))[0]).toBe('statement = return n * 2;');
    expect((await around('javascript', code.replace('return sum;', 'return sum;¦')))[0]).toBe(
      'statement = return sum;',
    );
    expect((await around('javascript', code.replace('    return sum;', '¦    return sum;')))[0]).toBe(
      'statement = return sum;',
    );
    expect(await around('javascript', code.replace("'a';\n\n", "'a';\n¦\n"))).toEqual([]);
  });

  it('more than one definition is nothing', async () => {
    expect(await around('javascript', mark(code.slice(20, code.length)))).toEqual([]);
  });

  it('code of other languages', async () => {
    const python = fixture('cart.py').replace('sum(price_list', '¦sum(price_list');
    expect(await around('python', python)).toEqual([
      'statement = amount = sum(price_list.of(item) for item in self.items)',
      'method total(self) = @property',
      'class Cart = class Cart(BaseCart):',
    ]);
    const rust = fixture('cart.rs').replace('*self.items', '¦*self.items');
    expect((await around('rust', rust)).slice(0, 2)).toEqual([
      'statement = *self.items.entry(name).or_insert(0) += count;',
      "method add(&mut self, name, count) = pub fn add(&mut self, name: &'a str, count: u32) -> &mut Self {",
    ]);
    const go = fixture('cart.go').replace('c.Items = append', '¦c.Items = append');
    expect((await around('go', go)).slice(0, 2)).toEqual([
      'statement = c.Items = append(c.Items, item)',
      'method Add(item, counts) = func (c *Cart) Add(item store.Item, counts ...int) *Cart {',
    ]);
  });

  it('code with an error elsewhere', async () => {
    expect((await around('javascript', `${mark('return sum;')}\nfunction broken( {\n`))[0]).toBe(
      'statement = return sum;',
    );
  });
});

it('imports are whole statements, in order', async () => {
  const found = await syntax.imports('javascript', fixture('cart.js'));
  expect(found.map(({ text }) => text)).toEqual([
    "import { readFile } from 'node:fs/promises';",
    "import price, { round as rounded } from './price.js';",
    "const legacy = require('./legacy.cjs');",
  ]);
  expect(found[1]?.from).toBe(fixture('cart.js').indexOf('import price'));
  expect((await syntax.imports('python', fixture('cart.py'))).map(({ text }) => text)).toEqual([
    'import os.path',
    'from decimal import Decimal',
    'from . import prices as price_list',
  ]);
  expect((await syntax.imports('c', fixture('cart.c'))).map(({ text }) => text.trim())).toEqual([
    '#include <stdio.h>',
    '#include "price.h"',
  ]);
});

it('names used in a range are each given once, in order', async () => {
  const text = fixture('cart.js');
  const from = text.indexOf('  return rounded');
  expect(await syntax.names('javascript', text, from, text.indexOf('}', from))).toEqual([
    'rounded',
    'price',
    'cart',
    'discount',
    'legacy',
    'shipping',
    'freeFrom',
  ]);
});

it('definitions are those of the index', async () => {
  expect((await syntax.definitions('cart.ts', fixture('cart.ts'))).map(({ name, doc }) => [name, doc])).toContainEqual([
    'sum',
    'Adds up.',
  ]);
});
