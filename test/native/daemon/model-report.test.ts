import path from 'node:path';
import { expect, it } from 'vitest';
import { modelChecks } from '../../model-report/model-checks.ts';
import { reportModel } from '../../model-report/model-report.ts';

const nano = path.resolve(import.meta.dirname, '../../../native/models/nano.gguf');

it('the report of a model has a line for each check, and nothing fails with nano', async () => {
  const lines: string[] = [];
  expect(await reportModel([nano, '--context', '4096', '--threads', '1'], (line) => lines.push(line))).toBe(true);
  expect(lines[0]).toBe('nano: family kimi-k2, compact prompt, 4096 tokens of context');
  for (const { name } of modelChecks) expect(lines.filter((line) => line.includes(` ${name}: `))).toHaveLength(1);
  expect(lines.at(-1)).toBe('Nothing failed.');
});

it('the report asks for a file', async () => {
  const lines: string[] = [];
  expect(await reportModel([], (line) => lines.push(line))).toBe(false);
  expect(lines.join()).toContain('FILE.gguf');
});
