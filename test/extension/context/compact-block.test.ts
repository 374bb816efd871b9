import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { grammarsOfPackages } from '../../support/extension/package-grammars.ts';
import { compactBlock } from '../../../extension/context/compact-block.ts';
import { loadDefinitionReader } from '../../support/extension/definition-reader.ts';

let reader: Awaited<ReturnType<typeof loadDefinitionReader>>;
beforeAll(async () => {
  reader = await loadDefinitionReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../..')));
});
const count = async (texts: readonly string[]) => texts.map((text) => Math.ceil(text.length / 3));
const file = (name: string, text = '') => ({ path: name, definitions: reader.read(name, text) });

describe('definitions', () => {
  it('of JavaScript', () => {
    const source =
      'export function add(a, b) {\n  return a + b;\n}\nconst twice = (n) => n * 2;\nexport const id = x => x;\nclass Cart {\n  total(items = []) {}\n}\nfunction outer() {\n  function inner() {}\n}\nexport default function ({ a, b }, ...rest) {}\n';
    expect(
      reader
        .read('a.js', source)
        .map(({ name, kind, line, parameters, topLevel }) => [name, kind, line, parameters, topLevel]),
    ).toEqual([
      ['add', 'function', 1, ['a', 'b'], true],
      ['twice', 'function', 4, ['n'], true],
      ['id', 'function', 5, ['x'], true],
      ['Cart', 'class', 6, undefined, true],
      ['total', 'method', 7, ['items'], false],
      ['outer', 'function', 9, [], true],
      ['inner', 'function', 10, [], false],
      ['default', 'function', 12, ['{ a, b }', '...rest'], true],
    ]);
    expect(reader.read('a.js', source)[0]?.signature).toBe('export function add(a, b) {');
  });

  it('of TypeScript, without types', () => {
    const source =
      'export interface Shape { area(): number }\nexport type Id = string;\nexport enum Kind { A }\nexport abstract class Base<T> {\n  abstract go(x: T): void;\n}\nexport function f(a: number, b?: string, ...c: T[]): void {}\nexport const g = async (x: number = 1): Promise<void> => {};\n';
    expect(reader.read('a.ts', source).map(({ name, kind, parameters }) => [name, kind, parameters])).toEqual([
      ['Shape', 'interface', undefined],
      ['area', 'method', []],
      ['Id', 'type', undefined],
      ['Kind', 'enum', undefined],
      ['A', 'constant', undefined],
      ['Base', 'class', undefined],
      ['go', 'method', ['x']],
      ['f', 'function', ['a', 'b', '...c']],
      ['g', 'function', ['x']],
    ]);
  });

  it('of a file that does not parse are what can be read', () => {
    expect(
      reader.read('a.js', 'export function ok(a) {}\nfunction broken( {\n').some(({ name }) => name === 'ok'),
    ).toBe(true);
    expect(reader.read('a.abc', 'def f(): pass')).toEqual([]);
  });
});

describe('the compact block', () => {
  it('lists package.json, other files, sources with signatures, then tests', async () => {
    const files = [
      file('test/math.test.js', "test('x', () => {})"),
      file('src/math.js', 'export function add(a, b) {}\nexport function clamp(value, min, max) {}'),
      file('package.json'),
      file('README.md'),
      file('package-lock.json'),
      file('src/text.js', 'export const upper = (s) => s;'),
    ];
    expect(await compactBlock(files, { near: undefined, budget: 500, count })).toBe(
      '<workspace>\npackage.json\nREADME.md\nsrc/math.js: add(a, b), clamp(value, min, max)\nsrc/text.js: upper(s)\ntest/math.test.js\n</workspace>',
    );
  });

  it('keeps to its budget, nearest files first', async () => {
    const files = Array.from({ length: 200 }, (_, at) =>
      file(`pkg${at}/src/a.js`, 'export function work(first, second) {}'),
    );
    const block = await compactBlock(files, { near: 'pkg7/src/b.js', budget: 100, count });
    expect(block).toContain('pkg7/src/a.js');
    expect((await count([block]))[0]).toBeLessThanOrEqual(105);
  });
});
