import { expect, it } from 'vitest';
import { matchesGlob } from '../../../../extension/permission/shell/glob-match.ts';

it.each([
  ['*', '', true],
  ['*.pem', 'a.pem', true],
  ['*.pem', 'a.pen', false],
  ['.e*', '.env', true],
  ['a*b*c', 'aXbYc', true],
  ['a*b*c', 'acb', false],
  ['ab*ba', 'aba', false],
  ['.?nv', '.env', true],
  ['?', '', false],
  ['[.]env', '.env', true],
  ['.[!a]nv', '.env', true],
  ['[]a]x', ']x', true],
  ['a[', 'a[', true],
  ['é*', 'éa', true],
  ['', '', true],
  ['a', 'ab', false],
] as const)('%j matches %j: %j', (glob, text, expected) => {
  expect(matchesGlob(glob, text)).toBe(expected);
});

it('many stars take no time', () => {
  const start = performance.now();
  expect(matchesGlob(`${'*a'.repeat(4000)}b`, 'a'.repeat(8000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});
