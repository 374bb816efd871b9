import path from 'node:path';
import * as z from 'zod';
import type { CallContext, ToolOutcome } from '../../agent/agent-tools.ts';
import { translate } from '../../translation.ts';
import type { Environment } from '../commands/command-environment.ts';
import type { ProcessGroups } from '../commands/process-group.ts';
import type { TerminalMirror } from '../commands/terminal-mirror.ts';
import type { CommandObserver } from '../commands/run-command.ts';
import description from './run-tests.md';
import { targetPath, testTarget, type TestTarget } from './finding/test-target.ts';
import { joinedReport, type EndedRun } from './joined-report.ts';
import { runTestRun } from './run-test-run.ts';
import { planTests } from './test-plan.ts';
import { TestPreparations } from './test-preparations.ts';
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
          const wanted = testTarget(target, named, { absolute: (name) => files.absolute(name), folders });
          const runs = await planTests(wanted, { environment: parts.environment(), reporters: parts.reporters });
          const runner = runs.length > 0 ? [...new Set(runs.map((run) => run.runner))].join(', ') : fallback?.runner;
          if (runner === undefined) throw new ToolError(notFound(target));
          const folder = runs[0]?.folder ?? first;
          return {
            access: { kind: 'tests', runner, folder },
            title,
            preview: { kind: 'command', command: runs.map((run) => run.line).join('\n') || runner, folder, notes: [] },
            async run(context) {
              await parts.saveUnsaved(context.signal);
              if (runs.length === 0)
                return (await fallback?.run(target, context)) ?? { text: `Error: ${notFound(target)}`, failed: true };
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
    { selection }: TestTarget,
    { signal, onOutput }: CallContext,
  ): Promise<ToolOutcome> {
    const { groups, mirror } = parts;
    const host = { groups, mirror, environment: parts.environment(), timeoutMs, signal, onOutput };
    const preparations = new TestPreparations();
    const ended: EndedRun[] = [];
    for (const run of runs) {
      if (signal.aborted) break;
      // What runs everything is for those that no other runner can select.
      if (run.told?.whole === true && ended.some(({ end }) => end.kind === 'outcomes')) continue;
      const end = (await preparations.run(run.before ?? [], host)) ?? (await runTestRun(run, host));
      ended.push({ run, end });
    }
    return joinedReport(ended, selection, (file) => files.relative(file));
  }
}

/** Why nothing can be run, and what can be done instead. */
function notFound(target: string | undefined): string {
  const known = 'run_tests knows node:test, vitest, jest, mocha, pytest, unittest, cargo test and go test.';
  return `no tests were found${target === undefined ? '' : ` for ${target}`}: ${known}`;
}
