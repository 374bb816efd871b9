// Real: vitest, unittest, and pytest and cargo where they are installed, in folders of their own. Faked: the editor.
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestFallback } from '../../../../extension/tools/test-runners/run-tests.ts';
import { runTestsTool, testWorkspaces } from '../../../support/run-tests-tool.ts';
import { type DiskWorkspace, planTool, runTool } from '../../../support/extension/disk-workspace.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const { groups, workspaceOf } = testWorkspaces();

const tester = (files: DiskWorkspace, fallback?: TestFallback) => runTestsTool(files, groups, fallback);
const run = async (files: DiskWorkspace, target?: string) =>
  (await runTool(tester(files), target === undefined ? {} : { target })).text;
const has = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

describe('run_tests with vitest', () => {
  const files = {
    'package.json': '{"type":"module","scripts":{"test":"vitest --watch"},"devDependencies":{"vitest":"4"}}',
    'src/m.ts':
      'export function add(a: number, b: number) {\n  // wrong\n  return a - b;\n}\nexport const boom = () => { throw new Error("first\\nsecond"); };\n',
    'test/m.test.ts': `import { describe, expect, it } from 'vitest';
import { add, boom } from '../src/m.ts';
interface Shape { a: number }
describe('suite', () => {
  it('adds', () => {
    const shape: Shape = { a: 5 };
    expect(add(2, 3)).toBe(shape.a);
  });
  it('compares objects', () => { expect([{ a: 1, b: 'x' }]).toEqual([{ a: 2, b: 'x', c: [] }]); });
  it('compares strings', () => { expect('5').toBe('6'); });
  it('compares kinds', () => { expect('5').toBe(5); });
  it('throws', () => { boom(); });
  it('contains', () => { expect([1]).toContain(2); });
  it('is not', () => { expect(5).not.toBe(5); });
  it('says why', () => { expect([].length, 'not empty').toBe(1); });
  it.skip('later', () => {});
});
it('passes', () => {});
`,
  };

  it('reports values, places and the tests that cannot be loaded', async () => {
    const workspace = workspaceOf({
      ...files,
      'test/bad.test.ts': "import { gone } from '../src/gone.ts';\ngone();\n",
    });
    symlinkSync(path.join(root, 'node_modules'), path.join(workspace.folder, 'node_modules'));
    expect(await run(workspace)).toBe(`9 failed, 1 passed, 1 skipped

FAIL test/bad.test.ts (test/bad.test.ts:1)
  Cannot find module '../src/gone.ts' imported from ${workspace.folder}/test/bad.test.ts

FAIL adds (test/m.test.ts:7)
  expected: 5
  actual: -1

FAIL compares objects (test/m.test.ts:9)
  expected: [{ a: 2, b: 'x', c: [] }]
  actual: [{ a: 1, b: 'x' }]

FAIL compares strings (test/m.test.ts:10)
  expected: '6'
  actual: '5'

FAIL compares kinds (test/m.test.ts:11)
  expected: 5
  actual: '5'

FAIL throws (test/m.test.ts:12)
  first

FAIL contains (test/m.test.ts:13)
  expected [ 1 ] to include 2

FAIL is not (test/m.test.ts:14)
  expected 5 not to be 5 // Object.is equality

FAIL says why (test/m.test.ts:15)
  not empty
  expected: 1
  actual: 0`);
    expect(await run(workspace, 'passes')).toBe('1 passed');
    expect(await run(workspace, 'test/bad.test.ts')).toMatch(
      /^Error: the tests could not be loaded\. Fix this first:\ntest\/bad\.test\.ts/,
    );
  });

  it('says when it is not installed', async () => {
    expect(await run(workspaceOf(files))).toBe('Error: vitest is not installed here. Run npm install first.');
  });
});

describe('run_tests with mocha', () => {
  it('reports values and places through our reporter', async () => {
    // Faked: Mocha itself. Its reporter's base class and its events are as in Mocha 11.
    const stack = (line: number) =>
      `{ stack: 'AssertionError: no\\n    at Context.<anonymous> (test/m.js:${line}:12)' }`;
    const workspace = workspaceOf({
      'package.json': '{"scripts":{"test":"mocha --require ./setup.js test/*.js"}}',
      'test/m.js': '',
      'node_modules/mocha/package.json': '{"name":"mocha","main":"index.js","bin":{"mocha":"bin.js"}}',
      'node_modules/mocha/index.js':
        'exports.reporters = { Spec: class { constructor(runner) { runner.on("fail", (test, error) => { error.expected = error.actual = "text"; }); } } };',
      'node_modules/mocha/bin.js': `const runner = new (require('node:events').EventEmitter)();
const file = require('node:path').resolve('test/m.js');
new (require(process.argv[process.argv.indexOf('--reporter') + 1]))(runner, {});
runner.emit('pass', { title: process.argv.slice(2, 5).join(' '), file });
runner.emit('pending', { title: 'later', file });
const fail = (title, error) => runner.emit('fail', { title, file }, error);
fail('equal', Object.assign(new Error('no'), { expected: { a: [1] }, actual: 'x' }, ${stack(4)}));
runner.emit('fail', { title: 'throws', file }, Object.assign(new TypeError('first\\nsecond'), ${stack(7)}));
const above = new Error('expected 1 to be above 3');
fail('above', Object.assign(above, { showDiff: false, expected: 3, actual: 1 }));
`,
    });
    expect(await run(workspace)).toBe(`3 failed, 1 passed, 1 skipped

FAIL equal (test/m.js:4)
  expected: { a: [1] }
  actual: 'x'

FAIL throws (test/m.js:7)
  first

FAIL above (test/m.js)
  expected 1 to be above 3`);
  });
});

const pythonTests = `import unittest
from calc import add, boom

class AddTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)

    def test_lists(self):
        self.assertEqual([1, 'a'], [1, 'b'], 'the same letters')

    def test_boom(self):
        boom()

    def test_true(self):
        self.assertTrue(0)

    @unittest.skip('later')
    def test_later(self):
        pass

    def test_fine(self):
        pass
`;

describe.skipIf(!has('python3', '--version'))('run_tests with unittest', () => {
  it('reports values and places', async () => {
    const workspace = workspaceOf({
      'calc.py':
        "def add(a, b):\n    return a - b\n\ndef boom():\n    raise ValueError('first\\nsecond') from OSError('why')\n",
      'tests/test_calc.py': pythonTests,
    });
    expect(await run(workspace)).toBe(`4 failed, 1 passed, 1 skipped

FAIL test_add (tests/test_calc.py:6)
  self.assertEqual(add(2, 3), 5)
  left: -1
  right: 5

FAIL test_boom (tests/test_calc.py:12)
  ValueError: first (cause: why)

FAIL test_lists (tests/test_calc.py:9)
  the same letters
  self.assertEqual([1, 'a'], [1, 'b'], 'the same letters')
  left: [1, 'a']
  right: [1, 'b']

FAIL test_true (tests/test_calc.py:15)
  0 is not true`);
    expect(await run(workspace, 'test_fine')).toBe('1 passed');
    expect(await run(workspace, 'calc.py')).toMatch(/^4 failed, 1 passed/);
    workspace.write('tests/test_calc.py', 'import gone\n');
    expect(await run(workspace)).toBe('Error: the Python package gone is not installed. Run pip install gone first.');
    workspace.write('tests/test_calc.py', 'from calc import nothing\n');
    expect(await run(workspace)).toMatch(
      /^Error: the tests could not be loaded\. Fix this first:\n.*cannot import name 'nothing'/,
    );
  });
});

describe.skipIf(!has('python3', '-m', 'pytest', '--version'))('run_tests with pytest', () => {
  it('reports values, places and what cannot be collected', async () => {
    const workspace = workspaceOf({
      'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["."]\n',
      'calc.py': "def add(a, b):\n    return a - b\n\ndef boom():\n    raise ValueError('first\\nsecond')\n",
      'tests/test_calc.py': `import pytest
from calc import add, boom

def test_add():
    assert add(2, 3) == 5

class TestMore:
    def test_strings(self):
        assert 'a == b' == "c", 'they differ'

    def test_boom(self):
        boom()

@pytest.mark.parametrize('n', [1, 2])
def test_each(n):
    assert n < 2

def test_raises():
    with pytest.raises(KeyError):
        pass

@pytest.mark.skip
def test_later():
    pass

def test_dict():
    assert {'a': [1, 2], 'b': None} == {'a': [1, 3]}
`,
    });
    expect(await run(workspace)).toBe(`6 failed, 1 passed, 1 skipped

FAIL test_add (tests/test_calc.py:5)
  assert add(2, 3) == 5
  left: -1
  right: 5

FAIL test_strings (tests/test_calc.py:9)
  they differ
  assert 'a == b' == "c", 'they differ'
  left: 'a == b'
  right: 'c'

FAIL test_boom (tests/test_calc.py:12)
  ValueError: first

FAIL test_each[2] (tests/test_calc.py:16)
  assert 2 < 2

FAIL test_raises (tests/test_calc.py:19)
  DID NOT RAISE <class 'KeyError'>

FAIL test_dict (tests/test_calc.py:27)
  assert {'a': [1, 2], 'b': None} == {'a': [1, 3]}
  left: {'a': [1, 2], 'b': None}
  right: {'a': [1, 3]}`);
    expect(await run(workspace, 'test_dict')).toMatch(/^1 failed, 0 passed/);
    expect(await run(workspace, 'test_nothing')).toBe(
      'Error: no test is named test_nothing. Run all tests, or give a test file.',
    );
    workspace.write('tests/test_bad.py', 'nothing()\n');
    expect(await run(workspace, 'tests/test_bad.py')).toBe(
      "Error: the tests could not be loaded. Fix this first:\ntests/test_bad.py:1: NameError: name 'nothing' is not defined",
    );
  });
});

describe.skipIf(!has('cargo', '--version'))('run_tests with cargo', () => {
  it('reports values and places', async () => {
    const workspace = workspaceOf({
      'Cargo.toml': '[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n',
      'src/lib.rs': `pub fn add(a: i32, b: i32) -> i32 { a - b }

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn adds() {
        assert_eq!(add(2, 3), 5);
    }
    #[test]
    fn fine() {}
    #[test]
    #[ignore]
    fn later() {}
    #[test]
    fn unwraps() { let none: Option<i32> = None; println!("printed"); none.expect("nothing there"); }
}
`,
      'tests/more.rs': '#[test]\nfn texts() {\n    assert_eq!("a".to_string(), "b");\n}\n',
    });
    expect(await run(workspace)).toBe(`3 failed, 1 passed, 1 skipped

FAIL adds (src/lib.rs:8)
  expected: 5
  actual: -1

FAIL unwraps (src/lib.rs:16)
  nothing there

FAIL texts (tests/more.rs:3)
  expected: "b"
  actual: "a"`);
    expect(await run(workspace, 'tests/more.rs')).toMatch(/^1 failed, 0 passed\n/);
    workspace.write('src/lib.rs', 'pub fn add( {}\n');
    expect(await run(workspace)).toMatch(
      /^Error: the tests did not run\. The output ends with:\n[\s\S]*could not compile/,
    );
  });
});

describe('run_tests without a runner it knows', () => {
  it('uses the fallback, and says what it knows where there is none', async () => {
    const workspace = workspaceOf({ 'README.md': 'nothing\n' });
    const fallback: TestFallback = {
      runner: 'Testing view',
      words: 'Run all tests of the Testing view',
      run: async () => ({ text: 'ran', failed: false }),
    };
    expect((await runTool(tester(workspace, fallback), { target: 'some test' })).text).toBe('ran');
    expect(await planTool(tester(workspace, fallback), {})).toMatchObject({
      access: { kind: 'tests', runner: 'Testing view', folder: workspace.folder },
      preview: { kind: 'text', text: 'Run all tests of the Testing view' },
    });
    await expect(run(workspace)).rejects.toThrow(
      'no tests were found: run_tests knows the test scripts of package.json and the runners of JavaScript, Python',
    );
  });
});
