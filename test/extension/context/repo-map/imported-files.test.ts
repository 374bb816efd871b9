import { describe, expect, it } from 'vitest';
import { ImportedFiles } from '../../../../extension/context/repo-map/imported-files.ts';
import { ProjectModules } from '../../../../extension/context/repo-map/project-modules.ts';

/** The files that an import in `user` means; `projects` are manifests by name, as text or value. */
function meant(
  names: readonly string[],
  projects: Readonly<Record<string, unknown>>,
  user: string,
  written: string,
): string[] {
  const files = Object.entries(projects).map(([name, value]) => ({
    name,
    text: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  const imported = new ImportedFiles(new ProjectModules(files));
  for (const name of names) imported.add(name);
  return [...imported.of(names.indexOf(user), [written])].map((at) => names[at] ?? '');
}

const packages = [
  'packages/app/src/main.ts',
  'packages/core/src/index.ts',
  'packages/core/src/parse/lexer.ts',
  'packages/core/src/features/fast.ts',
  'packages/plain/index.js',
  'packages/plain/tool.js',
  'test/fixtures/react/index.js',
];
const workspace = {
  'package.json': { name: 'root', workspaces: ['packages/*'] },
  'packages/app/package.json': { name: '@my/app', imports: { '#main': './dist/main.js', '#all/*': './src/*.ts' } },
  'packages/core/package.json': {
    name: '@my/core',
    main: './lib/index.js',
    exports: { '.': { types: './lib/index.d.ts', default: './lib/index.js' }, './fast': './lib/features/fast.js' },
  },
  'packages/plain/package.json': { name: 'plain' },
  'test/fixtures/react/package.json': { name: 'react' },
};
const inApp = (written: string) => meant(packages, workspace, 'packages/app/src/main.ts', written);

describe('a bare import', () => {
  it.each([
    ['@my/core', 'packages/core/src/index.ts'],
    ['@my/core/fast', 'packages/core/src/features/fast.ts'],
    ['@my/core/lib/parse/lexer', 'packages/core/src/parse/lexer.ts'],
    ['@my/core/parse/lexer.js', 'packages/core/src/parse/lexer.ts'],
    ['plain', 'packages/plain/index.js'],
    ['plain/tool', 'packages/plain/tool.js'],
  ])('%s of a package of the workspace means its source', (written, file) => {
    expect(inApp(written)).toEqual([file]);
  });

  it('of the own package, by its name or its `imports`, means its source', () => {
    const inCore = (written: string) => meant(packages, workspace, 'packages/core/src/parse/lexer.ts', written);
    expect(inCore('@my/core/fast')).toEqual(['packages/core/src/features/fast.ts']);
    expect(
      meant(
        ['a/src/b.ts', 'a/src/main.ts'],
        { 'a/package.json': workspace['packages/app/package.json'] },
        'a/src/b.ts',
        '#main',
      ),
    ).toEqual(['a/src/main.ts']);
    expect(
      meant(
        ['a/src/b.ts', 'a/src/c.ts'],
        { 'a/package.json': workspace['packages/app/package.json'] },
        'a/src/b.ts',
        '#all/c',
      ),
    ).toEqual(['a/src/c.ts']);
  });

  it.each(['fs', 'node:path', 'react', 'lexer', 'fast', 'main', 'core', 'unknown/fast', '@other/core'])(
    '%s of Node or npm means no file of the workspace',
    (written) => {
      expect(meant([...packages, 'src/path.ts', 'src/fs.ts'], workspace, 'packages/app/src/main.ts', written)).toEqual(
        [],
      );
    },
  );

  it.each([
    ['packages:\n  - \'libs/**\'\n  - "!libs/old/**"  # not these\n\ncatalog:\n  x: 1\n', ['libs/a/index.ts'], []],
    ['onlyBuiltDependencies:\n  - b\npackages: # all\n- libs/*\n', [], []],
  ])('of a package that pnpm links', (yaml, own, old) => {
    const names = ['app.ts', 'libs/a/index.ts', 'libs/old/b/index.ts'];
    const projects = {
      'pnpm-workspace.yaml': yaml,
      'libs/a/package.json': { name: 'a' },
      'libs/old/b/package.json': { name: 'b' },
    };
    expect(meant(names, projects, 'app.ts', 'a')).toEqual(own);
    expect(meant(names, projects, 'app.ts', 'b')).toEqual(old);
  });
});

describe('an alias of a tsconfig', () => {
  const names = [
    'web/src/app.ts',
    'web/src/lib/money.ts',
    'web/src/lib/index.ts',
    'shared/dates.ts',
    'web/test/app.ts',
  ];
  const inWeb = (projects: Readonly<Record<string, unknown>>, written: string) =>
    meant(names, projects, 'web/src/app.ts', written);

  it('means the files that its paths name, with comments and trailing commas in it', () => {
    const config = `// the app
      { "compilerOptions": { "paths": {
        "@/*": ["./src/*"], /* "@/*": "no" */
        "@/lib/*": ["./missing/*", "./src/lib/*"],
        "dates": ["../shared/dates.ts",],
      }, }, }`;
    expect(inWeb({ 'web/tsconfig.json': config }, '@/lib/money')).toEqual(['web/src/lib/money.ts']);
    expect(inWeb({ 'web/tsconfig.json': config }, '@/lib')).toEqual(['web/src/lib/index.ts']);
    expect(inWeb({ 'web/tsconfig.json': config }, 'dates')).toEqual(['shared/dates.ts']);
    expect(inWeb({ 'web/tsconfig.json': config }, '@/nothing')).toEqual([]);
  });

  it('is inherited, also from a folder above, and relative to the base that is set', () => {
    const projects = {
      'tsconfig.base.json': { compilerOptions: { baseUrl: '.', paths: { '~/*': ['web/src/*'] } } },
      'web/tsconfig.json': { extends: '../tsconfig.base' },
    };
    expect(inWeb(projects, '~/lib/money')).toEqual(['web/src/lib/money.ts']);
    expect(inWeb(projects, 'shared/dates')).toEqual(['shared/dates.ts']);
  });

  it('ends where a configuration extends itself or leads out of the workspace', () => {
    expect(inWeb({ 'web/tsconfig.json': { extends: './tsconfig.json' } }, '@/lib')).toEqual([]);
    const out = { compilerOptions: { paths: { '@/*': ['../../../*'] } } };
    expect(inWeb({ 'web/tsconfig.json': out }, '@/lib')).toEqual([]);
  });

  it.each(['', '{', '[]', 'null', '{"compilerOptions":7}', '{"compilerOptions":{"paths":{"@/*":7,"*":["*"]}}}'])(
    'of a damaged file is none: %s',
    (text) => {
      expect(inWeb({ 'web/tsconfig.json': text, 'web/package.json': text }, '@/lib')).toEqual([]);
    },
  );
});

it('other languages find modules by the end of their path', () => {
  const names = ['app/main.py', 'app/shop/cart.py'];
  expect(meant(names, {}, 'app/main.py', 'shop.cart')).toEqual(['app/shop/cart.py']);
});
