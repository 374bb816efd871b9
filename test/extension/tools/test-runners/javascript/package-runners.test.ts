// Recorded: what Ava 7, tap 21, tape and uvu 0.5 printed of projects in /w. Faked: lab, Jasmine and Playwright,
// which call our reporters as their releases 26, 7 and 1.65 do.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ProcessGroups } from '../../../../../extension/tools/commands/process-group.ts';
import { tapOutcomes } from '../../../../../extension/tools/test-runners/formats/tap-outcomes.ts';
import { tapReport } from '../../../../../extension/tools/test-runners/formats/tap-report.ts';
import { readAvaOutput } from '../../../../../extension/tools/test-runners/javascript/ava-output.ts';
import { readUvuOutput } from '../../../../../extension/tools/test-runners/javascript/uvu-output.ts';
import { testReport } from '../../../../../extension/tools/test-runners/test-report.ts';
import { plainText } from '../../../../../extension/tools/commands/plain-text.ts';
import { DiskWorkspace, runTool } from '../../../../support/extension/disk-workspace.ts';
import { runTestsTool } from '../../../../support/run-tests-tool.ts';

const recorded = (name: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../../../fixtures/runner-results', name), 'utf8');
const groups = new ProcessGroups();
const workspaces: DiskWorkspace[] = [];
afterEach(() => {
  for (const workspace of workspaces.splice(0)) workspace.remove();
});
afterAll(() => groups.dispose());

/** A project whose runner is a script that prints its arguments, then does this. */
function projectWith(packageName: string, test: string, program: string, files: Record<string, string> = {}) {
  const workspace = new DiskWorkspace({
    'package.json': JSON.stringify({ scripts: { test } }),
    [`node_modules/${packageName}/package.json`]: '{"bin":{"command":"bin.js"}}',
    [`node_modules/${packageName}/bin.js`]: `const words = process.argv.slice(2);
const option = (name) => words.find((word) => word.startsWith(name + '='))?.slice(name.length + 1);
const at = (line) => ({ stack: 'Error: x\\n    at f (' + process.cwd() + '/test/m.js:' + line + ':5)' });
${program}`,
    'test/m.js': '',
    ...files,
  });
  workspaces.push(workspace);
  return workspace;
}
const run = async (workspace: DiskWorkspace, target?: string) =>
  (await runTool(runTestsTool(workspace, groups), target === undefined ? {} : { target })).text;

describe('recorded results', () => {
  const relative = (file: string) => path.relative('/w', file);

  it('of Ava have values, places and the files that cannot be loaded', async () => {
    const workspace = new DiskWorkspace({
      'm.test.js': "test('adds', t => {});\ntest('deep', t => {});\ntest('truthy', t => {});\ntest('none', t => {});\n",
      'other.test.js': "test('adds', t => {});\n",
    });
    workspaces.push(workspace);
    const outcomes = await readAvaOutput(recorded('ava.tap'), workspace.folder);
    expect(testReport(outcomes, (file) => file.replace(workspace.folder, '.').replace('/w/ava', '.')))
      .toBe(`6 failed, 2 passed, 2 skipped

FAIL bad.test.js (./bad.test.js:1)
  Cannot find module '/w/ava/gone.js'

FAIL adds (./m.test.js:1)
  expected: 3
  actual: 2

FAIL deep (./m.test.js:2)
  own words
  expected: { a: [2] }
  actual: { a: [1] }

FAIL throws (./m.test.js:4)
  Error thrown in test: TypeError { message: 'first' }

FAIL truthy (./m.test.js:3)
  list must not be empty Value is not \`true\`: false

FAIL none (./m.test.js:4)
  Test finished without running any assertions`);
  });

  it('of tap have one outcome an assertion, named like its test', () => {
    const outcomes = tapOutcomes(tapReport(recorded('tap.tap')).points, { folder: '/w', assertions: true });
    expect(testReport(outcomes, relative)).toBe(`6 failed, 2 passed, 2 skipped

FAIL adds (test/m.test.js:2)
  expected: 3
  actual: 2

FAIL deep (test/m.test.js:3)
  own words
  expected: { a: [2] }
  actual: { a: [1] }

FAIL throws (test/m.test.js:4)
  first (cause: why)

FAIL truthy (test/m.test.js:5)
  list must not be empty

FAIL inner (test/m.test.js:9)
  expected: b
  actual: a

FAIL top level (test/m.test.js:10)
  expected: 6
  actual: 5`);
  });

  it('of tape are named like the test that the assertion stands in', () => {
    const outcomes = tapOutcomes(tapReport(recorded('tape.tap')).points, { folder: '/w', assertions: true });
    expect(testReport(outcomes, relative)).toMatchInlineSnapshot(`
      "4 failed, 1 passed

      FAIL adds (tape/m.cjs:2)
        expected: 3
        actual: 2

      FAIL deep (tape/m.cjs:3)
        own words
        expected: { a: [2] }
        actual: { a: [1] }

      FAIL throws (tape/m.cjs:4)
        TypeError: first

      FAIL inner (tape/m.cjs:7)
        expected: 'b'
        actual: 'a'"
    `);
  });

  it('of uvu have values and places, and counts of the rest', () => {
    expect(testReport(readUvuOutput(plainText(recorded('uvu.txt')), '/w/uvu'), relative))
      .toBe(`5 failed, 1 passed, 1 skipped

FAIL adds (uvu/tests/m.js:3)
  expected: 3
  actual: 2

FAIL deep (uvu/tests/m.js:4)
  own words
  expected: { a: [2] }
  actual: { a: [1] }

FAIL throws (uvu/tests/m.js:5)
  first

FAIL truthy (uvu/tests/m.js:6)
  list must not be empty

FAIL inner (uvu/tests/m.js:11)
  Expected value to be falsey`);
  });
});

describe('reporters of ours', () => {
  it('of lab keep values and places', async () => {
    const workspace = projectWith(
      '@hapi/lab',
      'lab -c -t 100 test/*.js',
      `const output = words[words.lastIndexOf('--output') + 1];
const Reporter = require(words[words.lastIndexOf('--reporter') + 1]);
const reporter = new Reporter({});
reporter.report = (text) => require('node:fs').appendFileSync(output, text);
const error = (message, line, more) => Object.assign(new Error(message), at(line), more);
reporter.start({});
reporter.test({ title: words[0] });
reporter.test({ title: 'later', skipped: true });
const operands = { operator: '==', generatedMessage: true, expected: 3, actual: [1] };
reporter.test({ title: 'equal', err: error('no', 4, operands) });
reporter.test({ title: 'throws', err: error('first\\nsecond', 7, { cause: new Error('why') }) });
reporter.end({ errors: [] });`,
    );
    expect(await run(workspace)).toBe(`2 failed, 1 passed, 1 skipped

FAIL equal (test/m.js:4)
  expected: 3
  actual: [1]

FAIL throws (test/m.js:7)
  first (cause: why)`);
  });

  it('of Jasmine keep values, places, and all expectations of a spec', async () => {
    const workspace = projectWith(
      'jasmine',
      'jasmine',
      `const reporter = new (require(option('--reporter')))();
const failed = (description, ...expectations) => reporter.specDone({ description, status: 'failed',
  failedExpectations: expectations.map(([matcherName, message]) => ({ matcherName, message, ...at(4) })) });
reporter.specDone({ description: 'passes', status: 'passed', failedExpectations: [] });
reporter.specDone({ description: 'other', status: 'excluded', failedExpectations: [] });
reporter.specDone({ description: 'later', status: 'pending', failedExpectations: [] });
failed('adds', ['toBe', 'Expected 2 to be 3.']);
failed('words', ['toBe', 'own words: Expected 2 to be 3.']);
failed('deep', ['toEqual', 'Expected $.a[0] = 1 to equal 2.']);
failed('two', ['toBe', 'Expected 1 to be 2.'], ['toContain', 'Expected [ 1 ] to contain 2.']);
reporter.suiteDone({ description: 'suite', failedExpectations: [{ message: 'Error: afterAll', ...at(9) }] });
reporter.jasmineDone({});`,
    );
    expect(await run(workspace)).toBe(`5 failed, 1 passed, 1 skipped

FAIL adds (test/m.js:4)
  expected: 3
  actual: 2

FAIL words (test/m.js:4)
  own words
  expected: 3
  actual: 2

FAIL deep (test/m.js:4)
  Expected $.a[0] = 1 to equal 2.

FAIL two (test/m.js:4)
  Expected 1 to be 2.; Expected [ 1 ] to contain 2.

FAIL suite (test/m.js:9)
  Error: afterAll`);
  });

  it('of Playwright tell the last try of a test, and files that cannot be loaded', async () => {
    const program = (events: string) => `const [, file] = option('--reporter').split(',');
const reporter = new (require(file))();
const here = process.cwd() + '/test/m.js';
const test = (title, outcome, ...messages) => ({ title, location: { file: here, line: 2 }, outcome: () => outcome,
  expectedStatus: outcome === 'skipped' ? 'skipped' : 'passed',
  results: messages.map((message) => ({ errors: [{ message, location: { file: here, line: 5 } }] })) });
const tests = [test(words.filter((word) => !word.startsWith('--')).join(' '), 'expected', ''),
  test('flaky', 'flaky', 'no'),
  test('later', 'skipped'),
  test('adds', 'unexpected', 'Error: first',
    'Error: \\u001b[2mexpect(\\u001b[22mreceived).toBe(expected)\\n\\nExpected: 3\\nReceived: 2'),
  test('deep', 'unexpected', 'Error: own words\\n\\nexpect(received).toEqual(expected) // deep equality\\n\\n' +
    '- Expected  - 1\\n+ Received  + 1\\n\\n  Object {\\n-   "a": 2,\\n+   "a": 1,\\n  }\\n')];
reporter.onBegin({}, { allTests: () => tests });
${events}`;
    const workspace = projectWith('@playwright/test', 'playwright test --headed', program('reporter.onEnd({});'));
    expect(await run(workspace)).toBe(`2 failed, 2 passed, 1 skipped

FAIL adds (test/m.js:5)
  expected: 3
  actual: 2

FAIL deep (test/m.js:5)
  own words
  expected: { a: 2 }
  actual: { a: 1 }`);
    workspace.write(
      'node_modules/@playwright/test/bin.js',
      `const [, file] = process.argv.find((word) => word.startsWith('--reporter=')).split(',');
const location = { file: process.cwd() + '/test/m.js', line: 1 };
new (require(file))().onError({ message: "Error: Cannot find module './gone'\\nRequire stack:", location });`,
    );
    expect(await run(workspace)).toBe(
      "Error: the tests could not be loaded. Fix this first:\ntest/m.js:1: Cannot find module './gone'",
    );
  });
});

describe('a target', () => {
  const printed = "console.log('not ok 1 ' + words.filter((w) => !w.startsWith('/')).join(' ')); console.log('1..1');";

  it.each([
    ['ava', 'ava --watch', 'test/m.js', 'test/m.js --tap'],
    ['ava', 'ava --watch', 'some name', '--tap --match=*some name*'],
    ['tap', 'tap run --jobs 2', 'test/m.js', 'run test/m.js --jobs 2 --reporter=tap'],
    ['tap', 'tap', 'a (b)', String.raw`run --reporter=tap --grep=/a \(b\)/`],
  ])('of %s goes to its own filter: %s, %s', async (name, script, target, words) => {
    const workspace = projectWith(name, script, printed);
    expect(await run(workspace, target)).toContain(`FAIL ${words}\n`);
  });

  it('that uvu cannot choose is refused', async () => {
    const workspace = projectWith('uvu', 'uvu test', '');
    await expect(run(workspace, 'some name')).rejects.toThrow('uvu cannot run a test by its name.');
  });
});
