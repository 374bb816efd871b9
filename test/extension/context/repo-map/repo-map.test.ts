// Faked: the index (files described by hand) and the tokenizer (a token for three characters).
import { describe, expect, it } from 'vitest';
import { mapRows, repoMap, type MapOptions } from '../../../../extension/context/repo-map/repo-map.ts';
import { RepoGraph } from '../../../../extension/context/repo-map/repo-graph.ts';
import { askedWords, wordsOf } from '../../../../extension/context/repo-map/file-words.ts';
import { sketchedFile, type FileSketch } from '../../../support/extension/fake-index.ts';
import type { Definition, DefinitionKind } from '../../../../extension/workspace/definitions.ts';

const count = async (texts: readonly string[]) => texts.map((text) => Math.ceil(text.length / 3));
const build = (files: Readonly<Record<string, FileSketch>>) =>
  RepoGraph.build(
    Object.entries(files).map(([name, sketch]) => ({ name, source: sketchedFile(name, sketch) })),
    [],
    async () => undefined,
  );
const mapOf = async (files: Readonly<Record<string, FileSketch>>, options: Partial<MapOptions> = {}) =>
  repoMap(await build(files), { budget: 1000, count, ...options });
/** Names of files, best definitions first: the order in which rows are added as the budget grows by one row. */
async function order(
  files: Readonly<Record<string, FileSketch>>,
  options: Partial<MapOptions> = {},
): Promise<string[]> {
  const found: string[] = [];
  for (let budget = 6; budget < 120; budget += 3)
    for (const [, name] of (
      await mapOf(files, { ...options, budget, count: async (texts) => texts.map(() => 3) })
    ).matchAll(/^(\S+):$/gm))
      if (!found.includes(name as string)) found.push(name as string);
  return found;
}

const shop: Readonly<Record<string, FileSketch>> = {
  'src/cart.ts': {
    defines: ['Cart', 'Cart.total()', 'emptyCart()'],
    uses: ['priceOf', 'priceOf'],
    imports: ['./price.ts'],
  },
  'src/price.ts': { defines: ['priceOf()', 'roundPrice()'] },
  'src/checkout.ts': { defines: ['checkout()'], uses: ['Cart', 'priceOf'], imports: ['./cart.ts', './price.ts'] },
  'src/greeting.ts': { defines: ['greet()'] },
  'test/cart.test.ts': { defines: ['sampleCart()'], uses: ['Cart'], imports: ['../src/cart.ts'] },
};

describe('the map', () => {
  it('shows files with their definitions, members inside of their classes', async () => {
    expect(await mapOf({ 'src/cart.ts': shop['src/cart.ts'] as FileSketch })).toBe(
      'src/cart.ts:\n  export class Cart\n    total()\n  export function emptyCart()',
    );
  });

  it('leaves out fields and members of enums: their class or enum has them', async () => {
    const definition = (kind: DefinitionKind, name: string, line: number, endLine: number): Definition => ({
      kind,
      name,
      line,
      endLine,
      signature: `${kind} ${name}`,
      parameters: undefined,
      topLevel: line === 1 || line > 4,
    });
    const source = {
      ...sketchedFile('src/order.ts', {}),
      definitions: [
        definition('enum', 'Stage', 1, 3),
        definition('constant', 'Open', 2, 2),
        definition('constant', 'limit', 5, 5),
        definition('class', 'Order', 7, 10),
        definition('field', 'price', 8, 8),
        definition('method', 'cancel', 9, 9),
      ],
    };
    const graph = await RepoGraph.build([{ name: 'src/order.ts', source }], [], async () => undefined);
    expect(await repoMap(graph, { budget: 1000, count })).toBe(
      'src/order.ts:\n  enum Stage\n  constant limit\n  class Order\n    method cancel',
    );
  });

  it('shows first what others use', async () => {
    expect((await order(shop)).slice(0, 2)).toEqual(['src/price.ts', 'src/cart.ts']);
    expect((await order(shop)).at(-1)).toBe('test/cart.test.ts');
  });

  it('keeps to its budget, the whole text counted', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [
        `src/file${at}.ts`,
        {
          defines: [`work${at}(first, second)`, `rest${at}()`],
          uses: [`work${(at + 1) % 300}`],
          imports: [`./file${(at + 1) % 300}.ts`],
        },
      ]),
    );
    const map = await mapOf(many, { budget: 500 });
    const [tokens = 0] = await count([map]);
    expect(tokens).toBeLessThanOrEqual(500);
    expect(tokens).toBeGreaterThan(450);
  });

  it('is the same for the same files, in whatever order they come', async () => {
    const backwards = Object.fromEntries(Object.entries(shop).reverse());
    expect(await mapOf(backwards)).toBe(await mapOf(shop));
  });

  it('counts tokens in one call', async () => {
    let calls = 0;
    await mapOf(shop, {
      count: (texts) => {
        calls++;
        return count(texts);
      },
    });
    expect(calls).toBe(1);
  });

  it('of nothing is empty', async () => {
    expect(await mapOf({})).toBe('');
    expect(await mapOf(shop, { budget: 3 })).toBe('');
  });
});

describe('what counts little', () => {
  const users = Object.fromEntries(
    Array.from({ length: 8 }, (_, at) => [
      `src/user${at}.js`,
      { defines: [`user${at}()`], uses: ['get', 'loadAccount'] },
    ]),
  );

  it('names that many files define', async () => {
    const getters = Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [`src/getter${at}.go`, { defines: ['get()'] }]),
    );
    expect((await order({ ...users, ...getters, 'src/account.go': { defines: ['loadAccount()'] } }))[0]).toBe(
      'src/account.go',
    );
  });

  it('generated files and tests, even when they are used', async () => {
    const files = {
      'dist/bundle.js': { defines: ['loadAccount()'] },
      'src/plain.js': { defines: ['plain()'] },
      'test/sample.js': { defines: ['plainer()'] },
    };
    const plain = Object.fromEntries(
      Object.entries(users).map(([name, user]) => [name, { ...user, uses: ['loadAccount', 'plain', 'plainer'] }]),
    );
    const found = await order({ ...plain, ...files });
    expect(found[0]).toBe('src/plain.js');
    expect(found.filter((name) => name.startsWith('src/')).length).toBe(9);
    expect(found.slice(-2).sort()).toEqual(['dist/bundle.js', 'test/sample.js']);
  });

  it('definitions of that name in files that are not imported', async () => {
    const files = {
      'src/a.ts': { defines: ['start()'] },
      'src/b.ts': { defines: ['start()'] },
      'src/main.ts': { defines: ['main()'], uses: ['start', 'start'], imports: ['./b.ts'] },
    };
    const found = await order(files);
    expect(found.indexOf('src/b.ts')).toBeLessThan(found.indexOf('src/a.ts'));
  });
});

describe('imports', () => {
  const first = async (files: Readonly<Record<string, FileSketch>>) => {
    const graph = await build(files);
    const best = [...graph.weight]
      .map((weight, edge) => ({ weight, to: graph.files[graph.to[edge] as number]?.name }))
      .sort((a, b) => b.weight - a.weight)[0];
    return best?.to;
  };
  const twice = (a: string, b: string, user: string, imports: readonly string[]) => ({
    [a]: { defines: ['loadAccount()'] },
    [b]: { defines: ['loadAccount()'] },
    [user]: { defines: ['main()'], uses: ['loadAccount'], imports },
  });

  it('lead to the file they mean, however the language writes them', async () => {
    expect(await first(twice('lib/a.ts', 'lib/b/index.ts', 'main.ts', ['./lib/b']))).toBe('lib/b/index.ts');
    expect(await first(twice('lib/a.ts', 'lib/b.ts', 'src/main.ts', ['../lib/b.js']))).toBe('lib/b.ts');
    expect(await first(twice('shop/a.py', 'shop/b.py', 'main.py', ['shop.b']))).toBe('shop/b.py');
    expect(await first(twice('shop/a.py', 'shop/b/__init__.py', 'main.py', ['shop.b.loadAccount']))).toBe(
      'shop/b/__init__.py',
    );
    expect(await first(twice('src/a.c', 'src/b.h', 'src/main.c', ['b.h']))).toBe('src/b.h');
    expect(await first(twice('com/shop/A.java', 'com/shop/B.java', 'com/Main.java', ['com.shop.B']))).toBe(
      'com/shop/B.java',
    );
  });
});

describe('a request', () => {
  const seeds = (request: string, files: readonly (readonly [string, number])[] = []) => ({
    seeds: { request, files: new Map(files) },
  });

  it('brings up what it names, in plain words or as identifiers', async () => {
    expect((await order(shop, seeds('the greeting is wrong')))[0]).toBe('src/greeting.ts');
    expect((await order(shop, seeds('what does roundPrice do?')))[0]).toBe('src/price.ts');
    expect((await order(shop, seeds('the checkout fails')))[0]).toBe('src/checkout.ts');
  });

  it('is not led by words that every request may have, wherever they stand', async () => {
    const files = { ...shop, 'src/first.ts': { defines: ['First', 'firstThing()'] } };
    const found = await order(files, seeds('First look at how a price is rounded, then try again'));
    expect(found[0]).toBe('src/price.ts');
  });

  it('brings up the files the user has before them, and what they use', async () => {
    const found = await order(shop, seeds('why?', [['src/checkout.ts', 3]]));
    expect(found[0]).toBe('src/checkout.ts');
    expect(found.indexOf('src/cart.ts')).toBeLessThan(found.indexOf('src/greeting.ts'));
  });

  it('leaves out what was shown before, and files that are there whole', async () => {
    const shown = await mapOf({ 'src/price.ts': shop['src/price.ts'] as FileSketch });
    const map = await mapOf(shop, {
      ...seeds('price of a cart'),
      shown: mapRows([`system\n<repo-map>\n${shown}\n</repo-map>`]),
      without: new Set(['src/cart.ts']),
    });
    expect(map).not.toContain('price.ts');
    expect(map).not.toContain('src/cart.ts');
    expect(map).toContain('src/checkout.ts');
  });

  it('that names nothing adds nothing', async () => {
    expect(await mapOf(shop, seeds('please go on'))).toBe('');
  });
});

describe('words', () => {
  it('are what names are made of', () => {
    expect(wordsOf('readHTMLFile_of-day')).toEqual(['read', 'html', 'fil', 'day']);
    expect(wordsOf('ContextMeter')).toEqual(wordsOf('context meters'));
    expect(wordsOf('restarts')).toEqual(wordsOf('restarting'));
  });

  it('of a request keep identifiers as they are, and leave out what every request says', () => {
    expect([...askedWords('Please fix `fooBar` in edit_file')]).toEqual([
      '=fooBar',
      'foo',
      'bar',
      '=edit_file',
      'edit',
      'fil',
    ]);
  });
});
