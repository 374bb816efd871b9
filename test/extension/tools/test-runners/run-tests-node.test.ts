// Real: Node's test runner in folders of its own, ripgrep. Faked: the editor.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { userEnvironment } from '../../../../extension/tools/commands/command-environment.ts';
import { noMirror } from '../../../support/extension/no-mirror.ts';
import { runTests } from '../../../../extension/tools/test-runners/run-tests.ts';
import { ripgrepCandidates, firstExisting } from '../../../../extension/tools/search/ripgrep-location.ts';
import { RipgrepSearch } from '../../../../extension/tools/search/ripgrep-search.ts';
import { searchText } from '../../../../extension/tools/search/search-text.ts';
import { runTestsTool, testWorkspaces } from '../../../support/run-tests-tool.ts';
import { type DiskWorkspace, planTool, runTool } from '../../../support/extension/disk-workspace.ts';
import { processRuns } from '../../../support/daemon/process-runs.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const { groups, workspaceOf } = testWorkspaces();

const tester = (files: DiskWorkspace) => runTestsTool(files, groups);
const run = async (files: DiskWorkspace, target?: string, context = {}) =>
  (await runTool(tester(files), target === undefined ? {} : { target }, context)).text;

interface Step {
  name: string;
  arguments: Record<string, string | boolean>;
  result: string;
}
const episodes = JSON.parse(readFileSync(path.join(root, 'test/fixtures/nano-tool-results.json'), 'utf8')) as {
  kind: string;
  before: Record<string, string>;
  steps: Step[];
}[];

describe('what the embedded model was taught', () => {
  it.each(episodes.map((episode, at) => ({ ...episode, at })))(
    'is what run_tests and search_text answer in episode $at ($kind)',
    async ({ before, steps }) => {
      const commonJs = Object.values(before).some((text) => text.includes('module.exports'));
      const workspace = workspaceOf({ ...before, 'package.json': commonJs ? '{}\n' : '{"type":"module"}\n' });
      const search = new RipgrepSearch({
        binary: firstExisting(ripgrepCandidates(undefined, [root]))!,
        excludes: () => ['**/node_modules'],
      });
      for (const { name, arguments: args, result } of steps) {
        if (name === 'run_tests') expect(await run(workspace)).toBe(result);
        if (name === 'search_text')
          expect((await runTool(searchText({ files: workspace, search, isSecret: () => false }), args)).text).toBe(
            result,
          );
        if (name !== 'edit_file') continue;
        const file = path.join(workspace.folder, String(args['path']));
        workspace.write(
          String(args['path']),
          readFileSync(file, 'utf8').split(String(args['old_string'])).join(String(args['new_string'])),
        );
      }
    },
  );
});

const assertion = "import { test, describe, it } from 'node:test';\nimport assert from 'node:assert/strict';\n";
const esm = { 'package.json': '{"type":"module"}' };

describe('run_tests with node:test', () => {
  it('shows values on one line, a message for anything else', async () => {
    const workspace = workspaceOf({
      ...esm,
      'src/m.js': 'export const boom = () => { throw new Error("first\\nsecond"); };\n',
      'test/a.test.js': `${assertion}import { boom } from '../src/m.js';
test('object', () => { assert.deepEqual({ a: [1, 'x'], 'b-c': null }, {}); });
test('odd values', () => { assert.equal(-0, undefined); });
test('throws', () => {
  boom();
});
test('undefined name', () => { nothing(); });
test('text', () => { throw 'just text'; });
test('fails', () => { assert.fail('on purpose'); });
test('map', () => { assert.deepEqual(new Map([[1, { a: 2 }]]), new Map()); });
describe('suite', () => { it('inner', () => { assert.ok(false); }); });
test('own words', () => { assert.ok([].length, 'list must not be empty'); });
test('causes', () => { throw new Error('outer', { cause: new Error('inner') }); });
test('parts', () => { throw new AggregateError([new Error('one'), new Error('two')], 'both'); });
`,
    });
    expect(await run(workspace)).toBe(`11 failed, 0 passed

FAIL object (test/a.test.js:4)
  expected: {}
  actual: { a: [1, 'x'], b-c: null }

FAIL odd values (test/a.test.js:5)
  expected: undefined
  actual: -0

FAIL throws (test/a.test.js:7)
  first

FAIL undefined name (test/a.test.js:9)
  nothing is not defined

FAIL text (test/a.test.js:10)
  just text

FAIL fails (test/a.test.js:11)
  on purpose

FAIL map (test/a.test.js:12)
  expected: Map(0) {}
  actual: Map(1) { 1 => { a: 2 } }

FAIL inner (test/a.test.js:13)
  expected: true
  actual: false

FAIL own words (test/a.test.js:14)
  list must not be empty
  expected: true
  actual: 0

FAIL causes (test/a.test.js:15)
  outer (cause: inner)

FAIL parts (test/a.test.js:16)
  both (one) (two)`);
  });

  it('counts a subtest once, skipped and todo apart', async () => {
    const workspace = workspaceOf({
      ...esm,
      'a.test.js': `${assertion}test('parent', async (t) => { await t.test('child', () => { assert.equal(1, 2); }); });\ntest.skip('later', () => {});\ntest.todo('some day', () => { assert.ok(false); });\ntest('fine', () => {});\n`,
    });
    expect(await run(workspace)).toBe(
      '1 failed, 1 passed, 2 skipped\n\nFAIL child (a.test.js:3)\n  expected: 2\n  actual: 1',
    );
  });

  it('lists files in path order and at most 20 failures', async () => {
    const many = (count: number) =>
      assertion +
      Array.from({ length: count }, (_, at) => `test('t${at}', () => { assert.equal(${at}, -1); });\n`).join('');
    const workspace = workspaceOf({
      ...esm,
      'test/b.test.js': many(15),
      'test/a.test.js': many(8),
      'lib/c.test.js': many(1),
    });
    const text = await run(workspace);
    expect(text).toMatch(/^24 failed, 0 passed\n\nFAIL t0 \(lib\/c\.test\.js:3\)/);
    expect(text).toMatch(/\n\nand 4 more$/);
    expect(text.match(/FAIL/g)).toHaveLength(20);
    expect(text.indexOf('test/a.test.js')).toBeLessThan(text.indexOf('test/b.test.js'));
  });

  it('runs a file, a folder, a name, or the tests of a source file', async () => {
    const one = (name: string) => `${assertion}import '../src/${name}.js';\ntest('${name} (one)', () => {});\n`;
    const workspace = workspaceOf({
      ...esm,
      'src/a.js': '',
      'src/b.js': '',
      'test/a.test.js': `${one('a')}test('a two', () => {});\n`,
      'test/b.test.js': one('b'),
      'more/x/c.test.js': one('a').replaceAll('../src', '../../src'),
    });
    expect(await run(workspace)).toBe('4 passed');
    expect(await run(workspace, 'test/a.test.js')).toBe('2 passed');
    expect(await run(workspace, './test/')).toBe('3 passed');
    expect(await run(workspace, 'src/b.js')).toBe('1 passed');
    expect(await run(workspace, 'a (one)')).toBe('2 passed');
    expect(await run(workspace, 'a two')).toBe('1 passed');
    expect(await run(workspace, 'test/a.test.js:4')).toBe('2 passed');
    expect(await run(workspace, 'nothing like it')).toBe(
      'Error: no test is named nothing like it. Run all tests, or give a test file.',
    );
    await expect(run(workspace, 'test/z.test.js')).rejects.toThrow('test/z.test.js does not exist.');
  });

  it('says what cannot be loaded, alone and beside tests that ran', async () => {
    const workspace = workspaceOf({
      ...esm,
      'src/bad.js': 'export const x = 1;\nexport const y = ;\n',
      'test/a.test.js': `${assertion}import { y } from '../src/bad.js';\ntest('never', () => {});\n`,
    });
    expect(await run(workspace)).toBe(
      "Error: the tests could not be loaded. Fix this first:\nsrc/bad.js:2: SyntaxError: Unexpected token ';'",
    );
    workspace.write('test/b.test.js', `${assertion}test('fine', () => {});\n`);
    expect(await run(workspace)).toBe(
      "1 failed, 1 passed\n\nFAIL test/a.test.js (src/bad.js:2)\n  SyntaxError: Unexpected token ';'",
    );
    workspace.write('src/bad.js', 'export const x = 1;\n');
    expect(await run(workspace)).toContain(
      "FAIL test/a.test.js (test/a.test.js:3)\n  SyntaxError: The requested module '../src/bad.js' does not provide an export named 'y'",
    );
    workspace.write('test/a.test.js', "import { gone } from './gone.js';\n");
    expect(await run(workspace, 'test/a.test.js')).toMatch(
      /^Error: the tests could not be loaded\. Fix this first:\n.*Cannot find module/,
    );
  });

  it('finds the files that node --test finds', async () => {
    const test = (name: string) => `require('node:test').test('${name}', () => {});\n`;
    const names = [
      'a.test.js',
      'b-test.cjs',
      'c_test.js',
      'test-d.js',
      'test.js',
      'test/deep/e.js',
      'src/f.js',
      'node_modules/p/g.test.js',
      '.cache/h.test.js',
      'src/latest.js',
    ];
    const workspace = workspaceOf({
      'package.json': '{}',
      ...Object.fromEntries(names.map((name) => [name, test(name)])),
    });
    expect(await run(workspace)).toBe('6 passed');
  });

  it('counts files without tests only where no file has tests', async () => {
    const workspace = workspaceOf({
      'package.json': '{}',
      'test/plain.js': "require('assert').equal(1, 1);\n",
      'test/other.js': '',
    });
    await expect(run(workspace)).rejects.toThrow(/^no tests were found/);
    workspace.write('package.json', '{"scripts":{"test":"node --test"}}');
    expect(await run(workspace)).toBe('2 passed');
    workspace.write('test/a.test.js', "require('node:test').test('a', () => {});\n");
    expect(await run(workspace)).toBe('1 passed');
  });

  it('keeps the options and files of the test script, also behind other commands', async () => {
    const text =
      "require('node:test').test(process.env.NAME ?? 'none', () => { if (!globalThis.loaded || process.env.NODE_TEST_CONTEXT === undefined) throw new Error('not set up'); });\n";
    const files = {
      'setup.cjs': 'globalThis.loaded = true;\n',
      'checks/a.check.js': text,
      'checks/b.test.js': 'throw new Error();\n',
    };
    const simple = workspaceOf({
      ...files,
      'package.json': JSON.stringify({
        scripts: {
          test: 'npm run unit',
          unit: 'NAME=it node --require ./setup.cjs --test --test-reporter=dot "checks/*.check.js"',
        },
      }),
    });
    expect(await run(simple)).toBe('1 passed');
    const compound = workspaceOf({
      ...files,
      'package.json': JSON.stringify({
        scripts: { test: 'echo built > built.txt && node -r ./setup.cjs --test checks/a.check.js' },
      }),
    });
    expect(await run(compound)).toBe('1 passed');
    expect(readFileSync(path.join(compound.folder, 'built.txt'), 'utf8')).toBe('built\n');
  });

  it('takes the nearest package of a monorepo, and all packages below a root without tests', async () => {
    const test = (name: string) => `require('node:test').test('${name}', () => {});\n`;
    const workspace = workspaceOf({
      'package.json': '{"workspaces":["packages/*"]}',
      'packages/a/package.json': '{}',
      'packages/a/a.test.js': test('a'),
      'packages/b/package.json': '{"scripts":{"test":"node --test"}}',
      'packages/b/src/b.test.js': test('b'),
    });
    expect(await run(workspace, 'packages/b/src/b.test.js')).toBe('1 passed');
    const plan = await planTool(tester(workspace), { target: 'packages/b/src/b.test.js' });
    expect(plan).toMatchObject({
      access: { kind: 'tests', runner: 'node --test', folder: path.join(workspace.folder, 'packages/b') },
      preview: { command: 'node --test src/b.test.js' },
    });
    expect(await run(workspace)).toBe('2 passed');
  });

  it('stops all processes when the turn is stopped', async () => {
    const workspace = workspaceOf({
      ...esm,
      'a.test.js':
        "import { test } from 'node:test';\nimport { writeFileSync } from 'node:fs';\ntest('slow', async () => { writeFileSync('pid', String(process.pid)); await new Promise((r) => setTimeout(r, 60_000)); });\n",
    });
    const controller = new AbortController();
    const running = run(workspace, undefined, { signal: controller.signal });
    const pid = await pidIn(path.join(workspace.folder, 'pid'));
    controller.abort();
    expect(await running).toMatch(/^Error: the tests were stopped by the user\./);
    await expect.poll(() => processRuns(pid), { timeout: 10_000 }).toBe(false);
  });

  it('runs without the environment of the editor', async () => {
    const workspace = workspaceOf({
      ...esm,
      'a.test.js':
        "import { test } from 'node:test';\ntest('env', () => { const bad = Object.keys(process.env).filter((name) => /^(ELECTRON_|VSCODE_|NODE_OPTIONS)/.test(name)); if (bad.length > 0) throw new Error(bad.join()); });\n",
    });
    const tool = runTests({
      files: workspace,
      groups,
      mirror: noMirror,
      environment: () =>
        userEnvironment({
          ...process.env,
          ELECTRON_RUN_AS_NODE: '1',
          VSCODE_IPC_HOOK: 'x',
          NODE_OPTIONS: '--no-such-option',
        }),
      reporters: path.join(root, 'extension/tools/test-runners/reporters'),
      saveUnsaved: async () => undefined,
      observer: { beforeCommand: async () => undefined, afterCommand: async () => [] },
    });
    expect((await runTool(tool, {})).text).toBe('1 passed');
  });
});

async function pidIn(file: string): Promise<number> {
  for (;;) {
    try {
      const pid = Number(readFileSync(file, 'utf8'));
      if (pid > 0) return pid;
    } catch {
      /* not written yet */
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
