import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ToolDefinition } from '../../native/protocol/chat.ts';

const text = { type: 'string' };
const tool = (name: string, description: string, properties: Record<string, { type: string }>, required: string[]): ToolDefinition => ({
  name, description, parameters: { type: 'object', properties, required },
});

/** The compact profile's five tools. */
export const tools: readonly ToolDefinition[] = [
  tool('run_tests', 'Run the tests and report failures.', {}, []),
  tool('read_file', 'Read a file.', { path: text }, ['path']),
  tool('search_text', 'Find lines that contain a text.', { query: text }, ['query']),
  tool('edit_file', 'Replace old_string by new_string in a file.', { path: text, old_string: text, new_string: text, replace_all: { type: 'boolean' } }, ['path', 'old_string', 'new_string']),
  tool('write_file', 'Create or overwrite a file.', { path: text, content: text }, ['path', 'content']),
];

interface Outcome { readonly ok: boolean; readonly name: string; readonly file?: string; readonly line?: number; readonly expected?: string; readonly actual?: string; readonly message?: string }
type Arguments = Readonly<Record<string, unknown>>;

/** Files below `folder`, sorted, sources before tests. */
export function filesOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/')).sort();
  return [...names.filter((name) => !isTest(name)), ...names.filter(isTest)];
}

export const isTest = (name: string): boolean => name.endsWith('.test.js');

/** Runs the project's tests with Node's own runner. */
export function runTests(folder: string, root: string): { readonly ok: boolean; readonly text: string } {
  const reporter = pathToFileURL(path.join(root, 'test/support/node-test-reporter.mjs')).href;
  const env = { ...process.env };
  delete env['NODE_TEST_CONTEXT']; // set when this runs inside another node:test run
  const child = spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, ...filesOf(folder).filter(isTest)], { cwd: folder, encoding: 'utf8', timeout: 60_000, env });
  const outcomes = child.stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Outcome);
  const failed = outcomes.filter((outcome) => !outcome.ok);
  const passed = outcomes.length - failed.length;
  if (failed.length === 0) return { ok: child.status === 0, text: `${passed} passed` };
  const details = failed.map((test) => {
    const place = `${path.relative(folder, test.file ?? '').replaceAll('\\', '/')}:${test.line}`;
    const values = test.message === undefined ? `  expected: ${test.expected}\n  actual: ${test.actual}` : `  ${test.message}`;
    return `FAIL ${test.name} (${place})\n${values}`;
  });
  return { ok: false, text: `${failed.length} failed, ${passed} passed\n\n${details.join('\n\n')}` };
}

/** Runs one call in `folder` and returns the text for the model. */
export function runTool(folder: string, root: string, name: string, args: Arguments): string {
  const file = String(args['path'] ?? '');
  const target = path.resolve(folder, file);
  if (file !== '' && !target.startsWith(folder + path.sep)) return `Error: ${file} is outside the workspace.`;
  switch (name) {
    case 'run_tests': return runTests(folder, root).text;
    case 'read_file': return existsSync(target) ? readFileSync(target, 'utf8') : `Error: ${file} does not exist.`;
    case 'search_text': return searchText(folder, String(args['query'] ?? ''));
    case 'edit_file': return editFile(target, file, args);
    case 'write_file': {
      const content = String(args['content'] ?? '');
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, content);
      return `Wrote ${file} (${content.split('\n').length - 1} lines).`;
    }
    default: return `Error: there is no tool ${name}.`;
  }
}

function searchText(folder: string, query: string): string {
  const hits = filesOf(folder).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n')
    .flatMap((line, at) => (line.includes(query) ? [`${name}:${at + 1}: ${line.trim()}`] : [])));
  return hits.length === 0 ? 'No matches' : `${hits.length} match${hits.length === 1 ? '' : 'es'}\n${hits.join('\n')}`;
}

function editFile(target: string, file: string, args: Arguments): string {
  if (!existsSync(target)) return `Error: ${file} does not exist.`;
  const before = readFileSync(target, 'utf8');
  const parts = before.split(String(args['old_string']));
  const found = parts.length - 1;
  if (found === 0) return `Error: old_string is not in ${file}. Read the file again.`;
  if (found > 1 && args['replace_all'] !== true) return `Error: old_string is in ${file} ${found} times. Add a line of context, or set replace_all.`;
  writeFileSync(target, parts.join(String(args['new_string'])));
  return `Edited ${file} (${found} replacement${found === 1 ? '' : 's'}).`;
}
