import { beforeEach, describe, expect, it } from 'vitest';
import { FactStore } from '../../../../extension/context/parsing/fact-store.ts';
import { pack, skippedFile } from '../../../../extension/context/parsing/skipped-file.ts';
import { languageOfFile, type Language } from '../../../../extension/context/parsing/languages.ts';
import type { PackedFacts, PackedFile } from '../../../../extension/context/parsing/thread-messages.ts';
import type { Definition } from '../../../../extension/workspace/definitions.ts';

const defined = (name: string, line = 1): Definition => ({
  name,
  kind: 'function',
  line,
  endLine: line,
  signature: `function ${name}()`,
  parameters: [],
  topLevel: true,
});

/** A file below `/w` that defines and uses these names. */
function file(
  name: string,
  defines: readonly string[],
  uses: Readonly<Record<string, number>> = {},
  more: Partial<PackedFacts> = {},
): PackedFile {
  const facts: PackedFacts = {
    language: 'javascript',
    tests: false,
    imports: ['./x.js'],
    defined: defines,
    names: Object.keys(uses),
    counts: Object.values(uses),
    ...more,
  };
  return pack(`/w/${name}`, facts, JSON.stringify(defines.map((one, at) => defined(one, at + 1))));
}

let store: FactStore;
const put = (...files: readonly PackedFile[]) => files.forEach((each) => store.put(each));
const paths = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path);
const places = (name: string) =>
  store.definitionsOf(name).map(({ file: { path }, definition }) => `${path}:${definition.line}`);

beforeEach(() => {
  store = new FactStore((absolute) => absolute.slice('/w/'.length));
});

describe('the facts of files', () => {
  it('come back as they were put', () => {
    put(file('src/a.js', ['add'], { sum: 3, zip: 1 }));
    const found = store.file('/w/src/a.js');
    expect(found).toMatchObject({ path: '/w/src/a.js', language: 'javascript', imports: ['./x.js'], isTest: false });
    expect(found?.definitions).toEqual([defined('add')]);
    expect(new Map(found?.references)).toEqual(
      new Map([
        ['sum', 3],
        ['zip', 1],
      ]),
    );
  });

  it('are listed by path, whatever the order in which they came', () => {
    put(file('c.js', []), file('a.js', []), file('b.js', []));
    store.remove('/w/b.js');
    put(file('aa.js', []));
    expect(paths(store.files())).toEqual(['/w/a.js', '/w/aa.js', '/w/c.js']);
    expect([store.size, store.has('/w/b.js'), store.remove('/w/b.js')]).toEqual([3, false, false]);
  });

  it('replace those of the same file', () => {
    put(file('a.js', ['old'], { gone: 1 }), file('a.js', ['fresh'], { kept: 1 }));
    expect([places('old'), places('fresh'), store.usedIn('gone'), store.files().length]).toEqual([
      [],
      ['/w/a.js:1'],
      [],
      1,
    ]);
  });

  it('say whether a file holds tests, by its name or by what is in it', () => {
    put(file('a.test.js', []), file('lib/b.rs', [], {}, { tests: true }), file('src/c.js', []));
    expect(store.files().map(({ isTest }) => isTest)).toEqual([true, true, false]);
  });
});

describe('definitions and uses of a name', () => {
  it('are found in every file, by path', () => {
    put(file('b.js', ['other', 'run'], { run: 2 }), file('a.js', ['run']), file('c.js', ['run'], { other: 1 }));
    expect(places('run')).toEqual(['/w/a.js:1', '/w/b.js:2', '/w/c.js:1']);
    expect(paths(store.usedIn('run'))).toEqual(['/w/b.js']);
    expect([places('never'), store.usedIn('never')]).toEqual([[], []]);
  });

  it('go with their files, one after the other', () => {
    put(file('a.js', ['run']), file('b.js', ['run']), file('c.js', ['run']));
    store.remove('/w/b.js');
    expect(places('run')).toEqual(['/w/a.js:1', '/w/c.js:1']);
    store.remove('/w/a.js');
    expect(places('run')).toEqual(['/w/c.js:1']);
    store.remove('/w/c.js');
    expect(places('run')).toEqual([]);
  });

  it('are found among many names, with the number of uses', () => {
    const uses = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`name${at}`, at + 1]));
    put(file('a.js', [], uses), file('b.js', [], { name7: 1 }));
    const references = store.file('/w/a.js')?.references;
    expect([references?.size, references?.get('name0'), references?.get('name57'), references?.get('name99')]).toEqual([
      100, 1, 58, 100,
    ]);
    expect(references?.has('name100')).toBe(false);
    expect(paths(store.usedIn('name7'))).toEqual(['/w/a.js', '/w/b.js']);
  });
});

it('skipped files are known with their reason, and listed nowhere', () => {
  put(skippedFile('/w/big.js', languageOfFile('big.js') as Language, 'large'), file('a.js', ['run']));
  expect([...store.skipped()]).toEqual([['/w/big.js', 'large']]);
  expect([store.has('/w/big.js'), store.file('/w/big.js'), paths(store.files())]).toEqual([
    true,
    undefined,
    ['/w/a.js'],
  ]);
});
