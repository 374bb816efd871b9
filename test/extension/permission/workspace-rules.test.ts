// Faked: the editor's memory of a workspace.
import { expect, it } from 'vitest';
import { readRule, readRules, restricts } from '../../../extension/permission/rule-text.ts';
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

it('ask about everything that a restriction may be about which cannot be read', () => {
  expect(readRules(['deny run(rm "x)', 'allow run(ls)']).rules).toEqual([
    { effect: 'ask', kind: 'run', pattern: '*' },
    { effect: 'allow', kind: 'run', pattern: 'ls' },
  ]);
  expect(readRules([' Deny read (private/**', 'ask edit']).rules).toEqual([
    { effect: 'ask', kind: 'read', pattern: '**' },
    { effect: 'ask', kind: 'edit', pattern: '**' },
  ]);
  expect(readRules(['deny rm']).rules.map(({ kind }) => kind)).toEqual(['read', 'edit', 'run', 'tests', 'tool']);
  const broken = ['deny run(rm "x)', 'allow run(ls', '// a note', ''];
  expect(readRules([...broken, 'deny run(rm *)']).broken).toEqual(broken);
  expect(readRules(broken.slice(1)).rules).toEqual([]);
  expect(broken.filter(restricts)).toEqual(['deny run(rm "x)']);
});
