// A reporter for Playwright Test: one JSON line a test in the file MOONWRIGHT_RESULTS.
'use strict';
const { appendFileSync } = require('node:fs');
const path = require('node:path');

const write = (outcome) => appendFileSync(process.env.MOONWRIGHT_RESULTS, `${JSON.stringify(outcome)}\n`);

function resultOf(test) {
  const outcome = test.outcome();
  if (outcome === 'expected' || outcome === 'flaky') return 'passed';
  return outcome === 'skipped' ? 'skipped' : 'failed';
}

/** The whole message: it has the values. Of a test that was expected to fail there is none. */
function messageOf(error, test) {
  const message = String(
    error?.message ??
      error?.value ??
      (test?.expectedStatus === 'failed' ? 'passed, but was expected to fail' : 'failed'),
  );
  const cause = error?.cause?.message;
  return cause === undefined ? message : `${message} (cause: ${String(cause).split('\n')[0]})`;
}

module.exports = class MoonwrightReporter {
  #suite;

  onBegin(config, suite) {
    this.#suite = suite;
  }

  onError(error) {
    const file = error.location?.file;
    const [message] = messageOf(error)
      .replace(/^Error: /, '')
      .split('\n');
    write({
      result: 'crashed',
      name: file ? path.basename(file) : 'set-up',
      file,
      line: error.location?.line,
      message,
    });
  }

  onEnd() {
    const tests = this.#suite?.allTests() ?? [];
    // After --max-failures the rest has no results.
    const missing = tests.filter((test) => test.results.length === 0 && test.expectedStatus !== 'skipped');
    if (missing.length > 0) write({ incomplete: `${missing.length} tests did not run` });
    for (const test of tests.filter((one) => !missing.includes(one))) {
      const result = resultOf(test);
      const name = test.title;
      const { file, line } = test.location;
      if (result !== 'failed') {
        write({ result, name, file });
        continue;
      }
      const error = test.results.at(-1)?.errors[0];
      const place = error?.location?.file === file ? error.location.line : line;
      write({ result, name, file, line: place, message: messageOf(error, test) });
    }
  }

  printsToStdio() {
    return false;
  }
};
