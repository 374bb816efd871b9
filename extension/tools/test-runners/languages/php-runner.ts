import { existsSync } from 'node:fs';
import path from 'node:path';
import { findProgram, type Environment } from '../../commands/command-environment.ts';
import { escapeRegex, fileArgument } from '../finding/script-arguments.ts';
import type { JunitCase } from '../formats/junit-report.ts';
import type { TestOutcome } from '../test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from '../test-runner.ts';
import { junitOutcomes } from './junit-outcomes.ts';

/** Where projects keep the runner: Composer's folder, Symfony's bridge. Pest stands in front of PHPUnit. */
const programs = ['vendor/bin/pest', 'vendor/bin/phpunit', 'bin/phpunit', 'vendor/bin/simple-phpunit'];

/** Plans PHPUnit, or Pest, which runs on it. */
export async function planPhpunitTests(
  folder: string,
  names: readonly string[],
  selection: Selection,
  { environment }: RunnerSetting,
): Promise<readonly TestRun[]> {
  const own = programs.find((name) => existsSync(path.join(folder, name)));
  const configured = names.some((name) => /^phpunit\.xml(\.dist)?$/.test(name));
  if (own === undefined && !configured) return [];
  const runner = own?.endsWith('pest') === true ? 'pest' : 'phpunit';
  const chosen =
    selection.kind === 'paths'
      ? selection.paths.filter((file) => file !== folder).map((file) => fileArgument(path.relative(folder, file)))
      : [];
  const name = selection.kind === 'name' ? ['--filter', `/${escapeRegex(selection.name)}/`] : [];
  return [
    {
      runner,
      folder,
      line: [runner, ...name, ...chosen].join(' '),
      argv: (results) => {
        const start = programOf(own, folder, environment);
        return start && [...start, '--log-junit', results, ...name, ...chosen];
      },
      parse: ({ results }) => junitOutcomes([results], (test) => placeOf(test, folder), messageOf),
      missing: 'PHPUnit is not installed here. Run composer install first.',
    },
  ];
}

function programOf(own: string | undefined, folder: string, environment: Environment): readonly string[] | undefined {
  const installed = findProgram('phpunit', environment);
  if (own === undefined) return installed === undefined ? undefined : [installed];
  const php = findProgram('php', environment);
  return php === undefined ? undefined : [php, path.join(folder, own)];
}

/** The report's text without the test's name, the error's class and the places. */
function messageOf({ text, type }: JunitCase): string {
  const said = text
    .trimEnd()
    .replace(/^\S+::.*\n/, '')
    .replace(/\n\n\S.*\.php:\d+(\n[^]*)?$/, '');
  return said.startsWith(`${type}: `) ? said.slice(type.length + 2) : said;
}

/** The last line of the report's text that is in the test's file: `/w/tests/CalcTest.php:12`. */
function placeOf({ file, line, text }: JunitCase, folder: string): Pick<TestOutcome, 'file' | 'line'> {
  const places = [...text.matchAll(/^(\S.*\.php):(\d+)$/gm)];
  const [, at, number] = places.findLast((place) => file === undefined || place[1] === file) ?? places[0] ?? [];
  if (at !== undefined) return { file: path.resolve(folder, at), line: Number(number) };
  return file === undefined ? {} : { file: path.resolve(folder, file), ...(line !== undefined && { line }) };
}
