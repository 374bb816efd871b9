// Each language reads a small file of a shop; what must be found in it stands beside it, written by hand.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { grammarFilesByName } from '../../../../extension/context/grammar-files.ts';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';
import { readFacts } from '../../../../extension/context/parsing/file-facts.ts';
import { LanguageLoader } from '../../../../extension/context/parsing/language-loader.ts';
import { languageOf, languageOfFile, languages } from '../../../../extension/context/parsing/languages.ts';
import { factsText } from '../../../support/extension/golden-facts.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const folder = path.join(root, 'test/fixtures/languages');
const fixtures = readdirSync(folder).filter((name) => !name.endsWith('.facts'));
const files = grammarsOfPackages(root);
const loader = new LanguageLoader(files.runtime, grammarFilesByName(files));

async function read(file: string, text: string) {
  const language = languageOfFile(file);
  if (language === undefined) throw new Error(`${file} is of no known language`);
  const loaded = await loader.load(language);
  const tree = loaded.parse(text);
  if (tree === undefined) throw new Error('took too long');
  return { tree, facts: readFacts(tree.rootNode, text, loaded.query, language) };
}

describe('grammars', () => {
  beforeAll(() => Parser.init({ locateFile: () => files.runtime }));

  it.each(languages)('$grammar loads, and its queries compile', async (language) => {
    await expect(loader.load(language)).resolves.toMatchObject({ language });
  });

  it('all of the packaged collection load, and all but those of no files of their own are languages', async () => {
    const collection = path.join(root, 'node_modules/@vscode/tree-sitter-wasm/wasm');
    const names = readdirSync(collection)
      .map((name) => /^tree-sitter-([\w-]+)\.wasm$/.exec(name)?.[1])
      .filter((name) => name !== undefined);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names)
      await expect(
        Language.load(new Uint8Array(readFileSync(path.join(collection, `tree-sitter-${name}.wasm`)))),
      ).resolves.toBeInstanceOf(Language);
    expect(names.filter((name) => !languages.some(({ grammar }) => grammar === name))).toEqual(['regex']);
  });

  it('are packaged, each', () => {
    const build = readFileSync(path.join(root, 'native/build.mjs'), 'utf8');
    const packaged = /const grammars = \[([^\]]*)\]/.exec(build)?.[1]?.match(/[\w-]+/g);
    expect(packaged).toEqual(languages.map(({ grammar }) => grammar).sort());
  });
});

describe('facts of', () => {
  it.each(fixtures)('%s', async (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const { tree, facts } = await read(name, text);
    expect(tree.rootNode.hasError).toBe(false);
    expect(factsText(facts)).toBe(readFileSync(path.join(folder, `${name}.facts`), 'utf8'));
  });

  it('every language are golden', () => {
    expect(languages.filter((language) => !fixtures.some((name) => languageOfFile(name) === language))).toEqual([]);
    expect(fixtures.filter((name) => !existsSync(path.join(folder, `${name}.facts`)))).toEqual([]);
  });

  it.each(fixtures.filter((name) => name.startsWith('cart.') && !/\.(css|ini)$/.test(name)))(
    '%s with a broken end are those of what stands before it',
    async (name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      const whole = (await read(name, text)).facts.definitions;
      const broken = await read(name, `${text}\n((( {{{ = ] "`);
      expect(broken.tree.rootNode.hasError).toBe(true);
      const found = new Set(broken.facts.definitions.map((definition) => definition.name));
      expect(whole.filter((definition) => !found.has(definition.name)).length).toBeLessThanOrEqual(whole.length / 2);
    },
  );

  it('lines with Windows ends are the same', async () => {
    const text = readFileSync(path.join(folder, 'cart.ts'), 'utf8');
    expect(factsText((await read('a.ts', text.replaceAll('\n', '\r\n'))).facts)).toBe(
      readFileSync(path.join(folder, 'cart.ts.facts'), 'utf8'),
    );
  });

  it('a text of nothing but beginnings of C++ macros is read in time that grows with it', () => {
    const macros = languages.find(({ grammar }) => grammar === 'cpp')?.macros ?? /never/;
    // By the square of its length each would take minutes.
    for (const text of [`A${'_END'.repeat(250_000)}x`, 'class A B<'.repeat(100_000), 'class A(('.repeat(100_000)])
      expect(text.replace(macros, '')).toBe(text);
  });

  it('names with other letters than ASCII are read whole', async () => {
    const { facts } = await read('a.py', 'def größe(maß):\n    return tür(maß) + fenêtre.öffnen()\n');
    expect(facts.definitions.map(({ name, parameters }) => [name, parameters])).toEqual([['größe', ['maß']]]);
    expect([...facts.names].sort()).toEqual(['fenêtre', 'tür', 'öffnen']);
  });
});

it("languages are told by id and by the file's name", () => {
  expect(
    ['typescriptreact', 'a/b.mts', 'C:\\x\\y.PY', 'Rakefile', 'shellscript', 'x.h'].map(
      (name) => languageOf(name)?.grammar,
    ),
  ).toEqual(['tsx', 'typescript', 'python', 'ruby', 'bash', 'cpp']);
  expect(['plaintext', 'a.txt', 'ts', '.git/config'].map((name) => languageOf(name))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
