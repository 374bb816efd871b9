// A reporter for Vitest, from version 1 on: one JSON line a test in the file MOONWRIGHT_RESULTS.
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ownMessage, toldError } from './told-error.cjs';

const write = (outcome) => appendFileSync(process.env.MOONWRIGHT_RESULTS, `${JSON.stringify(outcome)}\n`);

/** Line of the first stack frame in the file: the failing assertion, or the call that threw. */
function lineIn(file, error) {
  const parsed = error?.stacks?.find((frame) => frame.file === file);
  if (parsed) return parsed.line;
  for (const line of String(error?.stack ?? error?.stackStr ?? '').split('\n')) {
    const frame = /(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+)(?::\d+)?\)?$/.exec(line);
    if (frame && frame[1] === file) return Number(frame[2]);
  }
  return undefined;
}

/** Messages of failures that compare two values for being the same. */
const kindOrRange = 'an?|one|not|greater|less|at|above|below|close|within|truthy|falsy|defined';
const sameness = [
  `be (?!(${kindOrRange})\\b)`,
  '(loosely |strictly )?(deeply |deep )?equal ',
  'strictly deeply equal ',
  'match object ',
  'have a length of ',
].join('|');
const comparison = new RegExp(`^expected [\\s\\S]*? to (${sameness})|^Expected values to be `);
const scalar = String.raw`('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?[\w.+-]+)`;
const scalars = new RegExp(`^expected ${scalar} to (?:be|equal|deeply equal|strictly equal) ${scalar}(?: // .*)?$`);

/**
 * Vitest gives values as text: strings as they are when both are, anything else printed over several lines. Short ones
 * stand in the message, where strings have quotes.
 */
function failureOf(error) {
  const { expected, actual, diff = '' } = error ?? {};
  const own = ownMessage(error);
  const message = String(error?.message ?? '').slice(own === undefined ? 0 : own.length + 2);
  const short = scalars.exec(message);
  // Vitest tells 0 from -0 by writing +0.
  const [actualShort, expectedShort] = short?.slice(1).map((value) => (value === '+0' ? '0' : value)) ?? [];
  if (short) return { expected: expectedShort, actual: actualShort, message: own };
  const compared =
    typeof expected === 'string' && typeof actual === 'string' && comparison.test(message) && !/ not to /.test(message);
  if (!compared) return { message: toldError(error) };
  const texts =
    /^Expected: "/m.test(stripVTControlCharacters(diff)) || (/^expected ['"]/.test(message) && !actual.startsWith('"'));
  const values = texts ? { expected: `'${expected}'`, actual: `'${actual}'` } : { expected, actual, printed: true };
  return { ...values, message: own };
}

function report(name, file, state, errors) {
  if (state === 'passed' || state === 'skipped') write({ result: state, name, file });
  else if (state === 'failed')
    write({ result: 'failed', name, file, line: lineIn(file, errors?.[0]), ...failureOf(errors?.[0]) });
}

function crash(file, errors) {
  const error = errors?.[0];
  const name = error?.name && error.name !== 'Error' ? `${error.name}: ` : '';
  const [message] = `${name}${error?.message ?? 'the file could not be run'}`.split('\n');
  write({
    result: 'crashed',
    name: path.relative(process.cwd(), file).replaceAll('\\', '/'),
    file,
    line: lineIn(file, error),
    message,
  });
}

export default class MoonwrightReporter {
  #reported = false;

  /** Vitest 3 and later. */
  onTestRunEnd(modules, _errors, reason) {
    this.#reported = true;
    if (reason === 'interrupted') write({ incomplete: 'vitest stops after failures (bail)' });
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) report(test.name, module.moduleId, test.result().state, test.result().errors);
      if (module.state() === 'failed' && (module.errors().length > 0 || tests.length === 0))
        crash(module.moduleId, module.errors());
    }
  }

  /** Vitest 1 and 2. */
  onFinished(files = []) {
    if (this.#reported) return;
    for (const file of files) {
      const tests = testsOf(file);
      for (const test of tests) report(test.name, file.filepath, stateOf(test), test.result?.errors);
      if (file.result?.state === 'fail' && (tests.length === 0 || file.result.errors?.length > 0))
        crash(file.filepath, file.result.errors);
    }
  }
}

function testsOf(task) {
  return (task.tasks ?? []).flatMap((child) => (child.type === 'suite' ? testsOf(child) : [child]));
}

function stateOf(test) {
  if (test.mode === 'skip' || test.mode === 'todo') return 'skipped';
  return { pass: 'passed', fail: 'failed' }[test.result?.state] ?? 'skipped';
}
