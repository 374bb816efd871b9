import path from 'node:path';
import { escapeRegex } from '../finding/script-arguments.ts';
import { namePattern } from '../finding/test-target.ts';
import { tapOutcomes } from '../formats/tap-outcomes.ts';
import { tapReport } from '../formats/tap-report.ts';
import { readOutcomeLines } from '../test-outcome.ts';
import type { RunResults } from '../test-runner.ts';
import { readAvaOutput } from './ava-output.ts';
import type { PackageRunner } from './package-runner.ts';
import { readPlaywrightResults } from './playwright-results.ts';
import { readUvuOutput } from './uvu-output.ts';

const same = (relative: readonly string[]) => relative;
/** The options of these lists, with blanks between. */
const optionNames = (...lists: readonly string[]) => new Set(lists.flatMap((list) => list.split(' ')));
const ownLines = ({ results }: RunResults) => readOutcomeLines(results);

export const avaRunner: PackageRunner = {
  command: 'ava',
  packageName: 'ava',
  options: {
    valued: optionNames('--concurrency -c --config --timeout -T --node-arguments --match -m'),
    unwanted: /^(--watch|-w$|--tap|-t$|--verbose|-v$|--update-snapshots|-u$)/,
  },
  paths: same,
  // Its patterns have * and nothing else.
  name: (name) => [`--match=*${name}*`],
  reporting: () => ['--tap'],
  parse: ({ output }, folder) => readAvaOutput(output, folder),
};

export const tapRunner: PackageRunner = {
  command: 'tap',
  packageName: 'tap',
  verb: 'run',
  options: {
    valued: optionNames('-j --jobs -t --timeout -g --grep -R --reporter -o --output-file'),
    unwanted: /^(--watch|-w$|--changed|-R|--reporter|-o|--output-file)/,
  },
  paths: same,
  name: (name) => [`--grep=/${namePattern(name)}/`],
  reporting: () => ['--reporter=tap'],
  incomplete: ({ output }) => tapReport(output).incomplete,
  parse: ({ output }, folder) => tapOutcomes(tapReport(output).points, { folder, assertions: true }),
};

export const uvuRunner: PackageRunner = {
  command: 'uvu',
  packageName: 'uvu',
  options: {
    valued: optionNames('-r --require -i --ignore -C --cwd --tsconfig'),
    unwanted: /^(-q$|--quiet|-c$|--color)/,
  },
  // A folder, and a pattern for what is in it.
  paths: ([file = '.']) =>
    path.posix.extname(file) === ''
      ? [file]
      : [path.posix.dirname(file), `^${escapeRegex(path.posix.basename(file))}$`],
  name: undefined,
  reporting: () => [],
  parse: ({ output }, folder) => readUvuOutput(output, folder),
};

export const labRunner: PackageRunner = {
  command: 'lab',
  packageName: '@hapi/lab',
  options: {
    valued: optionNames(
      '-a --assert -M --context-timeout -e --environment -g --grep -I --globals -i --id -m --timeout -P',
      '--pattern -R --retries --seed -T --transform -req --require -r --reporter -o --output -t --threshold',
      '-n --linter',
    ),
    unwanted: /^(-r$|--reporter|-o|--output|-c$|--coverage|-t$|--threshold|-L$|--lint|-v$|--verbose|-n$|-Y$)/,
  },
  paths: same,
  name: (name) => ['--grep', namePattern(name)],
  reporting: (reporters, results) => [
    '--reporter',
    'console',
    '--output',
    'stdout',
    '--reporter',
    path.join(reporters, 'lab-reporter.cjs'),
    '--output',
    results,
  ],
  parse: ownLines,
};

export const jasmineRunner: PackageRunner = {
  command: 'jasmine',
  packageName: 'jasmine',
  options: { valued: optionNames(), unwanted: /^--(reporter|verbose)/ },
  paths: same,
  name: (name) => [`--filter=${namePattern(name)}`],
  reporting: (reporters) => [`--reporter=${path.join(reporters, 'jasmine-reporter.cjs')}`],
  parse: ownLines,
};

export const playwrightRunner: PackageRunner = {
  command: 'playwright',
  packageName: '@playwright/test',
  verb: 'test',
  options: {
    valued: optionNames(
      '-c --config -g --grep --grep-invert --project --reporter -j --workers --tsconfig --global-timeout',
      '--max-failures --output --repeat-each --retries --shard --timeout',
    ),
    unwanted: /^--(reporter|ui|debug|headed|last-failed|only-changed|update-snapshots|quiet)/,
  },
  // Arguments are regular expressions.
  paths: (relative) => relative.map((file) => escapeRegex(file)),
  name: (name) => [`--grep=${namePattern(name)}`],
  reporting: (reporters) => [`--reporter=list,${path.join(reporters, 'playwright-reporter.cjs')}`],
  parse: ({ results }) => readPlaywrightResults(results),
};
