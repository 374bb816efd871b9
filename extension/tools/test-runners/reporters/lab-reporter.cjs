// A reporter for lab: one JSON line a test, in the file that lab writes its output to.
'use strict';
const { shown } = require('./shown-value.cjs');
const { ownMessage, toldError } = require('./told-error.cjs');

/** The first place of the stack that is not in a package or in Node. */
function placeIn(error) {
  for (const line of String(error?.stack ?? '').split('\n')) {
    const frame = /(?:\(|at )(?:async )?(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/])[^()]+?):(\d+):\d+\)?$/.exec(line);
    if (frame && !/[\\/]node_modules[\\/]/.test(frame[1])) return { file: frame[1], line: Number(frame[2]) };
  }
  return {};
}

function failureOf(error) {
  const compared =
    error &&
    typeof error === 'object' &&
    error.operator !== 'fail' &&
    Object.hasOwn(error, 'expected') &&
    Object.hasOwn(error, 'actual');
  if (compared) return { expected: shown(error.expected), actual: shown(error.actual), message: ownMessage(error) };
  return { message: toldError(error) };
}

module.exports = class MoonwrightReporter {
  start() {}

  test(test) {
    const skipped = test.skipped || test.todo;
    const judged = test.err ? 'failed' : 'passed';
    const result = skipped ? 'skipped' : judged;
    const told = result === 'failed' ? { ...placeIn(test.err), ...failureOf(test.err) } : {};
    this.report(`${JSON.stringify({ result, name: test.relativeTitle ?? test.title, ...told })}\n`);
  }

  end(notebook) {
    for (const error of notebook.errors ?? [])
      this.report(
        `${JSON.stringify({ result: 'crashed', name: 'set-up', ...placeIn(error), message: toldError(error) })}\n`,
      );
  }
};
