import path from 'node:path';
import type { JavaScriptProject } from './finding/javascript-project.ts';
import { packageVariables, scriptLine } from './finding/package-commands.ts';
import { programName } from './finding/package-script.ts';
import { isInterpreter, scriptFile } from './finding/script-role.ts';
import { fileArgument } from './finding/script-arguments.ts';
import { shellWord } from './finding/shell-words.ts';
import { tapOutcomes } from './formats/tap-outcomes.ts';
import { tapReport } from './formats/tap-report.ts';
import type { TestOutcome } from './test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

/** Programs that take test files as their arguments. */
const takeFiles = /^(tape|pta|zora|uvu|qunit|poku|tstyche|electron-mocha|bats)$/;
/** The same behind a word: `bun test a.test.ts`; and their option for a test's name. */
const testVerbs: Readonly<Record<string, string>> = { bun: '--test-name-pattern=', deno: '--filter=' };

/**
 * Plans tests whose results only their exit code and output tell. Of one file or name, where the command takes some;
 * else everything, and the report says so.
 */
export function planToldTests(
  project: JavaScriptProject,
  selection: Selection,
  { environment }: RunnerSetting,
): TestRun {
  const { folder, script, text } = project;
  const narrowed = script === undefined ? undefined : narrowedText(project, selection);
  const line = narrowed ?? text;
  const call = scriptLine(line, environment);
  return {
    runner: runnerName(script?.command.words ?? []) || text,
    folder,
    line,
    argv: () => call.argv,
    verbatim: call.verbatim,
    variables: () => ({
      ...packageVariables(folder, environment),
      ...(narrowed !== text && script?.command.variables),
    }),
    parse: ({ output, exitCode }) => tapIn(output, exitCode, folder),
    told: { whole: selection.kind !== 'all' && narrowed === undefined },
    missing: `${line} could not be started. Run npm install first.`,
  };
}

/** The line for the selected files or name; undefined where the command cannot select. */
function narrowedText({ folder, script, text }: JavaScriptProject, selection: Selection): string | undefined {
  const { words = [], launcher = [] } = script?.command ?? {};
  if (selection.kind === 'all') return text;
  const files = selection.paths
    .filter((file) => file !== folder)
    .map((file) => fileArgument(path.relative(folder, file).split(path.sep).join('/')));
  const program = path.posix.basename(words[0] ?? '');
  const named = testVerbs[program];
  const isVerb = named !== undefined && words[1] === 'test';
  if (selection.kind === 'name' && !isVerb) return undefined;
  const chosen = wordsFor(words, files, isVerb);
  if (chosen === undefined) return undefined;
  const name = selection.kind === 'name' && named !== undefined ? [named + selection.name] : [];
  return [...launcher, ...chosen, ...name].map(shellWord).join(' ');
}

/** The outcomes of output that is TAP; none if it does not tell why the run failed. */
function tapIn(output: string, exitCode: number, folder: string): readonly TestOutcome[] {
  const outcomes = tapOutcomes(tapReport(output).points, { folder, assertions: true });
  const explained = exitCode === 0 || outcomes.some(({ result }) => result === 'failed');
  return explained ? outcomes : [];
}

function runnerName(words: readonly string[]): string {
  const program = programName(words[0] ?? '');
  return testVerbs[program] === undefined ? program : `${program} ${words[1] ?? ''}`.trim();
}

function wordsFor(words: readonly string[], files: readonly string[], isVerb: boolean): readonly string[] | undefined {
  const [program = ''] = words;
  if (isVerb) return [...words.filter((word, at) => at < 2 || word.startsWith('-')), ...files];
  if (takeFiles.test(path.posix.basename(program)))
    return files.length === 0 ? undefined : [...withoutFiles(words), ...files];
  const own = isInterpreter(program) ? scriptFile(words) : undefined;
  const [file, ...more] = files;
  if (own === undefined || file === undefined || more.length > 0 || !/\.[cm]?[jt]sx?$/.test(file)) return undefined;
  return words.map((word) => (word === own ? file : word));
}

/** The program and its options; what looks like a file or a pattern goes. */
function withoutFiles(words: readonly string[]): readonly string[] {
  return words.filter((word, at) => at === 0 || word.startsWith('-') || !/[/*]|\.[cm]?[jt]sx?$/.test(word));
}
