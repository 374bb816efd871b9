// Real: the planned command lines; the runner of Node also runs.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { userEnvironment } from '../../../../extension/tools/commands/command-environment.ts';
import { planCargoTests } from '../../../../extension/tools/test-runners/cargo-runner.ts';
import type { JavaScriptRunner } from '../../../../extension/tools/test-runners/finding/script-role.ts';
import { planMochaTests } from '../../../../extension/tools/test-runners/mocha-runner.ts';
import { planNodeTests } from '../../../../extension/tools/test-runners/node-runner.ts';
import { planPythonTests } from '../../../../extension/tools/test-runners/python-runners.ts';
import { planVitestTests } from '../../../../extension/tools/test-runners/vitest-runner.ts';
import type { Selection } from '../../../../extension/tools/test-runners/test-runner.ts';
import { DiskWorkspace } from '../../../support/extension/disk-workspace.ts';

const made: DiskWorkspace[] = [];
afterEach(() => {
  for (const workspace of made.splice(0)) workspace.remove();
});
const setting = {
  environment: userEnvironment(process.env),
  reporters: path.resolve('dist/reporters'),
  folders: [],
};
const nodeTest = "require('node:test').test('a', () => {});\n";

function project(runner: JavaScriptRunner, files: Record<string, string>) {
  const workspace = new DiskWorkspace(files);
  made.push(workspace);
  const selected = (...names: string[]): Selection => ({
    kind: 'paths',
    paths: names.map((name) => path.join(workspace.folder, name)),
  });
  const told = { manifest: undefined, script: undefined, scripted: false, scriptName: 'test', text: '' };
  const found = { folder: workspace.folder, runner, ...told, before: [], without: [] };
  return { found, workspace, selected };
}

it('a file whose name looks like an option is a file to every runner', async () => {
  const name = '--import=evil.test.js';
  const { found, selected } = project('node', { [name]: nodeTest, 'evil.test.js': 'throw new Error("loaded");\n' });
  const run = await planNodeTests(found, selected(name), setting);
  expect(run?.line).toMatch(/ \.\/--import=evil\.test\.js$/);
  const [program = '', ...words] = run?.argv(path.join(found.folder, 'results')) ?? [];
  // Vitest's own options would reach the child.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...environment } = process.env;
  const ended = spawnSync(program, words, { cwd: found.folder, env: environment, encoding: 'utf8' });
  expect(`${ended.status} ${ended.stdout}`).toMatch(/^0 [\s\S]*pass 1\n/);

  expect((await planMochaTests(found, selected(name), setting)).line).toContain(' ./--import=');
  expect((await planVitestTests(found, selected(name), setting)).line).toContain(' ./--import=');
  const python = project('node', { '--x_test.py': 'def test_a(): pass\n', '@x_test.py': 'def test_a(): pass\n' });
  expect(
    (await planPythonTests(python.found.folder, [], python.selected('--x_test.py', '@x_test.py'), setting))?.line,
  ).toBe('pytest ./--x_test.py ./@x_test.py');
  const crate = selected('tests/--config=evil.rs');
  expect(planCargoTests(found.folder, crate, setting).line).toBe('cargo test --no-fail-fast --test=--config=evil');
});

it('the name of a test is the value of an option, never one itself', async () => {
  const { found } = project('mocha', {});
  const run = await planMochaTests(found, { kind: 'name', name: '--require=./evil.js', paths: [] }, setting);
  expect(run.line).toBe('mocha --fgrep=--require=./evil.js');
});
