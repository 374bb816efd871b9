// Real: RSpec, minitest, PHPUnit, CMake and Django where they are installed. Recorded: Surefire 3.2 with JUnit 5.11,
// CTest 3.25 and PHPUnit 9.6. After the documentation: TRX, and the messages of assertion libraries.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { userEnvironment } from '../../../../../extension/tools/commands/command-environment.ts';
import { ProcessGroups } from '../../../../../extension/tools/commands/process-group.ts';
import { failureFromMessage } from '../../../../../extension/tools/test-runners/formats/assertion-message.ts';
import { trxOutcomes } from '../../../../../extension/tools/test-runners/formats/trx-report.ts';
import { planGradleTests, planMavenTests } from '../../../../../extension/tools/test-runners/languages/jvm-runners.ts';
import { planCtest } from '../../../../../extension/tools/test-runners/languages/ctest-runner.ts';
import { planDotnetTests } from '../../../../../extension/tools/test-runners/languages/dotnet-runner.ts';
import { planPhpunitTests } from '../../../../../extension/tools/test-runners/languages/php-runner.ts';
import { testReport } from '../../../../../extension/tools/test-runners/test-report.ts';
import type { Selection } from '../../../../../extension/tools/test-runners/test-runner.ts';
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

function workspaceOf(files: Record<string, string>) {
  const workspace = new DiskWorkspace(files);
  workspaces.push(workspace);
  return workspace;
}
const run = async (workspace: DiskWorkspace, target?: string) =>
  (await runTool(runTestsTool(workspace, groups), target === undefined ? {} : { target })).text;
const has = (program: string, ...words: string[]) => spawnSync(program, words, { stdio: 'ignore' }).status === 0;
const environment = userEnvironment(process.env);
const setting = { environment: { ...environment, PATH: '' }, reporters: '/reporters', folders: [] };
const named = (name: string): Selection => ({ kind: 'name', name, paths: [] });

describe('recorded results', () => {
  it('of Maven have values, causes, and the lines of the sources that the stacks name', async () => {
    const { folder } = workspaceOf({
      'pom.xml': '',
      'src/test/java/p/CalcTest.java': '',
      'src/test/java/p/q/OtherTest.java': '',
    });
    const [plan] = await planMavenTests(folder, ['pom.xml'], { kind: 'all' }, setting);
    const outcomes = await plan!.parse({ results: '', reports: [recorded('surefire.xml')], output: '', exitCode: 0 });
    expect(testReport(outcomes, (file) => path.relative(folder, file))).toMatchInlineSnapshot(`
      "10 failed, 3 passed, 1 skipped

      FAIL strings (src/test/java/p/CalcTest.java:8)
        expected: a b
        actual: a

      FAIL arrays (src/test/java/p/CalcTest.java:12)
        array contents differ at index [0]
        expected: 1
        actual: 2

      FAIL all (src/test/java/p/CalcTest.java:11)
        Multiple Failures (2 failures); expected: <1> but was: <2>; expected: <3> but was: <4>

      FAIL adds (src/test/java/p/CalcTest.java:6)
        expected: 5
        actual: -1

      FAIL boom (src/test/java/p/CalcTest.java:10)
        IllegalStateException: first (cause: why)

      FAIL lists (src/test/java/p/CalcTest.java:7)
        own words
        expected: [1, 2]
        actual: [1]

      FAIL truth (src/test/java/p/CalcTest.java:9)
        list must not be empty
        expected: true
        actual: false

      FAIL nested (src/test/java/p/CalcTest.java:15)
        expected: null
        actual: x

      FAIL each(int)[2] (src/test/java/p/q/OtherTest.java:7)
        expected: 1
        actual: 2

      FAIL BrokenTest (src/test/java/p/q/OtherTest.java:11)
        RuntimeException: no db"
    `);
  });

  it('of CTest have the place and the words of an assertion in C', async () => {
    const { folder } = workspaceOf({ 'CMakeLists.txt': 'enable_testing()\n', 'build/CMakeCache.txt': '' });
    const [plan] = await planCtest(folder, ['CMakeLists.txt', 'build'], { kind: 'all' }, setting);
    const outcomes = await plan!.parse({ results: recorded('ctest.xml'), reports: [], output: '', exitCode: 8 });
    expect(testReport(outcomes, (file) => path.relative('/w', file))).toMatchInlineSnapshot(`
      "1 failed, 1 passed, 1 skipped

      FAIL bad (bad.c:5)
        main: Assertion \`1 + 1 == 3' failed."
    `);
  });

  it('of PHPUnit have values and the words of the test', async () => {
    const [plan] = await planPhpunitTests('/w', ['phpunit.xml'], { kind: 'all' }, setting);
    const outcomes = await plan!.parse({ results: recorded('phpunit.xml'), reports: [], output: '', exitCode: 1 });
    expect(testReport(outcomes, (file) => path.relative('/w', file))).toMatchInlineSnapshot(`
      "6 failed, 2 passed, 1 skipped

      FAIL testAdds (tests/CalcTest.php:4)
        expected: 3
        actual: 2

      FAIL testLists (tests/CalcTest.php:5)
        own words
        expected: Array ( 0 => 1 1 => 2 )
        actual: Array ( 0 => 1 )

      FAIL testTruth (tests/CalcTest.php:6)
        list must not be empty

      FAIL testStrings (tests/CalcTest.php:7)
        expected: 'a'
        actual: 'b'

      FAIL testBoom (tests/CalcTest.php:8)
        RuntimeException: first

      FAIL testEach with data set "two" (tests/CalcTest.php:11)
        expected: 1
        actual: 2"
    `);
  });

  it('of .NET have values and places', () => {
    const result = (name: string, outcome: string, error = '') =>
      `<UnitTestResult testName="${name}" outcome="${outcome}"><Output>${error}</Output></UnitTestResult>`;
    const stack = '   at N.CalcTests.Adds() in /w/CalcTests.cs:line 12';
    const failed = (message: string) =>
      `<ErrorInfo><Message>${message}</Message><StackTrace>${stack}</StackTrace></ErrorInfo>`;
    const xml = `<?xml version="1.0"?><TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
${result('N.CalcTests.Fine', 'Passed')}${result('N.CalcTests.Each(text: &quot;a.b&quot;, n: 1)', 'NotExecuted')}
${result('N.CalcTests.Adds', 'Failed', failed('Assert.Equal() Failure&#xA;Expected: 5&#xA;Actual:   -1'))}
${result('N.CalcTests.Boom', 'Failed', failed('System.InvalidOperationException : first'))}</Results></TestRun>`;
    const outcomes = trxOutcomes(xml, '/w');
    expect(outcomes.map((outcome) => outcome.name)).toEqual(['Fine', 'Each(text: "a.b", n: 1)', 'Adds', 'Boom']);
    expect(testReport(outcomes, (file) => path.relative('/w', file))).toBe(`2 failed, 1 passed, 1 skipped

FAIL Adds (CalcTests.cs:12)
  expected: 5
  actual: -1

FAIL Boom (CalcTests.cs:12)
  InvalidOperationException: first`);
  });
});

describe('the message of an assertion', () => {
  it.each([
    ['own ==> expected: <5> but was: <4>', '5', '4', 'own'],
    ['expected:<a[b]c> but was:<a[d]c>', 'abc', 'adc', undefined],
    ['expected [5] but found [4]', '5', '4', undefined],
    ['Assert.AreEqual failed. Expected:<5>. Actual:<4>. own', '5', '4', 'own'],
    ['own\nFailed asserting that 4 matches expected 5.', '5', '4', 'own'],
    ['[own] \nexpected: 5\n but was: 4', '5', '4', '[own]'],
    ['\nExpected: is <5>\n     but: was <4>', '5', '4', undefined],
    ['  Expected: 5\n  But was:  4\n', '5', '4', undefined],
    ['own\nFailed asserting that two strings are identical.\n--- Expected\n+++ Actual\n@@ @@\n-x\n+y', 'x', 'y', 'own'],
  ])('has its values: %s', (message, expected, actual, own) => {
    expect(failureFromMessage(message)).toEqual({ kind: 'compared', expected, actual, ...(own && { message: own }) });
  });

  it('is kept as it is where nothing was compared, with the kind of an error', () => {
    expect(failureFromMessage('list must not be empty', 'AssertionError')).toMatchObject({
      text: 'list must not be empty',
    });
    expect(failureFromMessage('first\nsecond', 'IllegalStateException')).toMatchObject({
      text: 'IllegalStateException: first',
    });
  });
});

describe('a target', () => {
  it('of Maven and Gradle is a class, a method or a package', async () => {
    const files = {
      'pom.xml': '<modules><module>m</module></modules>',
      'm/pom.xml': '',
      'm/src/test/java/p/ATest.java': '',
    };
    const { folder } = workspaceOf(files);
    const line = async (selection: Selection, plan = planMavenTests) =>
      (await plan(path.join(folder, 'm'), [], selection, { ...setting, folders: [folder] }))[0]?.line;
    const paths = (name: string): Selection => ({ kind: 'paths', paths: [path.join(folder, name)] });
    expect(await line(paths('m/src/test/java/p/ATest.java'))).toMatch(/^mvn --projects m --also-make -Dtest=\*ATest /);
    expect(await line(paths('m/src/main/java/p/A.java'))).toContain(' -Dtest=*A*Test* ');
    expect(await line(paths('m/src/test/java/p'))).toContain(' -Dtest=p/** ');
    expect(await line(named('ATest.adds'))).toContain(' -Dtest=*ATest#adds ');
    expect(await line(named('adds'))).toContain(' -Dtest=*#adds ');
    expect(await line(named('a; rm -rf'))).toBeUndefined();
    expect(await line(paths('m/src/test/java/p/ATest.java'), planGradleTests)).toBe(
      'gradle test --continue --tests *ATest',
    );
    expect(await line(named('p.ATest'), planGradleTests)).toBe('gradle test --continue --tests p.ATest');
  });

  it.skipIf(process.platform === 'win32')(
    'of Maven and Gradle runs the wrapper and the root that lie in the workspace, and no other',
    async () => {
      const { folder } = workspaceOf({
        'pom.xml': '<modules><module>m</module></modules>',
        mvnw: '',
        gradlew: '',
        'm/pom.xml': '',
      });
      const inner = path.join(folder, 'm');
      const planOf = async (plan: typeof planMavenTests, folders: readonly string[]) => {
        const [run] = await plan(inner, [], { kind: 'all' }, { ...setting, folders });
        return { line: run?.line, folder: run?.folder, words: run?.argv('')?.slice(0, 2) };
      };
      expect(await planOf(planMavenTests, [folder])).toMatchObject({
        line: './mvnw --projects m --also-make test',
        folder,
        words: ['sh', path.join(folder, 'mvnw')],
      });
      expect(await planOf(planGradleTests, [folder])).toMatchObject({
        line: '../gradlew test --continue',
        words: ['sh', path.join(folder, 'gradlew')],
      });
      expect(await planOf(planMavenTests, [inner])).toEqual({ line: 'mvn test', folder: inner, words: undefined });
      expect((await planOf(planGradleTests, [inner])).words).toBeUndefined();
    },
  );

  it('of .NET is the classes of a file, and a name is no operator of its filter', async () => {
    const { folder } = workspaceOf({ 'a.csproj': '', 'A.cs': 'public class ATests { }\npublic class BTests { }\n' });
    const line = async (selection: Selection) =>
      (await planDotnetTests(folder, ['a.csproj'], selection, setting))[0]?.line;
    expect(await line({ kind: 'paths', paths: [path.join(folder, 'A.cs')] })).toBe(
      'dotnet test --filter FullyQualifiedName~ATests|FullyQualifiedName~BTests',
    );
    expect(await line(named('a|b'))).toBe(String.raw`dotnet test --filter FullyQualifiedName~a\|b`);
  });
});

describe('a tool that is not installed', () => {
  it.each([
    ['Maven', { 'pom.xml': '' }, 'Maven is not installed, or not in PATH.'],
    ['Gradle', { 'build.gradle': '' }, 'Gradle is not installed, and the project has no gradlew.'],
    ['.NET', { 'a.csproj': '' }, '.NET is not installed, or dotnet is not in PATH.'],
    ['RSpec', { Gemfile: '', 'spec/a_spec.rb': '' }, 'RSpec is not installed here.'],
    ['PHPUnit', { 'phpunit.xml': '' }, 'PHPUnit is not installed here.'],
    ['CMake', { 'CMakeLists.txt': 'enable_testing()' }, 'CMake is not installed, or not in PATH.'],
  ])('is named: %s', async (_, files, sentence) => {
    const tool = runTestsTool(workspaceOf(files), groups, undefined, { ...environment, PATH: '' });
    expect((await runTool(tool, {})).text).toContain(`Error: ${sentence}`);
  });
});

describe.skipIf(!has('rspec', '--version'))('run_tests with RSpec', () => {
  it('reports values, words, causes and files that cannot be loaded', async () => {
    const workspace = workspaceOf({
      '.rspec': '--require spec_helper\n',
      'spec/spec_helper.rb': '',
      'spec/calc_spec.rb': `RSpec.describe 'math' do
  it('adds') { expect(1 + 1).to eq 3 }
  it('says') { expect(nil).to be_truthy, 'list must not be empty' }
  it('boom') { begin; raise 'why'; rescue; raise ArgumentError, "first"; end }
  it('many') { aggregate_failures { expect(1).to eq 2; expect(3).to eq 4 } }
  it('fine') {}
  xit('later') {}
end
`,
    });
    expect(await run(workspace)).toBe(`4 failed, 1 passed, 1 skipped

FAIL adds (spec/calc_spec.rb:2)
  expected: 3
  actual: 2

FAIL says (spec/calc_spec.rb:3)
  list must not be empty

FAIL boom (spec/calc_spec.rb:4)
  ArgumentError: first (cause: why)

FAIL many (spec/calc_spec.rb:5)
  expected: 2 got: 1; expected: 4 got: 3`);
    expect(await run(workspace, 'fine')).toBe('1 passed');
    expect(await run(workspace, 'spec/calc_spec.rb')).toMatch(/^4 failed, 1 passed/);
    workspace.write('.rspec', '--fail-fast\n');
    expect(await run(workspace)).toMatch(/^1 failed, [^]*\n\nNot complete: RSpec stops at a failure \(fail_fast\)\.$/);
    workspace.write('.rspec', '');
    workspace.write('spec/calc_spec.rb', "require 'gone'\n");
    expect(await run(workspace)).toMatch(/^Error: the tests could not be loaded\. Fix this first:\n[^]*gone/);
  });
});

describe.skipIf(!has('ruby', '-e', "require 'minitest'; exit Minitest::VERSION < '6'"))(
  'run_tests with minitest',
  () => {
    it('reports values, words and causes', async () => {
      const workspace = workspaceOf({
        Rakefile: '',
        'test/calc_test.rb': `require 'minitest/autorun'
class CalcTest < Minitest::Test
  def test_adds; assert_equal 3, 1 + 1; end
  def test_truth; assert [].any?, 'list must not be empty'; end
  def test_boom; begin; raise 'why'; rescue; raise ArgumentError, 'first'; end; end
  def test_fine; end
  def test_later; skip; end
end
`,
      });
      const report = await run(workspace);
      expect(report).toMatch(/^3 failed, 1 passed, 1 skipped\n/);
      for (const block of [
        'FAIL test_adds (test/calc_test.rb:3)\n  expected: 3\n  actual: 2',
        'FAIL test_truth (test/calc_test.rb:4)\n  list must not be empty',
        'FAIL test_boom (test/calc_test.rb:5)\n  ArgumentError: first (cause: why)',
      ])
        expect(report).toContain(block);
      expect(await run(workspace, 'test_fine')).toBe('1 passed');
    });
  },
);

describe.skipIf(!has('ctest', '--version'))('run_tests with CTest', () => {
  it('builds first, and reports what the tests print', async () => {
    const workspace = workspaceOf({
      'CMakeLists.txt': `cmake_minimum_required(VERSION 3.21)
project(calc NONE)
enable_testing()
add_custom_target(built ALL COMMAND \${CMAKE_COMMAND} -E touch built)
add_test(NAME good COMMAND \${CMAKE_COMMAND} -E sha256sum built)
add_test(NAME bad COMMAND \${CMAKE_COMMAND} -E cat gone)
add_test(NAME asserts COMMAND \${CMAKE_COMMAND} -E echo "/w/calc.c:5: main: Assertion failed")
set_tests_properties(asserts PROPERTIES WILL_FAIL TRUE)
`,
    });
    expect(await run(workspace)).toBe('Error: no build folder is configured. Run cmake -B build first.');
    expect(spawnSync('cmake', ['-B', 'build'], { cwd: workspace.folder }).status).toBe(0);
    const report = await run(workspace);
    expect(report).toMatch(/^2 failed, 1 passed\n/);
    expect(report).toContain('main: Assertion failed');
    expect(await run(workspace, 'good')).toBe('1 passed');
    workspace.write('CMakeLists.txt', 'project(calc NONE)\nenable_testing()\nmessage(FATAL_ERROR "broken")\n');
    expect(await run(workspace)).toMatch(
      /^Error: `cmake --build build`, which the tests need, failed\. The output ends with:\n[^]*broken/,
    );
  });
});

describe.skipIf(!has('python3', '-c', 'import django'))('run_tests with Django', () => {
  it('reports values, words and each subtest, with the runner of the project', async () => {
    const workspace = workspaceOf({
      'manage.py': `import os, sys
from django.core.management import execute_from_command_line
os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
execute_from_command_line(sys.argv)
`,
      'settings.py': "SECRET_KEY = 'x'\nINSTALLED_APPS = ['app']\nUSE_TZ = True\n",
      'app/__init__.py': '',
      'app/tests.py': `from django.test import SimpleTestCase
class CalcTest(SimpleTestCase):
    def test_adds(self):
        self.assertEqual(1 + 1, 3)
    def test_each(self):
        for n in (1, 2, 3):
            with self.subTest(n=n):
                self.assertTrue(n == 2, 'must be two')
    def test_fine(self):
        pass
`,
    });
    expect(await run(workspace)).toBe(`3 failed, 1 passed

FAIL test_adds (app/tests.py:4)
  self.assertEqual(1 + 1, 3)
  left: 2
  right: 3

FAIL test_each (n=1) (app/tests.py:8)
  False is not true : must be two

FAIL test_each (n=3) (app/tests.py:8)
  False is not true : must be two`);
    expect(await run(workspace, 'app/tests.py')).toMatch(/^3 failed, 1 passed/);
    expect(await run(workspace, 'test_fine')).toBe('1 passed');
  });
});
