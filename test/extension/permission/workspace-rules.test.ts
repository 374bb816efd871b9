// Faked: the editor's memory of a workspace.
import { expect, it } from 'vitest';
import { readRule } from '../../../extension/permission/rule-text.ts';
import { WorkspaceRules } from '../../../extension/permission/workspace-rules.ts';

it('what is allowed for good is remembered once, and can be taken back', async () => {
  const values = new Map<string, unknown>();
  const rules = new WorkspaceRules({
    get: (key) => values.get(key),
    update: async (key, value) => void values.set(key, value),
  });
  const npm = { effect: 'allow', kind: 'run', pattern: 'npm test' } as const;
  await rules.add([npm]);
  await rules.add([npm]);
  await rules.add([npm, { effect: 'allow', kind: 'edit', pattern: 'src/**' }]);
  expect(rules.texts).toEqual(['run(npm test)', 'edit(src/**)']);
  expect(rules.rules).toContainEqual(npm);
  await rules.remove(['run(npm test)']);
  expect(rules.texts).toEqual(['edit(src/**)']);
});

it('a memory that holds something else allows nothing', () => {
  expect(new WorkspaceRules({ get: () => ({ run: '*' }), update: async () => undefined }).rules).toEqual([]);
  expect(new WorkspaceRules({ get: () => [7, 'fly(high)'], update: async () => undefined }).rules).toEqual([]);
});

it('rules of the settings say what they do first', () => {
  expect(readRule(' deny edit(src/**) ')).toEqual({ effect: 'deny', kind: 'edit', pattern: 'src/**' });
  for (const text of ['edit(src/**)', 'permit edit(a)', 'allow fly(a)', 'allow edit()', ''])
    expect(readRule(text)).toBeUndefined();
});
