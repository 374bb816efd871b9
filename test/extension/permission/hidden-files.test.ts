import { expect, it } from 'vitest';
import { hiddenFiles } from '../../../extension/permission/hidden-files.ts';

const rules = [
  { effect: 'deny', kind: 'read', pattern: 'private/**' },
  { effect: 'ask', kind: 'read', pattern: "'a [1].ts'" },
  { effect: 'allow', kind: 'read', pattern: 'src/**' },
  { effect: 'deny', kind: 'edit', pattern: 'lib/**' },
] as const;

it('secrets and what rules keep from being read are hidden', () => {
  const isHidden = hiddenFiles(
    () => rules,
    () => ['/w'],
  );
  for (const file of ['private/a.js', '/w/private/a.js', 'a [1].ts', '.env', '/w/src/.env', '/elsewhere/id_rsa'])
    expect(`${file}: ${isHidden(file)}`).toBe(`${file}: true`);
  for (const file of ['src/a.js', 'lib/a.js', '/elsewhere/private/a.js', 'a 1.ts'])
    expect(`${file}: ${isHidden(file)}`).toBe(`${file}: false`);
});

it('in a workspace of several folders the folder may come first', () => {
  const isHidden = hiddenFiles(
    () => rules,
    () => ['/w/one', '/w/two'],
  );
  for (const file of ['two/private/a.js', 'private/a.js', '/w/two/private/a.js']) expect(isHidden(file)).toBe(true);
  expect(isHidden('two/src/private/a.js')).toBe(false);
});
