import { failureFromMessage } from '../formats/assertion-message.ts';
import { junitCases, type JunitCase } from '../formats/junit-report.ts';
import type { TestOutcome } from '../test-outcome.ts';

/** Where a failed case is, from what a tool writes of it. */
export type CasePlace = (test: JunitCase) => Pick<TestOutcome, 'file' | 'line'>;

/** The outcomes of JUnit reports, one report a text. */
export function junitOutcomes(reports: readonly string[], placeOf: CasePlace, messageOf = said): TestOutcome[] {
  return reports.flatMap((xml) => junitCases(xml)).map((test) => outcomeOf(test, placeOf, messageOf));
}

function said({ message, text }: JunitCase): string {
  return message || text;
}

function outcomeOf(test: JunitCase, placeOf: CasePlace, messageOf: typeof said): TestOutcome {
  const className = test.className.split(/[.\\]/).at(-1) ?? '';
  // A class whose set-up failed has a case without a name.
  const name = test.name.replace(/\(\)$/, '') || className;
  const { result } = test;
  if (result === 'passed' || result === 'skipped') return { name, result };
  const kind = test.type.split(/[.\\]/).at(-1) ?? '';
  const told = failureFromMessage(messageOf(test), kind);
  const cause = /^Caused by(?:: |\n)(?:[\w.$\\]+: )?(.*)$/m.exec(test.text)?.[1];
  const failure =
    told.kind === 'message' && cause !== undefined ? { ...told, text: `${told.text} (cause: ${cause})` } : told;
  return { name, result: 'failed', ...placeOf(test), failure };
}
