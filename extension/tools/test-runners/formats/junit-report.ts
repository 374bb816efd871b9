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
    if (child.name === 'testcase') return [caseOf(child, suite)];
    if (child.name === 'testsuites') return casesIn(child, suite);
    if (child.name !== 'testsuite') return [];
    const inherited = { file: suite.attributes['file'] ?? '', ...child.attributes };
    const inner = { ...child, attributes: inherited };
    const own = failureIn(inner) === undefined ? [] : [caseOf(inner, inner)];
    return [...own, ...casesIn(inner, inner)];
  });
}

function failureIn(element: XmlElement): XmlElement | undefined {
  return childNamed(element, 'failure') ?? childNamed(element, 'error');
}

function caseOf(element: XmlElement, suite: XmlElement): JunitCase {
  const { attributes } = element;
  const failure = failureIn(element);
  const line = attributes['line'] ?? attributes['lineno'];
  return {
    name: attributes['name'] ?? '',
    className: attributes['classname'] ?? attributes['class'] ?? '',
    file: attributes['file'] || suite.attributes['file'] || undefined,
    line: line !== undefined && /^\d+$/.test(line) ? Number(line) : undefined,
    result: resultOf(element, failure),
    message: failure?.attributes['message'] ?? '',
    type: failure?.attributes['type'] ?? '',
    text: failure?.text ?? '',
    output: ['system-out', 'system-err']
      .flatMap((name) => (element.name === 'testcase' ? elementsNamed(element, name) : []))
      .map((one) => one.text)
      .join('\n'),
  };
}

function resultOf(element: XmlElement, failure: XmlElement | undefined): JunitCase['result'] {
  if (failure !== undefined) return failure.name === 'failure' ? 'failed' : 'error';
  const skipped =
    childNamed(element, 'skipped') !== undefined ||
    // CTest and GoogleTest say it in an attribute.
    /^(disabled|notrun|skipped)$/.test(element.attributes['status'] ?? element.attributes['result'] ?? '');
  return skipped ? 'skipped' : 'passed';
}
