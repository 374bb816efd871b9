import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../commands/command-environment.ts';
import { nameParts } from './finding/test-target.ts';
import type { TestFailure, TestOutcome } from './test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

/** Plans cargo test. Its text output is the only machine-readable one of the stable toolchain. */
export function planCargoTests(folder: string, selection: Selection, { environment }: RunnerSetting): TestRun {
  const chosen = selection.kind === 'all' ? [] : selection.paths.flatMap((file) => targetOf(file, folder));
  const filter = selection.kind === 'name' ? [nameParts(selection.name).join('::')] : [];
  const words = ['test', '--no-fail-fast', ...wholeWorkspace(folder, chosen), ...chosen, ...filter];
  return {
    runner: 'cargo test',
    folder,
    line: ['cargo', ...words].join(' '),
    argv: () => [findProgram('cargo', environment) ?? 'cargo', '--color', 'never', ...words],
    parse: ({ output }) => readCargoOutput(output, folder),
    missing: 'cargo is not installed, or not in PATH. Ask the user to install Rust.',
  };
}

/** All crates of a workspace, also where its root is a crate itself. */
function wholeWorkspace(folder: string, chosen: readonly string[]): readonly string[] {
  const manifest = path.join(folder, 'Cargo.toml');
  const isRoot = existsSync(manifest) && /^\[workspace\]/m.test(readFileSync(manifest, 'utf8'));
  return isRoot && chosen.length === 0 ? ['--workspace'] : [];
}

/** `--test=NAME` for a file of tests/, the unit tests for sources. */
function targetOf(file: string, folder: string): readonly string[] {
  const inside = path.relative(folder, file).split(path.sep);
  if (inside[0] === 'tests' && inside.length === 2 && file.endsWith('.rs'))
    return [`--test=${path.basename(file, '.rs')}`];
  if (inside[0] === 'src' && file.endsWith('.rs') && existsSync(path.join(folder, 'src/lib.rs'))) return ['--lib'];
  return [];
}

/** Reads the output of `cargo test`: one section per test binary. */
export function readCargoOutput(output: string, folder: string): TestOutcome[] {
  const sections = output.split(/^running \d+ tests?$/m).slice(1);
  // Tests run in parallel: the order of their lines means nothing.
  return sections.flatMap((section) => sectionOutcomes(section, folder).sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
}

function sectionOutcomes(section: string, folder: string): TestOutcome[] {
  const details = failureDetails(section);
  // A test may print without a line end before its verdict.
  const results = [
    ...section.matchAll(/^test (.+?)(?: - should panic)? \.\.\. (?:.*?)(ok|FAILED|ignored(?:, .*)?)$/gm),
  ];
  return results.map(([, path = '', verdict = '']) => {
    const name =
      path
        .replace(/ \(line \d+\)$/, '')
        .split('::')
        .at(-1)
        ?.trim() ?? path;
    if (verdict !== 'FAILED') return { name, result: verdict === 'ok' ? 'passed' : 'skipped' };
    return { name, result: 'failed', ...failedWith(details.get(path) ?? '', folder) };
  });
}

/** The output of each failed test, by its full name. */
function failureDetails(section: string): Map<string, string> {
  const parts = section.split(/^---- (.+) stdout ----$/m);
  const details = new Map<string, string>();
  for (let at = 1; at + 1 < parts.length; at += 2)
    details.set(parts[at] ?? '', (parts[at + 1] ?? '').split(/^failures:$/m)[0] ?? '');
  return details;
}

function failedWith(detail: string, folder: string): Pick<TestOutcome, 'file' | 'line' | 'failure'> {
  // Since Rust 1.73 the message is below the place; before, it was in quotes in front of it.
  const [shown = ''] = detail.split(/\n(?:note: |stack backtrace:)/);
  const panic = /panicked at (?:'([\s\S]*?)', )?([^\s:'][^:\n]*\.rs):(\d+):\d+:?\n?([\s\S]*)/.exec(shown.trimEnd());
  if (panic === null)
    return { failure: { kind: 'message', text: detail.trim().split('\n')[0] || 'failed without a message' } };
  const [, quoted, file = '', line = '', below = ''] = panic;
  return { file: path.resolve(folder, file), line: Number(line), failure: failureOf(quoted ?? below) };
}

/** `assert_eq!(actual, expected)` prints left and right. */
function failureOf(message: string): TestFailure {
  const left = /^\s*left: (.*?),?$/m.exec(message)?.[1];
  const right = /^\s*right: (.*?),?$/m.exec(message)?.[1];
  const equal = /left == right/.test(message);
  if (equal && left !== undefined && right !== undefined)
    return { kind: 'compared', actual: bare(left), expected: bare(right), ...ownWords(message) };
  return { kind: 'message', text: message.trim().split('\n')[0] || 'panicked' };
}

/** What the test says itself, behind the panic's own words. */
function ownWords(message: string): { readonly message?: string } {
  const own = /left == right\)?`(?: failed)?: ([^\n]+)/.exec(message)?.[1];
  return own === undefined ? {} : { message: own };
}

/** Older Rust versions put values in back-quotes. */
function bare(value: string): string {
  return value.replace(/^`([\s\S]*)`$/, '$1');
}
