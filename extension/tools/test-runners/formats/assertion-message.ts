import type { TestFailure } from '../test-outcome.ts';
import { diffSides } from './printed-diff.ts';

/** The ways in which assertion libraries print two values of which they know which one was expected. */
const comparisons: readonly RegExp[] = [
  // JUnit 4 and 5, TestNG's cousin, Kotlin: `own words ==> expected: <5> but was: <4>`.
  /^(?:(?<own>[^]*?)(?: ==>)? )?expected: ?<(?<expected>[^]*)> but was: ?<(?<actual>[^]*)>$/,
  // TestNG: `own words expected [5] but found [4]`.
  /^(?:(?<own>[^]*?) )?expected \[(?<expected>[^]*)\] but found \[(?<actual>[^]*)\]$/,
  // MSTest.
  /^Assert\.AreEqual failed\. Expected:<(?<expected>[^]*?)>\. Actual:<(?<actual>[^]*?)>\. ?(?<own>[^]*)$/,
  // PHPUnit.
  /^(?:(?<own>[^]*?)\n)?Failed asserting that (?<actual>.+) (?:matches expected|is identical to) (?<expected>.+)\.$/m,
  // AssertJ, Hamcrest, RSpec, minitest, xUnit, NUnit, Catch: one value below the other.
  /^(?:(?<own>[^]*?)\n)?\s*expected:? +(?<expected>.+)\n\s*(?:but(?: was)?|got|actual):? +(?<actual>.+)/i,
];
/** PHPUnit's and others' diff of two values. */
const printedDiff = /^(?:([^]*?)\n)?--- expected\n\+\+\+ actual\n@@[^\n]*@@\n([^]+)$/i;
/** First lines that the libraries write themselves. */
const generated = /^(Assert\.\w+\(\) Failure.*|\s*\[?"?\]?\s*|Failed asserting that .*|.* \(compared using [^)]+\))$/;
const partsMax = 6;

/**
 * What an assertion's message says: two values where it tells which one was expected, else its first line. `kind` is
 * the error's class, which is told for anything but a failed assertion.
 */
export function failureFromMessage(message: string, kind = ''): TestFailure {
  const text = message.trim();
  const lines = text.split('\n').map((line) => line.trim());
  const several = /^(Multiple Failures|Multiple failures|Got \d+ failures)/.test(lines[0] ?? '');
  for (const pattern of several ? [] : comparisons) {
    const { own = '', expected, actual } = pattern.exec(text)?.groups ?? {};
    if (expected === undefined || actual === undefined) continue;
    const words = own.trim().split('\n')[0]?.trim().replace(/,$/, '') ?? '';
    return {
      kind: 'compared',
      ...bare(expected.trim(), actual.trim()),
      ...(words === '' || generated.test(words) ? {} : { message: words }),
    };
  }
  const [, before = '', diff] = printedDiff.exec(text) ?? [];
  if (diff !== undefined && !diff.includes('\n@@')) {
    const [words = ''] = before.split('\n').filter((line) => !generated.test(line));
    const sides = diffSides(diff.trimEnd().split('\n'), { expected: '-', actual: '+' });
    return { kind: 'compared', ...sides, ...(words !== '' && { message: words }) };
  }
  const shown = several
    ? lines.slice(0, partsMax).map((line) => line.replace(/^(?:\w+\.)+\w*(?:Error|Exception): /, ''))
    : lines.slice(0, 1);
  const said = shown.filter((line) => line !== '').join(several ? '; ' : ' ');
  const isAssertion =
    kind === '' || /Assert|ExpectationFailed|ExpectationNotMet|Comparison|MultipleFailures/.test(kind);
  if (isAssertion) return { kind: 'message', text: said || kind };
  return { kind: 'message', text: said === '' ? kind : `${kind}: ${said}` };
}

/** JUnit 4 marks where two texts differ: `<a[b]c>`; Hamcrest writes `is <5>` and `was <4>`. */
function bare(expected: string, actual: string): { readonly expected: string; readonly actual: string } {
  const marked = [/^([^]*)\[([^]*)\]([^]*)$/.exec(expected), /^([^]*)\[([^]*)\]([^]*)$/.exec(actual)];
  const [one, two] = marked;
  if (one && two && one[1] === two[1] && one[3] === two[3] && `${one[1]}${one[3]}` !== '')
    return { expected: `${one[1]}${one[2]}${one[3]}`, actual: `${two[1]}${two[2]}${two[3]}` };
  if (one && two && one[1] === '' && two[1] === '' && one[3] === '' && two[3] === '' && !expected.includes(','))
    return { expected: one[2] ?? '', actual: two[2] ?? '' };
  const hamcrest = /^(?:is )?<([^]*)>L?$/;
  return {
    expected: hamcrest.exec(expected)?.[1] ?? expected,
    actual: /^was <([^]*)>L?$/.exec(actual)?.[1] ?? hamcrest.exec(actual)?.[1] ?? actual,
  };
}
