// Real: the files of a package, on disk.
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../../../../extension/tools/test-runners/finding/package-script.ts';
import { roleOf } from '../../../../../extension/tools/test-runners/finding/script-role.ts';
import { testSteps } from '../../../../../extension/tools/test-runners/finding/script-steps.ts';
import {
  commandsWithoutExpansions,
  simpleCommands,
} from '../../../../../extension/tools/test-runners/finding/shell-words.ts';
import { DiskWorkspace } from '../../../../support/extension/disk-workspace.ts';

const made: DiskWorkspace[] = [];
afterEach(() => {
  for (const workspace of made.splice(0)) workspace.remove();
});

/** The steps of a package's test script, one line each: folder, role, variables and words. */
async function stepsOf(
  scripts: Record<string, string>,
  files: Record<string, string> = {},
  more: object = {},
): Promise<string[]> {
  const manifest = { scripts, ...more };
  const workspace = new DiskWorkspace({ ...files, 'package.json': JSON.stringify(manifest) });
  made.push(workspace);
  return ((await testSteps(workspace.folder, readManifest(JSON.stringify(manifest))!)) ?? []).map((step) => {
    const { folder, script, text, command } = step;
    const place = path.relative(workspace.folder, folder);
    if (command === undefined) return `${place}shell: ${text}`;
    const set = Object.entries(command.variables).map(([name, value]) => `${name}=${value}`);
    const words = [...set, ...command.launcher, ...command.words].join(' ');
    return `${place === '' ? '' : `${place} `}${roleOf(command.words, script)}: ${words}`;
  });
}
const step = async (test: string) => (await stepsOf({ test })).join(', ');

describe('a test script', () => {
  it.each([
    ['node --test', 'node: node --test'],
    ['tsx --test test/*.test.ts', 'node: tsx --test test/*.test.ts'],
    ['npx vitest run', 'vitest: vitest run'],
    ['cross-env NODE_ENV=test jest --ci', 'jest: NODE_ENV=test jest --ci'],
    [
      'node --experimental-vm-modules node_modules/jest/bin/jest.js',
      'jest: node --experimental-vm-modules node_modules/jest/bin/jest.js',
    ],
    ['node_modules/.bin/jest', 'jest: node_modules/.bin/jest'],
    ['react-scripts test', 'jest: react-scripts test'],
    ['c8 --reporter=lcov mocha', 'mocha: mocha'],
    ['c8 -r lcov mocha', 'mocha: mocha'],
    ['nyc ava', 'ava: ava'],
    ['npx playwright test', 'playwright: playwright test'],
    ['node node_modules/@hapi/lab/bin/lab', 'lab: node node_modules/@hapi/lab/bin/lab'],
    ['./check.sh', 'other: ./check.sh'],
    ['pnpm exec vitest', 'vitest: vitest'],
    ['yarn jest --ci', 'jest: jest --ci'],
    ['dotenv -e .env.test -- jest', 'jest: dotenv -e .env.test -- jest'],
    ['TZ=UTC npx -p mocha mocha', 'mocha: TZ=UTC mocha'],
    ['tape test/*.js | tap-spec', 'exit: tape test/*.js'],
    ['jest || true', 'jest: jest'],
    ['mocha > out.txt 2>&1', 'mocha: mocha'],
    ['bun test', 'exit: bun test'],
    ['deno test -A', 'exit: deno test -A'],
    ['tstyche', 'exit: tstyche'],
    ['node test/all.js', 'exit: node test/all.js'],
    ['eslint . && vitest', 'check: eslint ., vitest: vitest'],
    ['tsc -p . && node --test dist', 'other: tsc -p ., node: node --test dist'],
    ['node --test $FILES', 'shell: node --test $FILES'],
  ])('%s is read', async (test, steps) => {
    expect(await step(test)).toBe(steps);
  });

  it('is followed into the scripts that it calls, with what is given to them', async () => {
    expect(await stepsOf({ test: 'npm run unit', unit: 'A=1 vitest run' })).toEqual(['vitest: A=1 vitest run']);
    expect(await stepsOf({ test: 'npm run lint && npm run unit', lint: 'eslint .', unit: 'jest' })).toEqual([
      'check: eslint .',
      'jest: jest',
    ]);
    expect(await stepsOf({ test: 'npm run unit -- --watch=false', unit: 'jest' })).toEqual([
      'jest: jest --watch=false',
    ]);
    expect(await stepsOf({ test: 'yarn test:unit --ci', 'test:unit': 'jest' })).toEqual(['jest: jest --ci']);
    expect(await stepsOf({ test: 'B=2 npm run -s unit', unit: 'mocha' })).toEqual(['mocha: B=2 mocha']);
    expect(await stepsOf({ test: 'node --run unit', unit: 'node --test' })).toEqual(['node: node --test']);
    expect(await stepsOf({ test: 'jest', pretest: 'npm run build', build: 'tsc' })).toEqual([
      'other: tsc',
      'jest: jest',
    ]);
    expect(await stepsOf({ test: 'npm run test' })).toEqual(['other: npm run test']);
  });

  it('is followed through lists of scripts', async () => {
    const scripts = { 'test:a': 'jest', 'test:b': 'vitest', 'test:b:watch': 'vitest -w', lint: 'eslint .' };
    for (const test of ['run-s lint test:*', 'npm-run-all lint --parallel test:*', 'run-p -l lint "test:*"'])
      expect(await stepsOf({ ...scripts, test })).toEqual(['check: eslint .', 'jest: jest', 'vitest: vitest']);
    expect(await stepsOf({ ...scripts, test: 'run-s "test:b -- --ci"' })).toEqual(['vitest: vitest --ci']);
    expect(await stepsOf({ ...scripts, test: 'concurrently -n a,b "npm:test:a" "mocha test"' })).toEqual([
      'jest: jest',
      'mocha: mocha test',
    ]);
    const wireit = {
      test: { dependencies: ['build', 'unit'] },
      unit: { command: 'vitest run' },
      build: { command: 'tsc' },
    };
    const all = { test: 'wireit', unit: 'wireit', build: 'wireit' };
    expect(await stepsOf(all, {}, { wireit })).toEqual(['other: tsc', 'vitest: vitest run']);
  });

  it('is followed into other folders and packages', async () => {
    const packages = {
      'packages/a/package.json': '{"name":"@x/a","scripts":{"test":"jest"}}',
      'packages/b/package.json': '{"name":"b","scripts":{"test":"vitest run","unit":"mocha"}}',
      'packages/c/package.json': '{"name":"c"}',
    };
    const both = ['packages/a jest: jest', 'packages/b vitest: vitest run'];
    const workspaces = { workspaces: ['packages/*'] };
    for (const test of [
      'npm test --workspaces --if-present',
      'npm run test -ws',
      'pnpm -r test',
      'pnpm --recursive run test',
      'yarn workspaces run test',
      'yarn workspaces foreach -A run test',
      'turbo run test',
      'turbo run build test',
      'turbo test --filter=./packages/*',
      'lerna run test --stream',
      'nx run-many -t test',
      'nx run-many --target=test --all',
      'nx affected:test',
    ])
      expect(await stepsOf({ test }, packages, workspaces), test).toEqual(both);
    for (const test of [
      'npm test -w @x/a',
      'yarn workspace @x/a test',
      'pnpm --filter a test',
      'nx test a',
      'nx run a:test',
    ])
      expect(await stepsOf({ test }, packages, workspaces), test).toEqual(both.slice(0, 1));
    for (const test of [
      'cd packages/b && npm run unit',
      'npm --prefix packages/b run unit',
      'yarn --cwd packages/b unit',
    ])
      expect(await stepsOf({ test }, packages), test).toEqual(['packages/b mocha: mocha']);
    const pnpm = { ...packages, 'pnpm-workspace.yaml': "packages:\n  # all\n  - 'packages/*'\n  - '!packages/b'\n" };
    expect(await stepsOf({ test: 'pnpm -r test' }, pnpm)).toEqual(both.slice(0, 1));
  });

  it('is none when npm wrote it, and another name where there is no other', async () => {
    expect(await step('echo "Error: no test specified" && exit 1')).toBe('');
    expect(await stepsOf({ 'test:unit': 'vitest' })).toEqual(['vitest: vitest']);
    expect(readManifest('{')).toBeUndefined();
    expect(readManifest('[]')).toBeUndefined();
  });

  it('has its quotes resolved', () => {
    const texts = { text: expect.any(String) as string, alone: expect.any(String) as string };
    expect(simpleCommands(`A="b c" node --test 'a b' "c d" e\\"f`)).toEqual([
      { variables: { A: 'b c' }, words: ['node', '--test', 'a b', 'c d', 'e"f'], ...texts },
    ]);
    expect(simpleCommands('a 2>x && b | c; d || e')?.map(({ text }) => text)).toEqual(['a 2>x', 'b | c', 'd || e']);
    expect(simpleCommands('a 2>x && b | c; d || e')?.map(({ alone }) => alone)).toEqual(['a 2>x', 'b', 'd']);
    const find = 'A=$B node --import tsx --test $(find . -name "*.ts") "${X:-y}"';
    expect(commandsWithoutExpansions(find)?.[0]?.words).toEqual(['node', '--import', 'tsx', '--test']);
    for (const shell of ['$(a)', 'a `b`', '(a)', 'a & b', '', 'a &&', 'a "$b"', 'if a; then b; fi', '&& a', 'a >'])
      expect(simpleCommands(shell), shell).toBeUndefined();
  });
});
