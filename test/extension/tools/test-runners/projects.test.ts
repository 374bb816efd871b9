// Real: Node's test runner, unittest, npm, vitest; pytest and cargo where they are installed. Faked: other runners, by
// a few lines, in folders of their own.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTestsTool, testWorkspaces } from '../../../support/run-tests-tool.ts';
import { type DiskWorkspace, planTool, runTool } from '../../../support/extension/disk-workspace.ts';

const { groups, workspaceOf } = testWorkspaces();

const run = async (files: DiskWorkspace, target?: string) =>
  (await runTool(runTestsTool(files, groups), target === undefined ? {} : { target })).text;
const lines = async (files: DiskWorkspace, target?: string) => {
  const plan = await planTool(runTestsTool(files, groups), target === undefined ? {} : { target });
  return plan.preview?.kind === 'command' ? plan.preview.command.split('\n') : [];
};
const has = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const nodeTest = (name: string, more = '') => `require('node:test').test('${name}', () => { ${more} });\n`;
const scripts = (all: Record<string, string>, more: object = {}) => JSON.stringify({ scripts: all, ...more });
/** A package whose command prints its name and its arguments. */
const fakePackage = (name: string, end = '') => ({
  [`node_modules/${name}/package.json`]: `{"name":"${name}","bin":{"${name}":"bin.js"}}`,
  [`node_modules/${name}/bin.js`]: `console.log(['${name}', ...process.argv.slice(2)].join(' '));${end}\n`,
});

describe('run_tests in a workspace of several projects', () => {
  it('runs each where it lives, and reports all together', { timeout: 60_000 }, async () => {
    const workspace = workspaceOf({
      'README.md': '',
      'frontend/package.json': scripts({ test: 'node --test' }, { name: 'frontend' }),
      'frontend/a.test.js': nodeTest('here', 'if (!process.cwd().endsWith("frontend")) throw new Error("elsewhere");'),
      'backend/requirements.txt': 'flask\n',
      'backend/app.py': 'def one():\n    return 1\n',
      'backend/tests/test_app.py':
        'import unittest\nfrom app import one\n\nclass A(unittest.TestCase):\n    def test_one(self):\n        self.assertEqual(one(), 2)\n',
      'tests/test_root.py': 'import unittest\n\nclass B(unittest.TestCase):\n    def test_root(self):\n        pass\n',
    });
    expect(await run(workspace)).toBe(
      '1 failed, 2 passed\n\nFAIL test_one (backend/tests/test_app.py:6)\n  self.assertEqual(one(), 2)\n  left: 1\n  right: 2',
    );
    expect(await run(workspace, 'frontend')).toBe('1 passed');
    expect(await lines(workspace, 'backend/tests/test_app.py')).toEqual(['python -m unittest tests/test_app.py']);
  });

  it.skipIf(!has('python3', '--version'))('takes the Python of the project', async () => {
    const python = '#!/bin/sh\necho ran > python-ran\nexec python3 "$@"\n';
    const tests = 'import unittest\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n';
    const workspace = workspaceOf({
      'package.json': scripts({ test: 'node --test' }, { name: 'root' }),
      'a.test.js': nodeTest('a'),
      'api/.venv/pyvenv.cfg': '',
      'api/.venv/bin/python': python,
      'api/test_a.py': tests,
    });
    spawnSync('chmod', ['+x', path.join(workspace.folder, 'api/.venv/bin/python')]);
    expect(await run(workspace)).toBe('2 passed');
    expect(existsSync(path.join(workspace.folder, 'api/python-ran'))).toBe(true);
  });

  it('runs the packages of a root without tests, each with its own runner', async () => {
    const workspace = workspaceOf({
      'package.json': scripts({ build: 'tsc' }, { name: 'root', devDependencies: { vitest: '4' } }),
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
      'packages/a/package.json': scripts({ test: 'node --test' }, { name: 'a' }),
      'packages/a/a.test.js': nodeTest('a'),
      'packages/b/package.json': scripts({ test: 'tape test/*.js' }, { name: 'b' }),
      'packages/c/package.json': scripts({ test: 'jest' }, { name: 'c' }),
      'packages/d/package.json': scripts({ test: 'jest' }, { name: 'd' }),
      'packages/e/package.json': scripts({ test: 'node --test' }, { name: 'e' }),
      'packages/e/src/e.js': '',
    });
    expect(await lines(workspace)).toEqual([
      'cd packages/a && node --test',
      'cd packages/b && tape test/*.js',
      'cd packages/c && jest',
      'cd packages/d && jest',
    ]);
    const text = await run(workspace);
    expect(text).toMatch(/^1 passed\n\ntape test\/\*\.js failed \(exit code 127\)\. The output ends with:\n/);
    expect(text).toMatch(
      /\n\nError in packages\/c \(jest\), packages\/d \(jest\): jest is not installed here\. Run npm install first\.$/,
    );
    expect(text.match(/jest is not installed/g)).toHaveLength(1);
    expect(await lines(workspace, 'packages/a')).toEqual(['node --test a.test.js']);
    expect(await lines(workspace, 'packages')).toHaveLength(4);
  });

  it('names a project in which no test was found', async () => {
    const vitest = { ...fakePackage('vitest', 'console.log("No test files found");process.exitCode = 1;') };
    const workspace = workspaceOf({
      ...vitest,
      'package.json': scripts({ test: 'turbo run test' }, { workspaces: ['packages/*'] }),
      'packages/a/package.json': scripts({ test: 'node --test' }, { name: 'a' }),
      'packages/a/a.test.js': nodeTest('a'),
      'packages/b/package.json': scripts({ test: 'vitest run' }, { name: 'b' }),
    });
    expect(await run(workspace)).toBe('1 passed\n\nNo tests were found in packages/b (vitest).');
    expect(await run(workspace, 'a')).toBe('1 passed');
  });
});

describe('run_tests of a script', () => {
  it('runs what the tests need before them, once, and no checks', { timeout: 60_000 }, async () => {
    const workspace = workspaceOf({
      ...fakePackage('eslint', 'process.exitCode = 1;'),
      'package.json': scripts({
        lint: 'eslint .',
        build: 'node build.js',
        pretest: 'npm run lint',
        test: 'npm run build && npm run unit && npm run more -- --test-timeout=10000',
        unit: 'node --test dist/a.test.js',
        more: 'node --test dist/b.test.js',
      }),
      'build.js':
        "require('fs').appendFileSync('built', 'x'); require('fs').mkdirSync('dist', { recursive: true });\nfor (const one of ['a', 'b']) require('fs').writeFileSync(`dist/${one}.test.js`, `require('node:test').test('${one}', () => {});`);\n",
      'dist/a.test.js': '',
      'dist/b.test.js': '',
    });
    expect(await lines(workspace)).toEqual([
      'node build.js && node --test dist/a.test.js',
      'node build.js && node --test-timeout=10000 --test dist/b.test.js',
    ]);
    expect(await run(workspace)).toBe('2 passed');
    expect(readFileSync(path.join(workspace.folder, 'built'), 'utf8')).toBe('x');
    // One file is that file, though the script names files and prepares.
    expect(await run(workspace, 'dist/b.test.js')).toBe('1 passed');
    workspace.write('build.js', 'console.error("no space left"); process.exit(2);\n');
    const name = path.basename(workspace.folder);
    expect(await run(workspace)).toBe(
      `Error in ${name} (node --test): \`node build.js\`, which the tests need, failed. ` +
        'The output ends with:\nno space left',
    );
  });

  it('reports exit code and output where nobody can read results', async () => {
    const tape = { ...fakePackage('tape'), 'test/a.js': '', 'test/b c.js': '' };
    const tested = workspaceOf({ ...tape, 'package.json': scripts({ test: 'tape "test/*.js" | cat' }) });
    symlinkBin(tested, 'tape');
    expect(await run(tested)).toBe('tape "test/*.js" passed (exit code 0). The output ends with:\ntape test/*.js');
    expect(await run(tested, 'test/b c.js')).toBe(
      "tape 'test/b c.js' passed (exit code 0). The output ends with:\ntape test/b c.js",
    );
    tested.write(
      'node_modules/tape/bin.js',
      "#!/usr/bin/env node\nconsole.log('TAP version 13\\n# adds\\nok 1 one\\nnot ok 2 two\\n1..2'); process.exitCode = 1;\n",
    );
    expect(await run(tested)).toMatch(/^1 failed, 1 passed\n\nFAIL adds\n/);
    const plain = workspaceOf({
      'package.json': scripts({ test: 'node test/all.js' }),
      'test/all.js': 'console.log("all"); process.exitCode = 3;\n',
      'test/one.js': 'console.log("one");\n',
    });
    expect(await run(plain)).toBe('node test/all.js failed (exit code 3). The output ends with:\nall');
    expect(await run(plain, 'test/one.js')).toBe('node test/one.js passed (exit code 0). The output ends with:\none');
    const unknown = workspaceOf({
      'package.json': scripts({ test: 'sh check.sh' }),
      'check.sh': 'echo checked\n',
      'a.js': '',
    });
    expect(await run(unknown)).toBe('sh check.sh passed (exit code 0). The output ends with:\nchecked');
    expect(await run(unknown, 'a.js')).toBe(
      'sh check.sh passed (exit code 0). It cannot run less, so all of it ran. The output ends with:\nchecked',
    );
    const several = workspaceOf({ 'package.json': scripts({ test: 'sh -c "exit 0" && echo $PWD' }) });
    expect(await lines(several)).toEqual(['npm test']);
  });

  it('keeps what sets up its environment', async () => {
    const workspace = workspaceOf({
      ...fakePackage('dotenv'),
      'package.json': scripts({ test: 'A=1 dotenv -e .env.test -- node --test' }),
      'a.test.js': nodeTest('a', 'if (process.env.B !== "2" || process.env.A !== "1") throw new Error("not set");'),
      'node_modules/dotenv/bin.js':
        "#!/usr/bin/env node\nconst [, , , , , ...words] = process.argv;\nprocess.exitCode = require('child_process').spawnSync(words[0], words.slice(1), { stdio: 'inherit', env: { ...process.env, B: '2' } }).status;\n",
    });
    symlinkBin(workspace, 'dotenv');
    expect(await run(workspace)).toBe('1 passed');
  });
});

describe('run_tests without a test script', () => {
  it.each([
    ['bun', "import { test } from 'bun:test';\n", 'bun test a.test.ts'],
    ['deno', "Deno.test('a', () => {});\n", 'deno test a.test.ts'],
  ])('knows %s by its test files', async (program, text, command) => {
    const workspace = workspaceOf({ 'a.test.ts': text });
    expect(await lines(workspace)).toEqual([`${program} test`]);
    expect(await lines(workspace, 'a.test.ts')).toEqual([command]);
  });

  it('tests all crates of a workspace', async () => {
    const workspace = workspaceOf({ 'Cargo.toml': '[package]\nname = "a"\n\n[workspace]\nmembers = ["b"]\n' });
    expect(await lines(workspace)).toEqual(['cargo test --no-fail-fast --workspace']);
  });

  it('runs nothing outside the workspace, wherever a script leads', async () => {
    const outside = workspaceOf({
      'package.json': '{"workspaces":["packages/*"]}',
      'packages/b/package.json': scripts({ test: 'node --test' }, { name: 'b' }),
      'packages/b/b.test.js': nodeTest('outside'),
      'packages/a/package.json': scripts({ test: 'turbo run test', more: 'x' }, { name: 'a' }),
    });
    const folder = path.join(outside.folder, 'packages/a');
    const files = {
      ...outside,
      folders: [{ name: 'a', path: folder }],
      absolute: (name: string) => path.resolve(folder, name),
      relative: (file: string) => path.relative(folder, file),
    } as unknown as DiskWorkspace;
    await expect(run(files)).rejects.toThrow('no tests were found');
  });

  it('builds nothing outside the workspace, also behind a link, and shows where it builds', async () => {
    const outside = workspaceOf({ 'package.json': scripts({ build: 'node -e "process.exit(3)"' }) });
    const workspace = workspaceOf({
      'package.json': scripts({ test: `npm --prefix ${outside.folder} run build && node --test` }),
      'a.test.js': nodeTest('a'),
      'lib/package.json': scripts({ build: 'node build.js' }),
    });
    await expect(run(workspace)).rejects.toThrow('no tests were found');
    symlinkSync(outside.folder, path.join(workspace.folder, 'link'));
    workspace.write('package.json', scripts({ test: 'npm --prefix link run build && node --test' }));
    await expect(run(workspace)).rejects.toThrow('no tests were found');
    workspace.write('package.json', scripts({ test: 'npm --prefix lib run build && node --test' }));
    expect(await lines(workspace)).toEqual(['(cd lib && node build.js) && node --test']);
  });
});

describe('run_tests without a dependency', () => {
  it('says once which one, and what to do', async () => {
    const loading = `require('express');\n${nodeTest('never')}`;
    const workspace = workspaceOf({
      'package.json': scripts({ test: 'node --test' }, { dependencies: { express: '5' } }),
      'test/a.test.js': loading,
      'test/b.test.js': loading,
      'test/c.test.js': nodeTest('c'),
    });
    expect(await run(workspace)).toBe(
      '1 passed\n\nError: the package express is not installed. Run npm install first.',
    );
    workspace.write('pnpm-lock.yaml', '');
    workspace.write('package.json', scripts({ test: 'node --test' }));
    expect(await run(workspace, 'test/a.test.js')).toBe(
      'Error: the package express is not installed. Run pnpm add -D express first.',
    );
  });

  it.skipIf(!has('python3', '--version'))('tells a package of Python from a module of the project', async () => {
    const tests = (module: string) =>
      `import unittest\nimport ${module}\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n`;
    const workspace = workspaceOf({ 'requirements.txt': 'nosuch\n', 'test_a.py': tests('nosuch.inner'), 'own.py': '' });
    expect(await run(workspace)).toBe(
      'Error: the Python package nosuch is not installed. Run pip install -r requirements.txt first.',
    );
    workspace.write('test_a.py', tests('own.inner'));
    expect(await run(workspace)).toMatch(/^Error: the tests could not be loaded\. Fix this first:\ntest_a\.py:1: /);
  });
});

function symlinkBin(workspace: DiskWorkspace, name: string): void {
  workspace.write('node_modules/.bin/.keep', '');
  const bin = path.join(workspace.folder, 'node_modules', name, 'bin.js');
  workspace.write(
    `node_modules/${name}/bin.js`,
    readFileSync(bin, 'utf8').replace(/^(#!.*\n)?/, '#!/usr/bin/env node\n'),
  );
  spawnSync('chmod', ['+x', bin]);
  symlinkSync(bin, path.join(workspace.folder, 'node_modules/.bin', name));
}
