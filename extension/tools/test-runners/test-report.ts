import type { TestFailure, TestOutcome } from './test-outcome.ts';

const failuresMax = 20;
const valueMax = 1000;

/**
 * The report for the model: the counts, then each failure with its place and values, ordered by file path.
 * `relative` gives the shown path of a file.
 */
export function testReport(outcomes: readonly TestOutcome[], relative: (absolute: string) => string): string {
  const failures = outcomes
    .filter((outcome) => outcome.result === 'failed' || outcome.result === 'crashed')
    .map((outcome) => ({ outcome, file: outcome.file === undefined ? '' : relative(outcome.file) }));
  const count = (result: TestOutcome['result']) => outcomes.filter((outcome) => outcome.result === result).length;
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  if (failures.length === 0) return `${count('passed')} passed${skipped}`;
  failures.sort((a, b) => Number(a.file > b.file) - Number(a.file < b.file));
  const blocks = failures.slice(0, failuresMax).map(({ outcome, file }) => block(outcome, file));
  const more = failures.length > failuresMax ? [`and ${failures.length - failuresMax} more`] : [];
  return [`${failures.length} failed, ${count('passed')} passed${skipped}`, ...blocks, ...more].join('\n\n');
}

function block({ name, line, failure }: TestOutcome, file: string): string {
  const at = line === undefined ? file : `${file}:${line}`;
  return `FAIL ${oneLine(name)}${file === '' ? '' : ` (${at})`}\n${failureLines(failure)}`;
}

function failureLines(failure: TestFailure | undefined): string {
  if (failure === undefined) return '  failed without a message';
  if (failure.kind === 'message') return `  ${oneLine(failure.text) || 'failed without a message'}`;
  const lines =
    failure.kind === 'sides'
      ? [failure.assertion ?? '', `left: ${oneLine(failure.left)}`, `right: ${oneLine(failure.right)}`]
      : [`expected: ${oneLine(failure.expected)}`, `actual: ${oneLine(failure.actual)}`];
  return [failure.message ?? '', ...lines]
    .filter((line) => line !== '')
    .map((line) => `  ${oneLine(line)}`)
    .join('\n');
}

function oneLine(text: string): string {
  const line = text.trim().replaceAll(/\s*\r?\n\s*/g, ' ');
  return line.length > valueMax ? `${line.slice(0, valueMax)}...` : line;
}
