// Recorded: what Jest 30 and Go 1.27 wrote of projects in /w.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCargoOutput } from '../../../../extension/tools/test-runners/cargo-runner.ts';
import { readGoEvents } from '../../../../extension/tools/test-runners/go-runner.ts';
import { readJestResults } from '../../../../extension/tools/test-runners/jest-runner.ts';
import { readPytestResults } from '../../../../extension/tools/test-runners/pytest-results.ts';
import { testReport } from '../../../../extension/tools/test-runners/test-report.ts';

const recorded = (name: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../../fixtures/runner-results', name), 'utf8');
const relative = (file: string) => path.relative('/w', file);

describe('recorded results', () => {
  it('of Jest have values, places and messages', () => {
    expect(testReport(readJestResults(recorded('jest.json')), relative)).toBe(`15 failed, 1 passed, 1 skipped

FAIL bad.test.js (test/bad.test.js:1)
  SyntaxError: Unexpected token (1:10)

FAIL adds (test/m.test.js:5)
  expected: 5
  actual: -1

FAIL objects (test/m.test.js:7)
  expected: [{ a: 2, b: 'x', c: [] }]
  actual: [{ a: 1, b: 'x' }]

FAIL strings (test/m.test.js:8)
  expected: '6'
  actual: '5'

FAIL kinds (test/m.test.js:9)
  expected: 5
  actual: '5'

FAIL undef (test/m.test.js:10)
  expect(received).toBeNull(); Received: undefined

FAIL throws (test/m.test.js:11)
  first

FAIL contains (test/m.test.js:12)
  expect(received).toContain(expected); Expected value: 2; Received array: [1]

FAIL not (test/m.test.js:13)
  expect(received).not.toBe(expected); Expected: not 5

FAIL len (test/m.test.js:14)
  expected: 3
  actual: 2

FAIL calls (test/m.test.js:15)
  expected: 2
  actual: 1

FAIL throwing (test/m.test.js:16)
  expect(received).toThrow(expected); Expected substring: "x"

FAIL assert (test/m.test.js:17)
  expected: 5
  actual: -1

FAIL deep (test/m.test.js:18)
  expected: { a: 2 }
  actual: { a: 1 }

FAIL name (test/m.test.js:19)
  nothing is not defined`);
  });

  it('of Go have values, places and what did not compile', () => {
    expect(testReport(readGoEvents(recorded('go-test.jsonl'), '/w', 'example.com/m'), relative))
      .toBe(`5 failed, 2 passed

FAIL example.com/m/broken (broken/broken_test.go:5)
  undefined: undefined

FAIL TestAdd (calc/calc_test.go:7)
  expected: 5
  actual: -1

FAIL TestGot (calc/calc_test.go:12)
  expected: "b, c"
  actual: "a"

FAIL TestTable/two_words (calc/calc_test.go:19)
  expected: 5
  actual: -1

FAIL TestPanic (calc/calc_test.go:27)
  assignment to entry in nil map`);
  });

  it('of Go survive a line that is no event and one that is cut off', () => {
    expect(
      readGoEvents('go: downloading x\n{"Action":"pass","Package":"m","Test":"TestA"}\n{"Action":"fa', '/w', 'm'),
    ).toEqual([{ name: 'TestA', result: 'passed' }]);
  });

  it('of Rust have the words of the test', () => {
    const panic =
      "thread 'adds' panicked at src/lib.rs:8:9:\nassertion `left == right` failed: sums\n  left: -1\n right: 5";
    const output = `running 1 test
test adds ... FAILED

failures:

---- adds stdout ----
${panic}

failures:
    adds

test result: FAILED. 0 passed; 1 failed; 0 ignored
`;
    expect(testReport(readCargoOutput(output, '/w'), relative)).toBe(
      '1 failed, 0 passed\n\nFAIL adds (src/lib.rs:8)\n  sums\n  expected: 5\n  actual: -1',
    );
  });

  it('of older Rust versions have the values in back-quotes', () => {
    const output = `running 2 tests
test tests::adds ... FAILED
test tests::fine ... ok

failures:

---- tests::adds stdout ----
printed by the test
thread 'tests::adds' panicked at 'assertion failed: \`(left == right)\`
  left: \`-1\`,
 right: \`5\`', src/lib.rs:8:9
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace


failures:
    tests::adds

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out

running 1 test
test src/lib.rs - add (line 3) ... ok
`;
    expect(testReport(readCargoOutput(output, '/w'), relative)).toBe(
      '1 failed, 2 passed\n\nFAIL adds (src/lib.rs:8)\n  expected: 5\n  actual: -1',
    );
  });

  it('of pytest that were cut off are none', () => {
    expect(readPytestResults('<?xml version="1.0"?><testsuites><testsuite><testcase name="a"', '/w')).toEqual([]);
    expect(readPytestResults('', '/w')).toEqual([]);
  });

  it('with odd messages stay one line each', () => {
    const text = testReport(
      [
        {
          name: 'a\nb',
          result: 'failed',
          file: '/w/x.js',
          failure: { kind: 'message', text: ' one\n  two\r\nthree ' },
        },
        { name: 'c', result: 'failed' },
      ],
      relative,
    );
    expect(text).toBe('2 failed, 0 passed\n\nFAIL c\n  failed without a message\n\nFAIL a b (x.js)\n  one two three');
  });
});
