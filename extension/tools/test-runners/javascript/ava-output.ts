import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { filesBelow } from '../finding/node-test-files.ts';
import { escapeRegex } from '../finding/script-arguments.ts';
import { tapOutcomes } from '../formats/tap-outcomes.ts';
import { tapReport } from '../formats/tap-report.ts';
import type { TestOutcome } from '../test-outcome.ts';

/** Ava puts the file's name in front of a test where there are several files. */
const separator = ' › ';
/** Files that are searched for the titles of failed tests. */
const filesMax = 500;

/**
 * Reads `ava --tap`. It tells a file that could not be loaded like a test, and for an assertion the place in Ava
 * itself: the place is that of the test's title then.
 */
export async function readAvaOutput(output: string, folder: string): Promise<TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  let sources: Promise<readonly Source[]> | undefined;
  for (const outcome of tapOutcomes(tapReport(output).points, { folder, assertions: false })) {
    if (/ exited (with a non-zero exit code|due to)/.test(outcome.name)) continue;
    const { name } = outcome;
    const parts = name.split(separator);
    const title = parts.at(-1) ?? name;
    if (outcome.result !== 'failed') outcomes.push({ ...outcome, name: title });
    else if (isCrash(outcome)) outcomes.push(crashOf(name));
    else {
      sources ??= testSources(folder);
      const place = outcome.file === undefined ? placeOf(parts, await sources) : {};
      outcomes.push({ ...outcome, name: title, ...place });
    }
  }
  return outcomes;
}

/** True for an error that no test around it has: `Error [ERR_MODULE_NOT_FOUND]: Cannot find module ...`. */
function isCrash({ name }: TestOutcome): boolean {
  return /^\w*Error( \[\w+\])?: /.test(name);
}

function crashOf(name: string): TestOutcome {
  const file = / imported from (.+)$/.exec(name)?.[1];
  const text = name.replace(/^Error( \[\w+\])?: /, '').replace(/ imported from .+$/, '');
  return {
    name: file === undefined ? 'a test file' : path.basename(file),
    result: 'crashed',
    ...(file !== undefined && { file, line: 1 }),
    failure: { kind: 'message', text },
  };
}

interface Source {
  readonly file: string;
  readonly lines: readonly string[];
}

async function testSources(folder: string): Promise<readonly Source[]> {
  const isTest = /(^|[/\\])(__tests__|tests?)[/\\]|\.(test|spec)\.|(^|[/\\])test[-_.]/;
  const files = (await filesBelow(folder)).filter(
    (file) => /\.[cm]?[jt]sx?$/.test(file) && isTest.test(path.relative(folder, file)),
  );
  return Promise.all(
    files.slice(0, filesMax).map(async (file) => ({ file, lines: (await readFile(file, 'utf8')).split('\n') })),
  );
}

/** The line with the test's title, in the file that the parts before it name. */
function placeOf(parts: readonly string[], sources: readonly Source[]): Pick<TestOutcome, 'file' | 'line'> {
  const titled = new RegExp(`(['"\`])${escapeRegex(parts.at(-1) ?? '')}\\1`);
  const named = parts.slice(0, -1).join('/');
  for (const { file, lines } of sources) {
    const stem = file.replace(/(\.(test|spec))?\.[cm]?[jt]sx?$/, '').replaceAll('\\', '/');
    if (named !== '' && !`${stem}/`.includes(`/${named}/`)) continue;
    const at = lines.findIndex((line) => titled.test(line));
    if (at !== -1) return { file, line: at + 1 };
  }
  return {};
}
