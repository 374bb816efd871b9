import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../commands/command-environment.ts';
import { escapeRegex } from './finding/script-arguments.ts';
import { nameParts } from './finding/test-target.ts';
import type { TestFailure, TestOutcome } from './test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

/** go test -json. */
export function planGoTests(folder: string, selection: Selection, { environment }: RunnerSetting): TestRun {
  const packages =
    selection.kind === 'all' || selection.paths.length === 0
      ? ['./...']
      : [...new Set(selection.paths.map((file) => packageOf(file, folder)))];
  const name =
    selection.kind === 'name'
      ? [
          '-run',
          nameParts(selection.name)
            .flatMap((part) => part.split('/'))
            .map((part) => `^${escapeRegex(part.replaceAll(' ', '_'))}$`)
            .join('/'),
        ]
      : [];
  const module = /^module\s+(\S+)/m.exec(readFileSync(path.join(folder, 'go.mod'), 'utf8'))?.[1] ?? '';
  return {
    runner: 'go test',
    folder,
    line: ['go test', ...name, ...packages].join(' '),
    argv: () => [findProgram('go', environment) ?? 'go', 'test', '-json', ...name, ...packages],
    live: printedOnly,
    parse: ({ output }) => readGoEvents(output, folder, module),
    missing: 'go is not installed, or not in PATH. Ask the user to install Go.',
  };
}

function packageOf(file: string, folder: string): string {
  const inside = path
    .relative(folder, file.endsWith('.go') ? path.dirname(file) : file)
    .split(path.sep)
    .join('/');
  if (file.endsWith('.go')) return `./${inside}`;
  return inside === '' ? './...' : `./${inside}/...`;
}

interface GoEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly ImportPath?: string;
  readonly Test?: string;
  readonly Output?: string;
  readonly OutputType?: string;
}

/** Reads the events of `go test -json`; skips other lines. */
export function readGoEvents(text: string, folder: string, module: string): TestOutcome[] {
  const outputs = new Map<string, string>();
  // Go 1.25 and later mark the output of t.Error, to tell it from that of t.Log.
  const errors = new Map<string, string>();
  const ends: { key: string; event: GoEvent }[] = [];
  for (const line of text.split('\n')) {
    const event = eventOf(line);
    if (event === undefined) continue;
    const key = `${event.Package ?? event.ImportPath ?? ''} ${event.Test ?? ''}`;
    if (event.Output !== undefined) {
      outputs.set(key, (outputs.get(key) ?? '') + event.Output);
      if (event.OutputType === 'error') errors.set(key, (errors.get(key) ?? '') + event.Output);
    } else if (/^(pass|fail|skip)$/.test(event.Action)) ends.push({ key, event });
  }
  const failed = ends.filter(({ event }) => event.Action === 'fail');
  return ends.flatMap(({ key, event }) => {
    const test = event.Test;
    const home = path.join(folder, path.posix.relative(module, event.Package ?? module));
    if (test === undefined) {
      // A package fails by itself when it does not compile.
      const alone =
        event.Action === 'fail' &&
        !ends.some((end) => end.event.Package === event.Package && end.event.Test !== undefined);
      return alone ? [crashOf(event.Package ?? '', outputs, folder)] : [];
    }
    if (event.Action !== 'fail')
      return [{ name: test, result: event.Action === 'pass' ? 'passed' : 'skipped' } as const];
    const output = errors.get(key) ?? outputs.get(key) ?? '';
    const inner = failed.some(
      (end) => end.event.Package === event.Package && end.event.Test?.startsWith(`${test}/`) === true,
    );
    return inner && placeIn(output, home) === undefined
      ? []
      : [{ name: test, result: 'failed', ...failedWith(output, home) } as const];
  });
}

/** Extracts the tests' output from the stream of events. */
function printedOnly(): (raw: string) => string {
  let held = '';
  return (raw) => {
    const lines = (held + raw).split('\n');
    held = lines.pop() ?? '';
    return lines.map((line) => (line.startsWith('{"') ? (eventOf(line)?.Output ?? '') : `${line}\n`)).join('');
  };
}

function eventOf(line: string): GoEvent | undefined {
  if (!line.startsWith('{"')) return undefined;
  try {
    return JSON.parse(line) as GoEvent;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function failedWith(output: string, home: string): Pick<TestOutcome, 'file' | 'line' | 'failure'> {
  const place = placeIn(output, home);
  const message =
    place?.message ??
    output
      .split('\n')
      .find((line) => line.startsWith('panic: '))
      ?.replace(/^panic: /, '')
      .replace(/ \[recovered.*$/, '') ??
    '';
  return { ...(place && { file: place.file, line: place.line }), failure: failureOf(output, message) };
}

/** `    math_test.go:8: message`; of a panic the first line of a test file in its stack. */
function placeIn(
  output: string,
  home: string,
): { readonly file: string; readonly line: number; readonly message?: string } | undefined {
  const logged = /^\s+([^\s:]+\.go):(\d+): ?(.*)$/m.exec(output);
  if (logged !== null)
    return { file: path.resolve(home, logged[1] ?? ''), line: Number(logged[2]), message: logged[3] ?? '' };
  const traced = /^\s+(\S+_test\.go):(\d+) /m.exec(output);
  return traced === null ? undefined : { file: traced[1] ?? '', line: Number(traced[2]) };
}

/** Values as testify prints them, or in the usual words: `got 1, want 2`, `expected 2, got 1`. */
function failureOf(output: string, message: string): TestFailure {
  const testify = {
    expected: /^\s+expected\s*: (.*)$/m.exec(output)?.[1],
    actual: /^\s+actual\s*: (.*)$/m.exec(output)?.[1],
  };
  if (testify.expected !== undefined && testify.actual !== undefined)
    return { kind: 'compared', expected: testify.expected, actual: testify.actual };
  const value = String.raw`:?\s+("(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\}|[^,;]+?)`;
  const got = new RegExp(`\\bgot${value}[,;]? (?:but )?(?:want(?:ed)?|expected)${value}\\.?$`, 'i').exec(message);
  if (got !== null) return { kind: 'compared', actual: got[1] ?? '', expected: got[2] ?? '' };
  const want = new RegExp(`\\b(?:want(?:ed)?|expected)${value}[,;]? (?:but )?got${value}\\.?$`, 'i').exec(message);
  if (want !== null) return { kind: 'compared', expected: want[1] ?? '', actual: want[2] ?? '' };
  const idiom = /(?: = |\breturned )(.+?)[;,] (?:want(?:ed)?|expected) (.+)$/.exec(message);
  if (idiom !== null) return { kind: 'compared', actual: idiom[1] ?? '', expected: idiom[2] ?? '' };
  const error = /^\s+Error:\s+(.*)$/m.exec(output)?.[1];
  return { kind: 'message', text: error ?? (message || 'failed without a message') };
}

function crashOf(name: string, outputs: ReadonlyMap<string, string>, folder: string): TestOutcome {
  // Compiler output is reported for the package's test binary: `example.com/m/calc [example.com/m/calc.test]`.
  const printed = [...outputs]
    .filter(([key]) => key.startsWith(`${name} `))
    .map(([, text]) => text)
    .join('');
  const error = /^([^\s:]+\.go):(\d+):(?:\d+:)? (.*)$/m.exec(printed);
  if (error === null)
    return {
      name,
      result: 'crashed',
      failure: {
        kind: 'message',
        text:
          printed.split('\n').find((line) => /\S/.test(line) && !/^(FAIL|#)/.test(line)) ??
          'the package could not be built',
      },
    };
  return {
    name,
    result: 'crashed',
    file: path.resolve(folder, error[1] ?? ''),
    line: Number(error[2]),
    failure: { kind: 'message', text: error[3] ?? '' },
  };
}
