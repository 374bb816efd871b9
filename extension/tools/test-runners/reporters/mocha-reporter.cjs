// A reporter for Mocha: its spec reporter for the user, and one JSON line a test in the file MOONWRIGHT_RESULTS.
'use strict';
const { appendFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { shown } = require('./shown-value.cjs');
const { ownMessage, toldError } = require('./told-error.cjs');

const Spec = createRequire(path.join(process.cwd(), 'package.json'))('mocha').reporters.Spec;

/** Line of the first stack frame in the file: the failing assertion, or the call that threw. */
function lineIn(file, stack) {
  for (const line of String(stack ?? '').split('\n')) {
    // Mocha makes the paths relative.
    const frame = /(?:\(|at )(?:async )?(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/.exec(line);
    if (frame && path.resolve(frame[1]) === file) return Number(frame[2]);
  }
  return undefined;
}

function failureOf(error) {
  const compared =
    error &&
    error.showDiff !== false &&
    error.operator !== 'fail' &&
    Object.hasOwn(error, 'expected') &&
    Object.hasOwn(error, 'actual');
  if (compared && (error.expected !== undefined || error.actual !== undefined))
    return { expected: shown(error.expected), actual: shown(error.actual), message: ownMessage(error) };
  return { message: toldError(error) };
}

module.exports = class MoonwrightReporter extends Spec {
  constructor(runner, options) {
    const write = (outcome) => appendFileSync(process.env.MOONWRIGHT_RESULTS, `${JSON.stringify(outcome)}\n`);
    // Before Mocha's own listeners: they replace the values by text.
    runner.on('pass', (test) => write({ result: 'passed', name: test.title, file: test.file }));
    runner.on('pending', (test) => write({ result: 'skipped', name: test.title, file: test.file }));
    runner.on('fail', (test, error) =>
      write({
        result: 'failed',
        name: test.title,
        file: test.file,
        line: lineIn(test.file, error?.stack),
        ...failureOf(error),
      }),
    );
    super(runner, options);
    runner.on('end', () => {
      const { tests = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      if (failures > 0 && runner.suite?.bail?.() === true && tests + pending < runner.total)
        write({ incomplete: 'mocha stops at the first failure (bail)' });
    });
  }
};
