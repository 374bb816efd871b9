import { expect, it } from 'vitest';
import { editRefusal, type GateFacts } from '../../../extension/permission/gate.ts';

const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  mode: () => 'ask',
  trusted: () => true,
  roots: () => ['/w'],
  guardedFiles: () => [],
  rules: () => [],
  readOnlyCommands: () => true,
  addRules: async () => undefined,
  ...more,
});

it('the user may change an open document, also outside the workspace and one that may hold secrets', async () => {
  for (const file of ['/w/src/a.js', '/w/.env', '/elsewhere/a.js', undefined])
    expect(await editRefusal(facts(), file)).toBeUndefined();
});

it('modes and ask rules are about the model: they do not hold up an edit that the user asks for', async () => {
  const rules = [{ effect: 'ask', kind: 'edit', pattern: '**' }] as const;
  for (const mode of ['plan', 'ask', 'edit', 'autonomous'] as const)
    expect(await editRefusal(facts({ mode: () => mode, rules: () => rules }), '/w/src/a.js')).toBeUndefined();
});

it('nothing is changed without trust', async () => {
  for (const file of ['/w/src/a.js', undefined])
    expect((await editRefusal(facts({ trusted: () => false }), file))?.remedy).toBe('trust');
});

it("the user's deny rules apply here too", async () => {
  const rules = [{ effect: 'deny', kind: 'edit', pattern: 'secret/**' }] as const;
  expect((await editRefusal(facts({ rules: () => rules }), '/w/secret/a.js'))?.message).toMatch(/rules do not allow/);
  expect(await editRefusal(facts({ rules: () => rules }), '/w/src/a.js')).toBeUndefined();
});
