// A reporter for Jasmine: one JSON line a spec in the file MOONWRIGHT_RESULTS, and a letter each for the user.
'use strict';
const { appendFileSync } = require('node:fs');

const write = (outcome) => appendFileSync(process.env.MOONWRIGHT_RESULTS, `${JSON.stringify(outcome)}\n`);

/** The first place of the stack that is not in a package or in Node. */
function placeIn(stack) {
  for (const line of String(stack ?? '').split('\n')) {
    const frame = /(?:\(|at )(?:async )?(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/])[^()]+?):(\d+):\d+\)?$/.exec(line);
    if (frame && !/[\\/]node_modules[\\/]/.test(frame[1])) return { file: frame[1], line: Number(frame[2]) };
  }
  return {};
}

/** `Expected 2 to be 3.`: both values; anything else as it is, one failed expectation after the other. */
function failureOf(expectations) {
  const [{ matcherName, message = '' } = {}] = expectations;
  const values = /^(?:([^]+): )?Expected (?!\$)([^]+) to (?:be|equal) ([^]+)\.$/.exec(message);
  const compares = expectations.length === 1 && /^to(Be|Equal)$/.test(matcherName ?? '') && values;
  if (compares) return { message: values[1], expected: values[3], actual: values[2], printed: true };
  return { message: expectations.map((one) => String(one.message).split('\n')[0]).join('; ') };
}

function report(result, name, expectations) {
  if (result !== 'failed') write({ result, name });
  else write({ result, name, ...placeIn(expectations[0]?.stack), ...failureOf(expectations) });
}

module.exports = class MoonwrightReporter {
  #counts = { passed: 0, failed: 0, skipped: 0 };

  specDone({ description, status, failedExpectations = [] }) {
    if (status === 'excluded') return;
    const result = { passed: 'passed', failed: 'failed' }[status] ?? 'skipped';
    this.#counts[result]++;
    process.stdout.write({ passed: '.', failed: 'F', skipped: '*' }[result]);
    report(result, description, failedExpectations);
  }

  suiteDone({ description, failedExpectations = [] }) {
    if (failedExpectations.length > 0) report('failed', description, failedExpectations);
  }

  jasmineDone({ failedExpectations = [] }) {
    for (const { message, stack } of failedExpectations)
      write({ result: 'crashed', name: 'set-up', ...placeIn(stack), message: String(message).split('\n')[0] });
    const { passed, failed, skipped } = this.#counts;
    process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
};
