// Real: Node's test runner, vitest, unittest; pytest where it is installed. Files are real, in folders of their own.
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { namePattern, targetPath, testTarget } from '../../../../extension/tools/test-runners/finding/test-target.ts';
import { runTestsTool, testWorkspaces } from '../../../support/run-tests-tool.ts';
import { type DiskWorkspace, planTool, runTool } from '../../../support/extension/disk-workspace.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const { groups, workspaceOf } = testWorkspaces();

const run = async (files: DiskWorkspace, target: string) =>
  (await runTool(runTestsTool(files, groups), { target })).text;
const line = async (files: DiskWorkspace, target: string) => {
  const plan = await planTool(runTestsTool(files, groups), { target });
  return plan.preview?.kind === 'command' ? plan.preview.command : '';
};
const has = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

describe('a target', () => {
  const workspace = () => workspaceOf({ 'src/a.test.js': '', 'my tests/b c.test.js': '', 'tests/test_a.py': '' });
  const read = (files: DiskWorkspace, target: string) => {
    const folders = files.folders.map((folder) => folder.path);
    const absolute = (name: string) => files.absolute(name);
    const { selection } = testTarget(target, targetPath(target, absolute, folders), { absolute, folders });
    if (selection.kind === 'all') return 'all';
    const paths = selection.paths.map((file) => files.relative(file)).join();
    return selection.kind === 'paths' ? paths : `${paths} | ${selection.name}`;
  };

  it.each([
    ['src/a.test.js', 'src/a.test.js'],
    ['src/a.test.js:12:3', 'src/a.test.js'],
    ['my tests/b c.test.js', 'my tests/b c.test.js'],
    ['src', 'src'],
    ['.', 'all'],
    ['tests/test_a.py::TestA::test_b[x y]', 'tests/test_a.py | TestA::test_b[x y]'],
    ['src/a.test.js > suite > adds two', 'src/a.test.js | suite > adds two'],
    ['src/a.test.js › adds', 'src/a.test.js | adds'],
    ['my tests/b c.test.js > adds', 'my tests/b c.test.js | adds'],
    ['src/a.test.js:4 > adds', 'src/a.test.js | adds'],
    ['src > adds', 'src | adds'],
    ['TestA.test_b', ' | TestA.test_b'],
    ['suite > adds', ' | suite > adds'],
    ['is a > b', ' | is a > b'],
    ['/users answers 200', ' | /users answers 200'],
  ])('%s is read', (target, expected) => {
    expect(read(workspace(), target)).toBe(expected);
  });

  it('that does not exist is told by its file', () => {
    expect(() => read(workspace(), 'tests/test_z.py::test_a')).toThrow('tests/test_z.py does not exist.');
    expect(() => read(workspace(), '--version')).toThrow('target cannot begin with -');
  });

  it('matches names as runners join them', () => {
    const matches = (name: string, full: string) => new RegExp(`^${namePattern(name)}$`).test(full);
    expect(matches('suite > adds', 'suite adds')).toBe(true);
    expect(matches('suite > adds', 'suite > adds')).toBe(true);
    expect(matches('Sum.adds', 'Sum adds')).toBe(true);
    expect(matches('Sum::adds', 'Sum adds')).toBe(true);
    expect(matches('adds (1.5)', 'adds (1.5)')).toBe(true);
    expect(matches('adds (1.5)', 'adds (1 5)')).toBe(false);
  });
});

describe('a test of a file', () => {
  it('is run by node:test', async () => {
    const tests = `const { test, describe, it } = require('node:test');
describe('suite', () => { it('adds two', () => {}); it('adds more', () => {}); });
test('alone', () => {});
`;
    const files = { 'package.json': '{}', 'a.test.js': tests, 'b.test.js': tests };
    const workspace = workspaceOf(files);
    expect(await run(workspace, 'a.test.js > adds two')).toBe('1 passed');
    expect(await run(workspace, 'a.test.js > suite > adds two')).toBe('1 passed');
    expect(await run(workspace, 'suite > adds more')).toBe('2 passed');
    expect(await run(workspace, 'a.test.js > nothing')).toBe(
      'Error: no test is named nothing in a.test.js. Run all tests, or give a test file.',
    );
  });

  it('is run by vitest', async () => {
    const tests = `import { describe, it } from 'vitest';
describe('Sum', () => { it('adds', () => {}); it('is a > b', () => {}); });
describe('Other', () => { it('adds', () => {}); });
`;
    const workspace = workspaceOf({
      'package.json': '{"type":"module","scripts":{"test":"vitest run test/b.test.ts"}}',
      'test/a.test.ts': tests,
      'test/b.test.ts': tests,
    });
    symlinkSync(path.join(root, 'node_modules'), path.join(workspace.folder, 'node_modules'));
    expect(await run(workspace, 'test/a.test.ts > Sum > adds')).toBe('1 passed');
    expect(await run(workspace, 'Sum.adds')).toBe('1 passed');
    expect(await run(workspace, 'test/a.test.ts::is a > b')).toBe('1 passed');
  });

  it('is planned for every other runner', async () => {
    const workspace = workspaceOf({
      'js/package.json': '{"scripts":{"test":"jest"}}',
      'js/a.test.js': '',
      'mocha/package.json': '{"scripts":{"test":"mocha"}}',
      'mocha/a.test.js': '',
      'go/go.mod': 'module m\n',
      'go/sum/sum_test.go': '',
      'rust/Cargo.toml': '',
      'rust/tests/more.rs': '',
    });
    expect(await line(workspace, 'js/a.test.js > Sum > adds')).toMatch(
      /^jest .*a\\?\.test\\?\.js.* -t Sum\(\?: > \| \)adds$/,
    );
    expect(await line(workspace, 'mocha/a.test.js > adds')).toBe('mocha a.test.js --recursive --fgrep=adds');
    expect(await line(workspace, 'go/sum/sum_test.go::TestSum/two words')).toBe(
      'go test -run ^TestSum$/^two_words$ ./sum',
    );
    expect(await line(workspace, 'rust/tests/more.rs::texts')).toBe('cargo test --no-fail-fast --test=more texts');
  });

  it.skipIf(!has('python3', '--version'))('is run by unittest', async () => {
    const tests =
      'import unittest\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n    def test_b(self):\n        pass\n';
    const workspace = workspaceOf({ 'test_a.py': tests, 'test_b.py': `${tests}\nclass B(A):\n    pass\n` });
    expect(await run(workspace, 'test_a.py::A::test_a')).toBe('1 passed');
    expect(await run(workspace, 'A.test_a')).toBe('2 passed');
    expect(await run(workspace, 'test_b.py::B')).toBe('2 passed');
  });

  it.skipIf(!has('python3', '-m', 'pytest', '--version'))('is run by pytest', { timeout: 180_000 }, async () => {
    const tests = `import pytest

class TestA:
    def test_a(self):
        pass

    @pytest.mark.parametrize('text', ['x y', 'z'])
    def test_each(self, text):
        assert text == 'z'

def test_a():
    pass
`;
    const workspace = workspaceOf({ 'tests/test_a.py': tests });
    expect(await run(workspace, 'tests/test_a.py::TestA::test_a')).toBe('1 passed');
    expect(await run(workspace, 'tests/test_a.py::TestA::test_each[x y]')).toMatch(/^1 failed, 0 passed\n/);
    expect(await run(workspace, 'TestA.test_a')).toBe('1 passed');
    expect(await run(workspace, 'tests/test_a.py::test_none')).toBe(
      'Error: no test is named test_none in tests/test_a.py. Run all tests, or give a test file.',
    );
    // An error in its use is one, though pytest says beside it that no tests ran.
    workspace.write('pytest.ini', '[pytest]\naddopts = --cov=src\n');
    expect(await run(workspace, 'tests')).toMatch(/pytest-cov|1 failed/);
    workspace.write('pytest.ini', '[pytest]\naddopts = --no-such-option\n');
    expect(await run(workspace, 'tests')).toMatch(
      /^Error: the tests did not run\. The output ends with:\n[\s\S]*unrecognized arguments: --no-such-option/,
    );
  });
});

it('a file is that file where only a shell reads the script, with the options that it gives', async () => {
  const tests =
    "require('node:test').test('a', () => { if (globalThis.loaded !== true) throw new Error('no set-up'); });\n";
  const workspace = workspaceOf({
    'package.json': '{"scripts":{"test":"node -r ./setup.cjs --test $(ls *.test.js)"}}',
    'setup.cjs': 'globalThis.loaded = true;\n',
    'a.test.js': tests,
    'b.test.js': tests,
  });
  expect(await line(workspace, 'a.test.js')).toBe('node -r ./setup.cjs --test a.test.js');
  expect(await run(workspace, 'a.test.js')).toBe('1 passed');
  expect(await run(workspace, '.')).toBe('2 passed');
});

describe('a place', () => {
  it('is right behind a link to a folder of the workspace', async () => {
    const tests = "require('node:test').test('a', () => { throw new Error('no'); });\n";
    const workspace = workspaceOf({ 'packages/a/package.json': '{"name":"a"}', 'packages/a/a.test.js': tests });
    symlinkSync(path.join(workspace.folder, 'packages'), path.join(workspace.folder, 'linked'));
    const report = '1 failed, 0 passed\n\nFAIL a (packages/a/a.test.js:1)\n  no';
    expect(await run(workspace, 'linked/a/a.test.js')).toBe(report);
    expect(await run(workspace, 'linked')).toBe(report);
  });

  it.skipIf(!has('python3', '-m', 'pytest', '--version'))(
    'is right where the root of the runner lies above the project',
    { timeout: 180_000 },
    async () => {
      const workspace = workspaceOf({
        'pytest.ini': '[pytest]\n',
        'backend/requirements.txt': '',
        'backend/tests/test_a.py': 'def test_a():\n    value = 1\n    assert value == 2\n',
      });
      expect(await run(workspace, 'backend/tests')).toMatch(
        /^1 failed, 0 passed\n\nFAIL test_a \(backend\/tests\/test_a\.py:3\)\n/,
      );
    },
  );
});
