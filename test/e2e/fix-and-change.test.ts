// What the embedded model can do, in a real VS Code with the packaged extension and the real daemon.
import { describe, expect } from 'vitest';
import { openChatCommand, scenario, useVSCode } from './host/scenario.ts';

describe('the assistant', () => {
  useVSCode();

  scenario('fixes a failing test', { sample: 'sample-project' }, async ({ project, panel, window, shot }) => {
    const before = project.contents();
    expect(project.runTests()).toEqual({ passed: 4, failed: 1 });
    await window.runCommand(openChatCommand);
    await panel.ready();
    await shot('1-panel');
    await panel.send('Fix the failing test.');
    await panel.awaitApproval();
    await shot('2-approval');
    expect(project.contents(), 'nothing happens before it is allowed').toEqual(before);
    expect(await panel.finishTurn()).toBe('answered');
    await shot('3-done');
    expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
    expect(project.contents()['test/math.test.js'], 'the test is as it was').toBe(before['test/math.test.js']);
    expect((await panel.calls()).map((call) => call.tool)).toEqual(['run_tests', 'read_file', 'edit_file', 'run_tests']);
    expect(window.foreignRequests).toEqual([]);
  });
});
