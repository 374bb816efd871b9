import path from 'node:path';
import { fileUpwards } from './finding/project-folders.ts';
import { junitCases, type JunitCase } from './formats/junit-report.ts';
import type { TestFailure, TestOutcome } from './test-outcome.ts';

/** Reads pytest's JUnit XML (family xunit1, tracebacks in the short form). */
export function readPytestResults(xml: string, folder: string): TestOutcome[] {
  // The failure that only counts the others of its subtests is none of its own.
  const cases = junitCases(xml).filter(({ message }) => !/^contains \d+ failed subtests?$/.test(message));
  return cases.map((test) => outcomeOf(test, folder));
}

function outcomeOf(test: JunitCase, folder: string): TestOutcome {
  const { name, result } = test;
  const collecting = result === 'error' && /^collection (failure|skipped)|^import/i.test(test.message);
  // A module that could not be collected is reported under its own name.
  const module = [test.className, test.name]
    .filter((part) => part !== '')
    .join('.')
    .replaceAll('.', '/');
  const named = test.file ?? (collecting ? `${module}.py` : `${test.className.replaceAll('.', '/')}.py`);
  const file = fileUpwards(path.resolve(folder, named), folder);
  if (result === 'passed' || result === 'skipped') return { name, result, file };
  const line = lineIn(file, test.text, folder) ?? test.line;
  const told = failureOf(test);
  if (collecting) return { name: path.basename(file), result: 'crashed', file, line: line ?? 1, failure: told };
  return { name, result: 'failed', file, ...(line !== undefined && { line }), failure: told };
}

/**
 * The lines that pytest marks with E say what failed; the first `assert A == B` among them has the values. Which of
 * them was expected is not said, and projects differ.
 */
function failureOf({ text: whole, message }: JunitCase): TestFailure {
  if (whole.includes('Exception Group Traceback')) return { kind: 'message', text: groupIn(whole, message) };
  const [cause, text = whole] =
    /^([^]*)\n\nThe above exception was the direct cause [^]*?\n([^]*)$/.exec(whole)?.slice(1) ?? [];
  const errors = text
    .split('\n')
    .filter((line) => /^E(\s|$)/.test(line))
    .map((line) => line.replace(/^E\s{0,3}/, ''));
  const told = errors.length > 0 ? errors : message.split('\n');
  for (const [at, line] of told.entries()) {
    const sides = sidesIn(line.replace(/^(\w+\.)*AssertionError: /, ''));
    if (sides === undefined) continue;
    const message = told[0]?.replace(/^(\w+\.)*AssertionError: /, '') ?? '';
    const assertion = assertionIn(text);
    return {
      kind: 'sides',
      ...sides,
      ...(at > 0 && message !== '' ? { message } : {}),
      ...(assertion === undefined ? {} : { assertion }),
    };
  }
  const reason =
    told.find((line) => /^[\w.]*(Error|Exception|Warning|Failed)\b/.test(line)) ??
    told.find((line) => line.trim() !== '') ??
    'failed without a message';
  const why =
    cause === undefined ? undefined : /^E +(.*)(?:\nE .*)*$/m.exec(cause.slice(cause.lastIndexOf('\nE ') + 1))?.[1];
  const sentence = reason.replace(/^(AssertionError|Failed): /, '');
  return { kind: 'message', text: why === undefined ? sentence : `${sentence} (cause: ${why})` };
}

/** The message of an exception group and its parts: `many (2 sub-exceptions) (ValueError: a) (TypeError: b)`. */
function groupIn(text: string, message: string): string {
  const [own = ''] = message.split('\n');
  const parts = [...text.matchAll(/^ +\| (\w[\w.]*(?:Error|Exception|Group|Warning)\b.*)$/gm)].map(
    (match) => match[1] ?? '',
  );
  return [own, ...parts.filter((part) => part !== own).map((part) => `(${part})`)].join(' ');
}

/** The source of the assertion: what stands before the first line that is marked with E. */
function assertionIn(text: string): string | undefined {
  const source = /^ {4}(assert .*(?:\n {4}.*)*)\nE\s/m.exec(text)?.[1];
  return source?.replaceAll(/\n\s*/g, ' ');
}

/** `assert LEFT == RIGHT`, as pytest prints it with the values put in. */
function sidesIn(line: string): { readonly left: string; readonly right: string } | undefined {
  if (!line.startsWith('assert ')) return undefined;
  const rest = line.slice('assert '.length);
  let depth = 0;
  for (let at = 0; at < rest.length; at++) {
    const character = rest[at] ?? '';
    if (character === '"' || character === "'") at = endOfString(rest, at);
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (depth === 0) {
      const operator = /^ (==|is) (?!not )/.exec(rest.slice(at))?.[0];
      if (operator !== undefined) return { left: rest.slice(0, at), right: rest.slice(at + operator.length) };
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[start]) return at;
  }
  return text.length;
}

/** The last line of the file on the way to the error: `tests/test_a.py:5: in test_add`. */
function lineIn(file: string, text: string, folder: string): number | undefined {
  const places = [...text.matchAll(/^(?:(?=\S)|[ |]*File ")([^":\n]+?)(?::|", line )(\d+)(?:: |, in )/gm)].filter(
    (match) => path.resolve(folder, match[1] ?? '') === file,
  );
  const last = places.at(-1)?.[2];
  return last === undefined ? undefined : Number(last);
}
