import { expect, it } from 'vitest';
import { editRefusal, type PermissionFacts } from '../../../extension/permission/edit-permission.ts';

const facts = (more: Partial<PermissionFacts> = {}): PermissionFacts => ({
  trusted: () => true,
  roots: () => ['/w'],
  rules: () => [],
  ...more,
});

it('an open document may be changed', async () => {
  expect(await editRefusal(facts(), '/w/src/a.js')).toBeUndefined();
  expect(await editRefusal(facts(), '/elsewhere/a.js')).toBeUndefined();
  expect(await editRefusal(facts(), undefined)).toBeUndefined();
});

it('nothing is changed without trust', async () => {
  for (const file of ['/w/src/a.js', undefined])
    expect((await editRefusal(facts({ trusted: () => false }), file))?.remedy).toBe('trust');
});

it('the rules of the user that deny hold here too', async () => {
  const rules = [{ effect: 'deny', kind: 'edit', pattern: 'secret/**' }] as const;
  expect((await editRefusal(facts({ rules: () => rules }), '/w/secret/a.js'))?.message).toMatch(/rules forbid/);
  expect(await editRefusal(facts({ rules: () => rules }), '/w/src/a.js')).toBeUndefined();
});
