import path from 'node:path';
import type { TestOutcome } from '../test-outcome.ts';
import { failureFromMessage } from './assertion-message.ts';
import { childNamed, elementsNamed, xmlDocument, type XmlElement } from './xml-document.ts';

/** The outcomes of a TRX report, as the test tools of .NET write it. Of a report that was cut off, none. */
export function trxOutcomes(xml: string, folder: string): TestOutcome[] {
  const root = xmlDocument(xml);
  return root === undefined ? [] : elementsNamed(root, 'UnitTestResult').map((one) => outcomeOf(one, folder));
}

function outcomeOf(element: XmlElement, folder: string): TestOutcome {
  // `Namespace.Class.Method(argument: "a.b")`
  const [, name = ''] =
    /([^.]+(?:\(.*)?)$/.exec(element.attributes['testName']?.replace(/^[^(]*\.(?=[^.(]+(\(|$))/, '') ?? '') ?? [];
  const verdict = element.attributes['outcome'];
  if (verdict === 'Passed') return { name, result: 'passed' };
  if (verdict === 'NotExecuted' || verdict === 'Inconclusive') return { name, result: 'skipped' };
  const error = elementsNamed(element, 'ErrorInfo')[0];
  const message = (error && childNamed(error, 'Message')?.text) ?? '';
  const stack = (error && childNamed(error, 'StackTrace')?.text) ?? '';
  const [, file, line] = / in (.+?):line (\d+)\s*$/m.exec(stack) ?? [];
  // `System.InvalidOperationException : first` of a test that threw.
  const [, kind, thrown] = /^(?:[\w.]+\.)?(\w+Exception) ?: ([^]*)$/.exec(message) ?? [];
  return {
    name,
    result: 'failed',
    ...(file !== undefined && { file: path.resolve(folder, file), line: Number(line) }),
    failure: failureFromMessage(thrown ?? message, kind),
  };
}
