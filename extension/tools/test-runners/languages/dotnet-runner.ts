import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../../commands/command-environment.ts';
import { fileArgument } from '../finding/script-arguments.ts';
import { trxOutcomes } from '../formats/trx-report.ts';
import type { RunnerSetting, Selection, TestRun } from '../test-runner.ts';

/** Plans `dotnet test` with TRX reports, one a test project. */
export async function planDotnetTests(
  folder: string,
  names: readonly string[],
  selection: Selection,
  { environment }: RunnerSetting,
): Promise<readonly TestRun[]> {
  const filter = await filterOf(selection);
  // With several in one folder the tool wants to be told.
  const solutions = names.filter((name) => /\.slnx?$/.test(name));
  const projects = solutions.length > 0 ? solutions : names.filter((name) => /\.\w+proj$/.test(name));
  const target = projects.length > 1 ? [fileArgument(projects[0] ?? '')] : [];
  const words = ['test', ...target, ...(filter === '' ? [] : ['--filter', filter])];
  return [
    {
      runner: 'dotnet test',
      folder,
      line: ['dotnet', ...words].join(' '),
      argv: (results) => {
        const dotnet = findProgram('dotnet', environment);
        return dotnet === undefined ? undefined : [dotnet, ...words, '--logger', 'trx', '--results-directory', results];
      },
      variables: () => ({ DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1', DOTNET_CLI_UI_LANGUAGE: 'en' }),
      parse: ({ reports }) => reports.flatMap((report) => trxOutcomes(report, folder)),
      missing: '.NET is not installed, or dotnet is not in PATH. Ask the user to install it.',
    },
  ];
}

async function filterOf(selection: Selection): Promise<string> {
  if (selection.kind === 'all') return '';
  if (selection.kind === 'name') return `FullyQualifiedName~${escaped(selection.name)}`;
  const classes = await Promise.all(selection.paths.filter((file) => /\.(cs|fs|vb)$/.test(file)).map(classesIn));
  return [...new Set(classes.flat())].map((name) => `FullyQualifiedName~${escaped(name)}`).join('|');
}

/** The classes of a source, by their words; of a source without any, its own name. */
async function classesIn(file: string): Promise<readonly string[]> {
  const found = [
    ...(await readFile(file, 'utf8')).matchAll(/^[^/*\n]*\b(?:class|record|module|Class|Module)\s+(\w+)/gm),
  ];
  const names = found.map((match) => match[1] ?? '');
  return names.length > 0 ? names : [path.basename(file, path.extname(file))];
}

function escaped(text: string): string {
  return text.replace(/[\\()&|=!~]/g, String.raw`\$&`);
}
