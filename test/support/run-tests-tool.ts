import path from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { userEnvironment, type Environment } from '../../extension/tools/commands/command-environment.ts';
import { ProcessGroups } from '../../extension/tools/commands/process-group.ts';
import { runTests, type TestFallback } from '../../extension/tools/test-runners/run-tests.ts';
import { DiskWorkspace } from './extension/disk-workspace.ts';
import { noMirror } from './extension/no-mirror.ts';

/** run_tests with real runners and the reporters of the sources. */
export function runTestsTool(
  files: DiskWorkspace,
  groups: ProcessGroups,
  fallback?: TestFallback,
  environment?: Environment,
) {
  return runTests({
    files,
    groups,
    mirror: noMirror,
    environment: () => environment ?? userEnvironment(process.env),
    reporters: path.resolve(import.meta.dirname, '../../extension/tools/test-runners/reporters'),
    saveUnsaved: async () => undefined,
    observer: { beforeCommand: async () => undefined, afterCommand: async () => [] },
    ...(fallback && { fallback: () => fallback }),
  });
}

/** Workspaces and processes of the tests of one file: they are gone after each test, and after all. */
export function testWorkspaces(): {
  readonly groups: ProcessGroups;
  /** A workspace with these files. */
  readonly workspaceOf: (files: Record<string, string>) => DiskWorkspace;
} {
  const groups = new ProcessGroups();
  const workspaces: DiskWorkspace[] = [];
  afterEach(() => {
    for (const workspace of workspaces.splice(0)) workspace.remove();
  });
  afterAll(() => groups.dispose());
  const workspaceOf = (files: Record<string, string>): DiskWorkspace => {
    const workspace = new DiskWorkspace(files);
    workspaces.push(workspace);
    return workspace;
  };
  return { groups, workspaceOf };
}
