import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { CallContext, ToolOutcome } from '../../agent/agent-tools.ts';
import { translate } from '../../translation.ts';
import type { Environment } from '../commands/command-environment.ts';
import type { ProcessGroups } from '../commands/process-group.ts';
import type { TerminalMirror } from '../commands/terminal-mirror.ts';
import type { CommandObserver } from '../commands/run-command.ts';
import description from './run-tests.md';
import { shellWord } from './finding/shell-words.ts';
import { targetPath, testTarget, type TestTarget } from './finding/test-target.ts';
import { joinedReport, type EndedRun } from './joined-report.ts';
import { runTestRun } from './run-test-run.ts';
import { planTests } from './test-plan.ts';
import { TestPreparations } from './test-preparations.ts';
import type { Selection, TestRun } from './test-runner.ts';
import { ToolError, type Tool, type ToolPlan } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({
  target: z.string().optional().describe('Test file, folder or test name; all tests by default'),
});

const timeoutMs = 10 * 60_000;

/** Another way to run tests, for where no runner is found. */
export interface TestFallback {
  /** The runner's name for permissions. */
  readonly runner: string;
  /** What runs, in the user's words. */
  readonly words: string;
  /** Undefined when it finds no tests either. */
  run(context: CallContext): Promise<ToolOutcome | undefined>;
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
  /** Looked up for each call: what the editor offers changes. */
  readonly fallback?: (selection: Selection) => TestFallback | undefined;
}

/** run_tests: runs the project's own runner and reports its machine-readable results. */
export function runTests(parts: RunTestsParts): Tool<typeof schema> {
  const { files } = parts;
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
          const setting = { environment: parts.environment(), reporters: parts.reporters, folders };
          // A script may lead to packages outside.
          const runs = (await planTests(wanted, setting)).filter((run) =>
            foldersOf(run).every((folder) => isInside(folder, folders)),
          );
          if (runs.length === 0) return otherwise(wanted.selection, { target, title, folder: first });
          const runner = [...new Set(runs.map((run) => run.runner))].join(', ');
          const tops = [...new Set(runs.flatMap(foldersOf).map((folder) => topOf(folder, folders) ?? first))];
          const folder = new Set(runs.map((run) => run.folder)).size === 1 ? runs[0]?.folder : tops[0];
          return {
            access: { kind: 'tests', runner, folder: folder ?? first },
            title,
            preview: { kind: 'command', command: shownLines(runs, folder), folder: folder ?? first, notes: [] },
            async run(context) {
              await parts.saveUnsaved(context.signal);
              for (const top of tops) await parts.observer.beforeCommand(top);
              const outcome = await runAll(runs, wanted, context);
              const changed: string[] = [];
              for (const top of tops) changed.push(...(await parts.observer.afterCommand(top)));
              return { ...outcome, changed: changed.map((file) => files.relative(file)) };
            },
          };
        },
      };
    },
  };

  /** The plan for where no runner is found. */
  function otherwise(
    selection: Selection,
    { target, title, folder }: { readonly target: string | undefined; readonly title: string; readonly folder: string },
  ): ToolPlan {
    const fallback = parts.fallback?.(selection);
    if (fallback === undefined) throw new ToolError(notFound(target));
    return {
      access: { kind: 'tests', runner: fallback.runner, folder },
      title,
      preview: { kind: 'text', text: fallback.words },
      async run(context) {
        await parts.saveUnsaved(context.signal);
        return (await fallback.run(context)) ?? { text: `Error: ${notFound(target)}`, failed: true };
      },
    };
  }

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

/** The lines that run; those of several folders say where. */
function shownLines(runs: readonly TestRun[], folder: string | undefined): string {
  return runs
    .map((run) => {
      const inside = path
        .relative(folder ?? run.folder, run.folder)
        .split(path.sep)
        .join('/');
      return inside === '' ? run.line : `cd ${shellWord(inside)} && ${run.line}`;
    })
    .join('\n');
}

/** Where a run works: in its own folder, and in those of what has to run before it. */
function foldersOf({ folder, before = [] }: TestRun): readonly string[] {
  return [folder, ...before.map((one) => one.folder)];
}

/** Whether a folder lies in the workspace, and no link leads out of there. */
function isInside(folder: string, tops: readonly string[]): boolean {
  if (topOf(folder, tops) === undefined) return false;
  return !existsSync(folder) || topOf(realpathSync(folder), tops.map(realPlace)) !== undefined;
}

function realPlace(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : folder;
}

/** The workspace folder around a folder; undefined outside of all. */
function topOf(folder: string, tops: readonly string[]): string | undefined {
  return tops.find((top) => folder === top || folder.startsWith(top + path.sep));
}

/** Why nothing can be run, and what can be done instead. */
function notFound(target: string | undefined): string {
  const known =
    'run_tests knows the test scripts of package.json and the runners of JavaScript, Python, Rust, Go, Java, .NET, ' +
    'Ruby, PHP and CMake projects.';
  return `no tests were found${target === undefined ? '' : ` for ${target}`}: ${known}`;
}
