import { describe, expect, it } from 'vitest';
import { tapOutcomes } from '../../../../../extension/tools/test-runners/formats/tap-outcomes.ts';
import { tapReport } from '../../../../../extension/tools/test-runners/formats/tap-report.ts';
import { testReport } from '../../../../../extension/tools/test-runners/test-report.ts';

const report = (text: string, assertions = false) =>
  testReport(tapOutcomes(tapReport(text).points, { folder: '/w', assertions }), (file) => file.replace('/w/', ''));
const names = (text: string) => tapReport(text).points.map(({ name, result }) => `${result} ${name}`);

describe('TAP', () => {
  it('has test points with and without numbers, dashes and names, and other lines between them', () => {
    expect(
      names(
        'TAP version 13\n1..6\nok\nnot ok 2\nok 3 - three\nprinted: ok\nok 4 four\n  ok 9 indented by two\nok - five\nokay',
      ),
    ).toEqual(['passed ', 'failed ', 'passed three', 'passed four', 'passed five']);
  });

  it('skips what is SKIP or TODO, whatever it came to, unless the # is escaped', () => {
    expect(
      names('ok 1 a # SKIP no database\nnot ok 2 b # TODO later\nok 3 c # skipped: x\nok 4 issue \\# todo'),
    ).toEqual(['skipped a', 'skipped b', 'skipped c', 'passed issue # todo']);
  });

  it('counts the tests of subtests, announced, bare or in braces, once', () => {
    const announced = '# Subtest: s\n    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - s\n1..1\n';
    const braces = 'not ok 1 - s {\n    ok 1 - a\n    not ok 2 - b\n    1..2\n}\n1..1\n';
    for (const text of [announced, announced.replace(/^#.*\n/, ''), braces])
      expect(report(text)).toBe('1 failed, 1 passed\n\nFAIL b\n  failed without a message');
  });

  it('keeps a subtest that failed itself though its tests passed', () => {
    const text = '    ok 1 - a\n    1..1\nnot ok 1 - s\n  ---\n  message: "after hook threw"\n  ...\n1..1\n';
    expect(report(text)).toBe('1 failed, 1 passed\n\nFAIL s\n  after hook threw');
  });

  it('has values and places in its diagnostics, also in blocks of several lines', () => {
    const text = `not ok 1 - deep
  ---
  operator: deepEqual
  wanted: |-
    {
      a: 1
    }
  found: { a: 2 }
  at:
    fileName: test/m.js
    lineNumber: 3
  ...
not ok 2 - plain
#   Failed test 'plain'
`;
    expect(report(text)).toBe(`2 failed, 0 passed

FAIL plain
  Failed test 'plain'

FAIL deep (test/m.js:3)
  expected: { a: 1 }
  actual: { a: 2 }`);
  });

  it('survives diagnostics that never end, and ends that nothing began', () => {
    expect(names('not ok 1 a\n  ---\n  x: 1\nok 2 b\n  ...\nok 3 c')).toEqual(['failed a', 'passed b', 'passed c']);
  });

  it('says what is missing: the run bailed out, or had fewer tests than planned', () => {
    expect(tapReport('1..3\nok 1\nBail out! no database\nok 2').incomplete).toBe('it bailed out: no database');
    expect(tapReport('1..3\nok 1\nok 2').incomplete).toBe('2 of 3 tests ran');
    expect(tapReport('    1..2\n    ok 1\nnot ok 1 - s\n1..1').incomplete).toBe('1 of 2 tests ran');
    expect(tapReport('1..1\nok 1\nok 2').incomplete).toBeUndefined();
  });
});
