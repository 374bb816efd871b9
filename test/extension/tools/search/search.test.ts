// Real: ripgrep, tree-sitter, files in a folder of their own. Faked: unsaved buffers, the language server.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDefinitionReader } from '../../../support/extension/definition-reader.ts';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';
import { findSymbol, type SymbolLookup } from '../../../../extension/tools/symbols/find-symbol.ts';
import { withUnsavedTexts } from '../../../../extension/tools/search/buffer-search.ts';
import { FileScan } from '../../../../extension/tools/search/file-scan.ts';
import { firstExisting, ripgrepCandidates } from '../../../../extension/tools/search/ripgrep-location.ts';
import { RipgrepSearch } from '../../../../extension/tools/search/ripgrep-search.ts';
import type { SearchEngine } from '../../../../extension/workspace/text-search.ts';
import { searchText } from '../../../../extension/tools/search/search-text.ts';
import { filesBelow } from '../../../../extension/tools/test-runners/finding/node-test-files.ts';
import { DiskWorkspace, runTool } from '../../../support/extension/disk-workspace.ts';
import { ListedWorkspace } from '../../../support/extension/listed-workspace.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const binary = firstExisting(ripgrepCandidates(undefined, [root]))!;
let workspace: DiskWorkspace;
beforeEach(() => {
  workspace = new ListedWorkspace({
    '.gitignore': 'out/\n*.min.js\n',
    'src/b.js': 'export const add = 1;\n\n   add + add;\n',
    'src/a.js': "import { add } from './b.js';\nconst Add = (x) => x;\n",
    'test/a.test.js': "test('add', () => {});\n",
    'out/gone.js': 'add\n',
    'x.min.js': 'add\n',
    'node_modules/p/i.js': 'add\n',
    '.env': 'add=secret\n',
    '.github/w.yml': 'add: 1\n',
  });
});
afterEach(() => workspace.remove());

const ripgrep: SearchEngine = new RipgrepSearch({ binary, excludes: () => ['**/node_modules'] });
const scan: SearchEngine = new FileScan({ list: filesBelow, read: (file) => readFile(file, 'utf8') });
const unsaved = () => [...workspace.unsaved].map(([file, text]) => ({ path: file, text }));
const isSecret = (file: string) => file.endsWith('.env');
const search = async (args: object, engine = ripgrep) =>
  (await runTool(searchText({ files: workspace, search: withUnsavedTexts(engine, unsaved), isSecret }), args)).text;

describe('search_text', () => {
  it('lists sources before tests, honours ignore files and shows no secrets', async () => {
    expect(await search({ query: 'add' })).toBe(
      "5 matches\n.github/w.yml:1: add: 1\nsrc/a.js:1: import { add } from './b.js';\nsrc/b.js:1: export const add = 1;\nsrc/b.js:3: add + add;\ntest/a.test.js:1: test('add', () => {});",
    );
    expect(await search({ query: 'const Add' })).toBe('1 match\nsrc/a.js:2: const Add = (x) => x;');
    expect(await search({ query: 'nowhere' })).toBe('No matches');
  });

  it('is literal unless told otherwise', async () => {
    expect(await search({ query: '(x) =>' })).toBe('1 match\nsrc/a.js:2: const Add = (x) => x;');
    expect(await search({ query: String.raw`^const \w+ =`, regex: true })).toBe(
      '1 match\nsrc/a.js:2: const Add = (x) => x;',
    );
    expect(await search({ query: "b.js';\nconst" })).toBe("1 match\nsrc/a.js:1: import { add } from './b.js';");
    expect(await search({ query: '--files' })).toBe('No matches');
    await expect(search({ query: '(', regex: true })).rejects.toThrow(
      'the query cannot be read: unclosed group. Correct it, or search without regex.',
    );
  });

  it('looks only into files that a glob means, and still not into ignored ones', async () => {
    expect(await search({ query: 'add', glob: 'b.js' })).toMatch(/^2 matches\nsrc\/b\.js:1/);
    expect(await search({ query: 'add', glob: '*.js' })).toMatch(/^4 matches\n/);
    expect(await search({ query: 'add', glob: 'test/**' })).toMatch(/^1 match\n/);
  });

  it('sees unsaved text in place of what is on disk', async () => {
    workspace.unsaved.set(path.join(workspace.folder, 'src/b.js'), 'const add = 2;\n');
    workspace.unsaved.set(path.join(workspace.folder, 'src/new.js'), '\n\nadd();\n');
    expect(await search({ query: 'add', glob: 'src/*' })).toBe(
      "3 matches\nsrc/a.js:1: import { add } from './b.js';\nsrc/b.js:1: const add = 2;\nsrc/new.js:3: add();",
    );
  });

  it('cuts long lines and long lists', async () => {
    workspace.write('long.js', `${'needle '.repeat(100)}\n`);
    expect((await search({ query: 'needle' })).split('\n')[1]).toHaveLength('long.js:1: '.length + 203);
    workspace.write('many.js', 'hay\n'.repeat(450));
    const lines = (await search({ query: 'hay' })).split('\n');
    expect([lines[0], lines.length, lines.at(-1)]).toEqual([
      '450 matches',
      202,
      '[250 more are not shown: narrow the query, or give a glob]',
    ]);
    workspace.write('many.js', 'hay\n'.repeat(30_000));
    expect(await search({ query: 'hay' })).toMatch(/^20000 or more matches\n/);
  });

  it('reads file after file where there is no ripgrep', async () => {
    expect(await search({ query: 'add', glob: 'src/*' }, scan)).toBe(await search({ query: 'add', glob: 'src/*' }));
    expect(await search({ query: "b.js';\nconst" }, scan)).toBe(await search({ query: "b.js';\nconst" }));
    workspace.unsaved.set(path.join(workspace.folder, 'src/a.js'), 'x\nadd adder add\n');
    expect(await search({ query: 'add', glob: 'src/a.js' }, scan)).toBe('1 match\nsrc/a.js:2: add adder add');
    await expect(search({ query: '(a+)+$', regex: true }, scan)).rejects.toThrow(
      'ripgrep was not found, and regular expressions need it. Search for a literal text.',
    );
  });

  it.each([
    ['(?i)ADD', 'Add one'],
    [String.raw`foo\-bar`, 'a foo-bar'],
    ['^[[:alpha:]]{9}', 'abcdefghi'],
    ['(?P<n>x)y', 'an xy'],
    ['(a+)+$', 'b'.repeat(10) + 'a'.repeat(40)],
    [String.raw`one\nt[\n-z]`, 'one'],
    [String.raw`one\r?\ntwo`, 'one'],
  ])('reads %s in unsaved text as on disk', async (query, line) => {
    const text = `${line}\r\ntwo ${'a'.repeat(5000)}!\r\n`;
    workspace.write('src/saved.js', text);
    const onDisk = (await search({ query, regex: true, glob: 'src/saved.js' })).replaceAll('saved', 'open');
    expect(onDisk).toMatch(/^1 match\n/);
    workspace.unsaved.set(path.join(workspace.folder, 'src/open.js'), text);
    expect(await search({ query, regex: true, glob: 'src/open.js' })).toBe(onDisk);
  });

  it('finds what spans lines, whatever their ends', async () => {
    workspace.write('crlf.txt', 'one (1)\r\ntwo\r\nthree\r\n');
    workspace.write('lf.txt', 'one (1)\ntwo\nthree\n');
    const found = '2 matches\ncrlf.txt:1: one (1)\nlf.txt:1: one (1)';
    for (const query of ['(1)\ntwo\nth', '(1)\r\ntwo\r\nth']) expect(await search({ query })).toBe(found);
    expect(await search({ query: String.raw`1\)\ntw`, regex: true })).toBe(found);
  });

  it('shows a hit far to the right with what is around it', async () => {
    workspace.write('wide.js', `start ${'x'.repeat(30_000)} const needle = 1; ${'y'.repeat(30_000)} end\n`);
    const line = (await search({ query: 'needle' })).split('\n')[1] ?? '';
    expect(line).toMatch(/^wide\.js:1: \.\.\.x+ const needle = 1; y+\.\.\.$/);
    expect(line.length).toBeLessThan(230);
    workspace.write('wide.js', `${'é😀'.repeat(500)}needle\n`);
    const tail = (await search({ query: 'needle' })).split('\n')[1] ?? '';
    expect(tail).toMatch(/needle$/);
    expect(tail).not.toMatch(/\.\.\.[\udc00-\udfff]/);
  });

  it('takes a folder as what is below it, and says what does not exist or is hidden', async () => {
    const bs = 'src/b.js:1: export const add = 1;\nsrc/b.js:3: add + add;';
    for (const glob of ['src', 'src/', './src', path.join(workspace.folder, 'src')])
      expect(await search({ query: 'add +', glob })).toBe('1 match\nsrc/b.js:3: add + add;');
    expect(await search({ query: 'add', glob: path.join(workspace.folder, 'src/b.*') })).toBe(`2 matches\n${bs}`);
    expect(await search({ query: 'nowhere', glob: 'src' })).toBe('No matches');
    const refused = (glob: string) => expect(search({ query: 'add', glob })).rejects;
    await refused('source').toThrow('source does not exist.');
    await refused('SRC/**').toThrow('SRC does not exist. Did you mean src/?');
    await refused('*.js,*.ts').toThrow('no file matches *.js,*.ts. Write several globs as {*.ts,*.tsx}.');
    await refused('*.rb').toThrow('no file matches *.rb. See the names with list_files.');
    await refused('src/*.rb').toThrow('no file matches src/*.rb. See the names with list_files.');
    await refused('out').toThrow('no file in out is shown: ignore files or the settings leave them out.');
    await refused('x.min.js').toThrow('x.min.js is left out by ignore files or the settings. Read it with read_file.');
    await refused('/etc/*').toThrow('/etc/* is outside of the workspace.');
    await refused('../*').toThrow('../* leads out of the workspace.');
  });

  it('takes bounded work for a hostile glob', async () => {
    const name = 'a'.repeat(200);
    workspace.write(`${name}.js`, 'add\n');
    workspace.unsaved.set(path.join(workspace.folder, `${name}.js`), 'add\n');
    await expect(search({ query: 'add', glob: `${'*a'.repeat(40)}*b` })).rejects.toThrow(/^no file matches/);
  });
});

const noLookup: SymbolLookup = {
  definitions: async () => [],
  references: async () => [],
  calls: async () => undefined,
};
const find = async (name: string, lookup = noLookup, calls?: 'callers' | 'callees') =>
  (
    await runTool(
      findSymbol({
        files: workspace,
        lookup,
        isSecret,
        search: withUnsavedTexts(ripgrep, unsaved),
        definers: () => new Set(),
        reader: await loadDefinitionReader(grammarsOfPackages(root)),
      }),
      { name, ...(calls && { calls }) },
    )
  ).text;

describe('find_symbol', () => {
  it('takes what the language server knows, definitions first', async () => {
    const at = (name: string, line: number) => ({ path: path.join(workspace.folder, name), line, column: 1 });
    const lookup: SymbolLookup = {
      definitions: async () => [at('src/b.js', 1)],
      references: async () => [at('src/a.js', 1), at('src/b.js', 1), at('src/b.js', 3)],
      calls: async () => undefined,
    };
    expect(await find('add', lookup)).toBe(
      "src/b.js:1: export const add = 1;\nsrc/a.js:1: import { add } from './b.js';\nsrc/b.js:3: add + add;",
    );
  });

  it('lists calls, where the language server knows them', async () => {
    const at = (name: string, line: number) => ({ path: path.join(workspace.folder, name), line, column: 1 });
    const lookup: SymbolLookup = {
      definitions: async () => [at('src/b.js', 1)],
      references: async () => [],
      calls: async (_definition, direction) =>
        direction === 'callers'
          ? [
              { ...at('src/b.js', 3), name: 'main' },
              { ...at('src/b.js', 3), name: 'main' },
            ]
          : [],
    };
    expect(await find('add', lookup, 'callers')).toBe('src/b.js:3: add + add; (in main)');
    expect(await find('add', lookup, 'callees')).toBe('No callees of add');
    await expect(find('add', noLookup, 'callers')).rejects.toThrow(
      'no language server knows the calls of add here. Use find_symbol without calls.',
    );
  });

  it('finds definitions by syntax, and whole words as references', async () => {
    workspace.write('src/z.ts', 'export function total(a: number) {\n  return a;\n}\n');
    workspace.write('src/c.js', "import { total } from './z.ts';\nconst totals = total(1);\n");
    workspace.write('test/z.test.js', 'total(2);\n');
    expect(await find('total')).toBe(
      "src/z.ts:1: export function total(a: number) {\nsrc/c.js:1: import { total } from './z.ts';\nsrc/c.js:2: const totals = total(1);\ntest/z.test.js:1: total(2);",
    );
    expect(await find('nothing')).toBe('No symbol nothing. Look for a part of it with search_text.');
  });
});

describe('ripgrep', () => {
  it('is found in VS Code, else in its package', () => {
    const editor = new DiskWorkspace({
      [`node_modules/@vscode/ripgrep-universal/bin/${process.platform === 'win32' ? 'rg.exe' : 'rg'}`]: '',
    });
    expect(firstExisting(ripgrepCandidates(editor.folder, [root]))).toContain(editor.folder);
    expect(firstExisting(ripgrepCandidates(path.join(editor.folder, 'nowhere'), [root]))).toBe(binary);
    editor.remove();
  });
});
