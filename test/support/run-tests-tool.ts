import path from 'node:path';
import { userEnvironment, type Environment } from '../../extension/tools/commands/command-environment.ts';
import type { ProcessGroups } from '../../extension/tools/commands/process-group.ts';
import { runTests, type TestFallback } from '../../extension/tools/test-runners/run-tests.ts';
import type { DiskWorkspace } from './extension/disk-workspace.ts';
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
