import { expect, it } from 'vitest';
import { newProblems, type Problem } from '../../../extension/workspace/problem.ts';

const problem = (line: number, message: string, severity: Problem['severity'] = 'error'): Problem => ({
  path: '/w/a.ts',
  line,
  message,
  severity,
  source: 'ts',
});

it('a problem that only moved is not new, a second one of the same kind is', () => {
  expect(newProblems([problem(3, 'no x')], [problem(9, 'no x')])).toEqual([]);
  expect(newProblems([problem(3, 'no x')], [problem(3, 'no x'), problem(9, 'no x')])).toEqual([problem(9, 'no x')]);
});

it('hints are no problems', () => {
  expect(newProblems([], [problem(1, 'unused', 'hint'), problem(2, 'old', 'warning')])).toEqual([
    problem(2, 'old', 'warning'),
  ]);
});
