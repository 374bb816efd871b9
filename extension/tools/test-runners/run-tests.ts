import path from 'node:path';
import * as z from 'zod';
import type { CallContext, ToolOutcome } from '../../agent/agent-tools.ts';
import { translate } from '../../translation.ts';
import type { Environment } from '../commands/command-environment.ts';
import type { ProcessGroups } from '../commands/process-group.ts';
import type { TerminalMirror } from '../commands/terminal-mirror.ts';
import type { CommandObserver } from '../commands/run-command.ts';
import description from './run-tests.md';
import { runTestRun, type TestRunEnd } from './run-test-run.ts';
import { planTests, targetPath, testTarget, unreadTestCommand, type TestTarget } from './test-plan.ts';
import { testReport } from './test-report.ts';
import type { TestRun } from './test-runner.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({
  target: z.string().optional().describe('Test file, folder or test name; all tests by default'),
});

const timeoutMs = 10 * 60_000;

/** Runs tests in another way where no runner is found; `run` gives undefined when it cannot either. */
export interface TestFallback {
  /** The runner's name for permissions and the card. */
  readonly runner: string;
  run(target: string | undefined, context: CallContext): Promise<ToolOutcome | undefined>;
}

export interface RunTestsParts {
  readonly files: WorkspaceFiles;
  readonly groups: ProcessGroups;
  readonly mirror: TerminalMirror;
  readonly environment: () => Environment;
  /** Folder with our own reporters, such as node-test-reporter.mjs. */
  readonly reporters: string;
  /** Offers to save unsaved files: tests read the disk. */
  readonly saveUnsaved: (signal: AbortSignal) => Promise<void>;
  /** Tests may change files, such as snapshots. */
  readonly observer: Pick<CommandObserver, 'beforeCommand' | 'afterCommand'>;
  readonly fallback?: TestFallback;
}

/** run_tests: runs the project's own runner and reports its machine-readable results. */
export function runTests(parts: RunTestsParts): Tool<typeof schema> {
  const { files, fallback } = parts;
  return {
    name: 'run_tests',
    description,
    schema,
    compactArguments: [],
    intent({ target }) {
      const folders = files.folders.map((folder) => folder.path);
      const first = folders[0];
      if (first === undefined) throw new ToolError('no folder is open. Ask the user to open one.');
      const title = target === undefined ? translate('Run tests') : translate('Run tests {0}', target);
      const named = targetPath(target, (name) => files.absolute(name), folders);
      return {
        access: { kind: 'tests', runner: 'tests', folder: named ?? first },
        title,
        look: async () => {
          const wanted = testTarget(target, named, folders);
          const runs = await planTests(wanted, { environment: parts.environment(), reporters: parts.reporters });
          const runner = runs.length > 0 ? [...new Set(runs.map((run) => run.runner))].join(', ') : fallback?.runner;
          if (runner === undefined) throw new ToolError(notFound(wanted, target));
          const folder = runs[0]?.folder ?? first;
          return {
            access: { kind: 'tests', runner, folder },
            title,
            preview: { kind: 'command', command: runs.map((run) => run.line).join('\n') || runner, folder, notes: [] },
            async run(context) {
              await parts.saveUnsaved(context.signal);
              if (runs.length === 0)
                return (
                  (await fallback?.run(target, context)) ?? { text: `Error: ${notFound(wanted, target)}`, failed: true }
                );
              const around = folders.find((one) => folder === one || folder.startsWith(one + path.sep)) ?? first;
              await parts.observer.beforeCommand(around);
              const outcome = await runAll(runs, wanted, context);
              const changed = (await parts.observer.afterCommand(around)).map((file) => files.relative(file));
              return { ...outcome, changed };
            },
          };
        },
      };
    },
  };

  async function runAll(
    runs: readonly TestRun[],
    wanted: TestTarget,
    { signal, onOutput }: CallContext,
  ): Promise<ToolOutcome> {
    const ends: TestRunEnd[] = [];
    for (const run of runs) {
      if (signal.aborted) break;
      ends.push(
        await runTestRun(run, {
          groups: parts.groups,
          mirror: parts.mirror,
          environment: parts.environment(),
          timeoutMs,
          signal,
          onOutput,
        }),
      );
    }
    const all = ends.flatMap((end) => (end.kind === 'outcomes' ? end.outcomes : []));
    // With a name, runners report every other test as skipped, and load unrelated files.
    const outcomes =
      wanted.selection.kind === 'name'
        ? all.filter((outcome) => outcome.result === 'passed' || outcome.result === 'failed')
        : all;
    const broken = ends.filter((end) => end.kind === 'broken');
    const errors = broken.map(({ sentence, printed }) => `Error: ${sentence}${printed === '' ? '' : `\n${printed}`}`);
    if (outcomes.length > 0)
      return { text: [testReport(outcomes, (file) => files.relative(file)), ...errors].join('\n\n'), failed: false };
    if (errors.length > 0) return { text: errors.join('\n\n'), failed: true };
    const what =
      wanted.selection.kind === 'name'
        ? `no test is named ${wanted.selection.name}. Run all tests, or give a test file.`
        : 'no tests were found.';
    return { text: `Error: ${what}`, failed: true };
  }
}

/** Why nothing can be run, and what can be done instead. */
function notFound(wanted: TestTarget, target: string | undefined): string {
  const command = unreadTestCommand(wanted);
  const instead = command === undefined ? '' : ` Run ${command} with run_command instead.`;
  const known = 'run_tests knows node:test, vitest, jest, mocha, pytest, unittest, cargo test and go test.';
  return `no tests were found${target === undefined ? '' : ` for ${target}`}: ${known}${instead}`;
}
