import { childNamed, elementsNamed, xmlDocument, type XmlElement } from './xml-document.ts';

/** A test case of a JUnit report, with the words of the runner. */
export interface JunitCase {
  readonly name: string;
  readonly className: string;
  /** As the runner gives it: absolute, or relative to its folder. */
  readonly file: string | undefined;
  /** As the runner counts: most from 1, pytest from 0. */
  readonly line: number | undefined;
  readonly result: 'passed' | 'failed' | 'error' | 'skipped';
  /** Attributes of the failure or error, and the text in it. */
  readonly message: string;
  readonly type: string;
  readonly text: string;
  /** What the test printed. */
  readonly output: string;
}

/**
 * The test cases of a JUnit report, in order; of a report that was cut off, none. Suites may be nested; where a case
 * does not tell its file, that of the suite around it counts. A suite that failed outside of its cases is a case.
 */
export function junitCases(xml: string): JunitCase[] {
  const root = xmlDocument(xml);
  if (root === undefined) return [];
  const top = { name: '', attributes: {}, children: [root], text: '' };
  return casesIn(top, top);
}

function casesIn(element: XmlElement, suite: XmlElement): JunitCase[] {
  return element.children.flatMap((child) => {
    if (child.name === 'testcase') return casesOf(child, suite);
    if (child.name === 'testsuites') return casesIn(child, suite);
    if (child.name !== 'testsuite') return [];
    const inherited = { file: suite.attributes['file'] ?? '', ...child.attributes };
    const inner = { ...child, attributes: inherited };
    const own = failuresIn(inner).length === 0 ? [] : casesOf(inner, inner);
    return [...own, ...casesIn(inner, inner)];
  });
}

function failuresIn(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((child) => child.name === 'failure' || child.name === 'error');
}

/** One case for each failure: the subtests of pytest share a case, and a test may fail in its clean-up too. */
function casesOf(element: XmlElement, suite: XmlElement): JunitCase[] {
  const { attributes } = element;
  const line = attributes['line'] ?? attributes['lineno'];
  const test = {
    name: attributes['name'] ?? '',
    className: attributes['classname'] ?? attributes['class'] ?? '',
    file: attributes['file'] || suite.attributes['file'] || undefined,
    line: line !== undefined && /^\d+$/.test(line) ? Number(line) : undefined,
    output: element.name === 'testcase' ? printedIn(element) : '',
  };
  const failures = failuresIn(element);
  if (failures.length === 0) return [{ ...test, result: skippedOrPassed(element), message: '', type: '', text: '' }];
  return failures.map((failure) => ({
    ...test,
    result: failure.name === 'failure' ? 'failed' : 'error',
    message: failure.attributes['message'] ?? '',
    type: failure.attributes['type'] ?? '',
    text: failure.text,
  }));
}

function printedIn(element: XmlElement): string {
  const printed = ['system-out', 'system-err'].flatMap((name) => elementsNamed(element, name));
  return printed.map((one) => one.text).join('\n');
}

function skippedOrPassed(element: XmlElement): 'skipped' | 'passed' {
  // CTest and GoogleTest say it in an attribute.
  const status = element.attributes['status'] ?? element.attributes['result'] ?? '';
  const skipped = childNamed(element, 'skipped') !== undefined || /^(disabled|notrun|skipped)$/.test(status);
  return skipped ? 'skipped' : 'passed';
}
