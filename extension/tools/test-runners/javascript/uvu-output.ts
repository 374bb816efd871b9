import path from 'node:path';
import { diffSides } from '../formats/printed-diff.ts';
import type { TestFailure, TestOutcome } from '../test-outcome.ts';

/** Tests may print a count of their own, of any size. */
const countMax = 100_000;

/**
 * Reads what uvu prints: it names failed tests only, and counts the others. Nothing when the counts are missing, as
 * after a file that could not be loaded.
 */
export function readUvuOutput(output: string, folder: string): TestOutcome[] {
  const count = (label: string) => {
    const [, digits] = new RegExp(String.raw`^\s*${label}:\s+(\d+)$`, 'm').exec(output) ?? [];
    return Math.min(countMax, Number(digits ?? 0));
  };
  const failures = [...output.matchAll(/^ *FAIL +(?:.*? )?"(.*)"\n([^]*?)(?=\n *FAIL |\n\n\n|$(?![^]))/gm)];
  return [
    ...failures.map(([, name = '', detail = '']): TestOutcome => {
      return { name, result: 'failed', ...placeIn(detail, folder), failure: failureOf(detail) };
    }),
    ...Array.from({ length: count('Passed') }, () => ({ name: 'passed', result: 'passed' }) as const),
    ...Array.from({ length: count('Skipped') }, () => ({ name: 'skipped', result: 'skipped' }) as const),
  ];
}

/** The first frame outside of packages. */
function placeIn(detail: string, folder: string): Pick<TestOutcome, 'file' | 'line'> {
  for (const [, file = '', line] of detail.matchAll(/^\s+at .*?\(?(?:file:\/\/)?([^\s()]+):(\d+):\d+\)?$/gm))
    if (!/node_modules|^node:/.test(file)) return { file: path.resolve(folder, file), line: Number(line) };
  return {};
}

/** `++3    (Expected)` and `--2    (Actual)`; lines of both sides begin with two dots, a dot stands for a space. */
function failureOf(detail: string): TestFailure {
  const [head = '', ...below] = detail.split('\n').map((line) => line.trimEnd());
  const text = head.trim().replace(/\s+\([\w.]+\)$/, '');
  const diff = below
    .map((line) => line.trim().replace(/\s+\((Expected|Actual)\)$/, ''))
    .filter((line) => /^(\+\+|--|··)/.test(line))
    .map((line) => line.replace(/^(\+\+|--|··)/, (mark) => (mark === '··' ? ' ' : mark.slice(1))).replaceAll('·', ' '));
  if (!diff.some((line) => line.startsWith('+')) || !diff.some((line) => line.startsWith('-')))
    return { kind: 'message', text };
  const sides = diffSides(diff, { expected: '+', actual: '-' });
  return { kind: 'compared', ...sides, ...(/^Expected values? to /.test(text) ? {} : { message: text }) };
}
