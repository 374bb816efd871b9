// Faked: the editor's problems.
import { expect, it } from 'vitest';
import type { Problem } from '../../../../extension/workspace/problem.ts';
import { getDiagnostics } from '../../../../extension/tools/symbols/get-diagnostics.ts';
import { runTool } from '../../../support/extension/disk-workspace.ts';
import { MemoryWorkspace } from '../../../support/extension/memory-workspace.ts';

const world = new MemoryWorkspace({ 'a.ts': 'x', 'b.ts': 'y' });
const tool = (found: readonly Problem[]) =>
  getDiagnostics(
    world,
    { of: async (absolute) => found.filter(({ path }) => absolute === undefined || path === absolute) },
    (path) => path.endsWith('hidden.ts'),
  );
const problem = (
  path: string,
  line: number,
  severity: Problem['severity'],
  message: string,
  source?: string,
): Problem => ({ path, line, severity, message, source });
const found = [
  problem('/w/a.ts', 4, 'warning', 'old', 'eslint'),
  problem('/w/b.ts', 1, 'error', 'no\n  x'),
  problem('/w/a.ts', 2, 'error', 'bad', 'ts'),
  problem('/w/a.ts', 1, 'hint', 'unused'),
];

it('get_diagnostics lists errors first, one line each', async () => {
  expect((await runTool(tool(found), {})).text).toBe(
    'a.ts:2: error: bad (ts)\nb.ts:1: error: no x\na.ts:4: warning: old (eslint)',
  );
  expect((await runTool(tool(found), { path: 'b.ts' })).text).toBe('b.ts:1: error: no x');
});

it('get_diagnostics says when there are none, and cuts a long list', async () => {
  expect((await runTool(tool([]), {})).text).toBe('No problems');
  const many = Array.from({ length: 130 }, (_, line) => problem('/w/a.ts', line, 'error', 'bad'));
  expect((await runTool(tool(many), {})).text.split('\n').at(-1)).toBe('and 30 more');
});

it('get_diagnostics of a file that is not there is an error', async () => {
  await expect(runTool(tool([]), { path: 'none.ts' })).rejects.toThrow('none.ts does not exist or is no text file.');
});

it('leaves out the problems of hidden files unless one is named', async () => {
  const hidden = new MemoryWorkspace({ 'hidden.ts': 'x' });
  const [file] = [hidden.absolute('hidden.ts')];
  const some = [problem(file, 1, 'error', 'key is "s3cret"')];
  expect((await runTool(tool(some), {})).text).toBe('No problems');
});
