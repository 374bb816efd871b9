import { plainText } from '../../commands/plain-text.ts';
import { diffSides } from '../formats/printed-diff.ts';
import { failureOf } from '../jest-runner.ts';
import { readOutcomeLines, type TestFailure, type TestOutcome } from '../test-outcome.ts';

/** Reads the lines of our reporter for Playwright. Its errors have the whole message, which is printed as Jest does. */
export function readPlaywrightResults(results: string): TestOutcome[] {
  return readOutcomeLines(results).map((outcome) =>
    outcome.failure?.kind === 'message' ? { ...outcome, failure: failureIn(outcome.failure.text) } : outcome,
  );
}

function failureIn(raw: string): TestFailure {
  const message = plainText(raw);
  const paragraphs = message.replace(/^\w*Error: /, '').split(/\n\s*\n/);
  const [first = '', second] = paragraphs;
  // The words of the test come before those of the matcher.
  const own = second !== undefined && second.startsWith('expect(') && !first.startsWith('expect(') ? first : undefined;
  const added = own === undefined ? {} : { message: own.split('\n')[0] ?? own };
  const diff = /^- Expected +- \d+\n\+ Received +\+ \d+\n\n([^]+?)(?:\n\n|$(?![^]))/m.exec(message)?.[1];
  if (diff !== undefined && !diff.includes('@@'))
    return { kind: 'compared', ...diffSides(diff.split('\n'), { expected: '-', actual: '+' }), ...added };
  const told = failureOf(own === undefined ? message : paragraphs.slice(1).join('\n\n'), undefined);
  if (told.kind === 'compared') return { ...told, ...added };
  return own !== undefined && told.kind === 'message' ? { kind: 'message', text: `${own}; ${told.text}` } : told;
}
