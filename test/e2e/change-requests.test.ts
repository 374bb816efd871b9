// What the embedded model can do, in a real VS Code with the packaged extension and the real daemon.
import { describe, expect } from 'vitest';
import { scenario, useVSCode } from './host/scenario.ts';

describe('the assistant', () => {
  useVSCode();

  scenario('fixes a failing test', { sample: 'sample-project' }, async ({ project, panel, window, shot, openChat }) => {
    const before = project.contents();
    expect(project.runTests()).toEqual({ passed: 4, failed: 1 });
    await openChat();
    await shot('1-panel');
    await panel.send('Fix the failing test.');
    await panel.awaitApproval();
    await shot('2-approval-of-tests');
    expect(project.contents(), 'nothing happens before it is allowed').toEqual(before);
    const asked: string[] = [];
    const outcome = await panel.finishTurn(
      (tool) => {
        asked.push(tool);
        return 'once';
      },
      (tool) => shot(`3-approval-of-${tool}`),
    );
    expect(outcome).toBe('answered');
    await shot('4-fixed');
    expect(asked).toContain('edit_file');
    expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
    expect(project.contents()['test/math.test.js'], 'the test is as it was').toBe(before['test/math.test.js']);
    expect(window.foreignRequests).toEqual([]);
    await panel.button('reviewChanges').click();
    await window.changes.getByText('return a + b;').first().waitFor();
    await shot('5-review');
  });

  scenario(
    'fixes two bugs in two files',
    { sample: 'projects/two-bugs' },
    async ({ project, panel, shot, openChat }) => {
      expect(project.runTests()).toEqual({ passed: 0, failed: 2 });
      await openChat();
      await panel.send('Fix the failing tests.');
      expect(await panel.finishTurn()).toBe('answered');
      await shot('fixed');
      expect(project.runTests()).toEqual({ passed: 2, failed: 0 });
    },
  );

  scenario(
    'renames a function in every file',
    { sample: 'projects/rename' },
    async ({ project, panel, shot, openChat }) => {
      await openChat();
      await panel.send('Rename add to plus everywhere.');
      expect(await panel.finishTurn((tool) => (tool === 'edit_file' ? 'session' : 'once'))).toBe('answered');
      await shot('renamed');
      expect(project.runTests()).toEqual({ passed: 4, failed: 0 });
      for (const file of ['src/math.js', 'test/math.test.js']) {
        expect(project.read(file)).toContain('plus');
        expect(project.read(file)).not.toMatch(/\badd\b/);
      }
    },
  );

  scenario(
    'implements a missing function',
    { sample: 'projects/implement' },
    async ({ project, panel, shot, openChat }) => {
      const before = project.contents();
      expect(project.runTests()).toEqual({ passed: 1, failed: 1 });
      await openChat();
      await panel.send('Implement countWords.');
      expect(await panel.finishTurn()).toBe('answered');
      await shot('implemented');
      expect(project.runTests()).toEqual({ passed: 2, failed: 0 });
      expect(project.contents()['test/text.test.js']).toBe(before['test/text.test.js']);
    },
  );

  scenario(
    'leaves files alone when an edit is declined, and makes it when asked again',
    { sample: 'sample-project' },
    async ({ project, panel, shot, openChat }) => {
      const before = project.contents();
      await openChat();
      await panel.send('Fix the failing test.');
      await panel.finishTurn((tool) => (tool === 'run_tests' ? 'session' : 'decline'));
      await shot('1-declined');
      expect(await panel.call('edit_file', 'declined').count()).toBeGreaterThan(0);
      expect(project.contents()).toEqual(before);
      await panel.send('do it');
      expect(await panel.finishTurn()).toBe('answered');
      await shot('2-granted');
      expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
    },
  );
});
