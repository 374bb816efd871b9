import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ToolError } from '../../tool.ts';
import type { Selection } from '../test-runner.ts';
import { upwards } from './project-folders.ts';

/** The model's request, resolved in the workspace. */
export interface TestTarget {
  readonly selection: Selection;
  /** Folders that may hold the project: the first with tests is used, or all folders of a workspace. */
  readonly folders: readonly string[];
}

/** A target as it may be read from its text: a path, and behind it the name of a test. */
interface ReadTarget {
  /** Absolute. */
  readonly file: string;
  readonly name: string | undefined;
}

const sourceFile = /\.((m|c)?[jt]sx?|py|rs|go|java|kt|cs|rb|php|c|cc|cpp|cxx)$/;
/** Between a file and a test, or a suite and a test: as pytest, vitest, Jest, Go and JUnit write it. */
const separators = /::| > | › |#/g;

/**
 * The absolute path that a target may mean, from its text alone; undefined for all tests and for what can only be a
 * test's name. `folders` are the workspace folders.
 */
export function targetPath(
  target: string | undefined,
  absolute: (name: string) => string,
  folders: readonly string[],
): string | undefined {
  const text = target?.trim() ?? '';
  if (text === '' || text === '.') return undefined;
  const named = absolute(fileIn(text).file);
  const inside = folders.some((folder) => named === folder || named.startsWith(folder + path.sep));
  // `/users answers 200` is the name of a test.
  return inside || !/\s/.test(text) ? named : undefined;
}

/**
 * Resolves a target: a file or folder, a test in a file, or a test's name. `named` is its targetPath. Throws a
 * ToolError for a path that does not exist, and for a name that a runner would take for an option.
 */
export function testTarget(
  target: string | undefined,
  named: string | undefined,
  { absolute, folders }: { readonly absolute: (name: string) => string; readonly folders: readonly string[] },
): TestTarget {
  const text = target?.trim() ?? '';
  if (text === '' || text === '.') return { selection: { kind: 'all' }, folders };
  const found = named === undefined ? undefined : readings(text, absolute).find(({ file }) => exists(file));
  if (found === undefined) {
    const { file } = fileIn(text);
    if (isFileName(file)) throw new ToolError(`${file} does not exist.`);
    if (text.startsWith('-')) throw new ToolError('target cannot begin with -. Give a test file, a folder or a name.');
    return { selection: { kind: 'name', name: text, paths: [] }, folders };
  }
  const file = ownPath(found.file, folders);
  const selected = (paths: readonly string[]): Selection =>
    found.name === undefined ? { kind: 'paths', paths } : { kind: 'name', name: found.name, paths };
  if (folders.includes(file))
    return { selection: found.name === undefined ? { kind: 'all' } : selected([]), folders: [file] };
  const start = statSync(file).isDirectory() ? file : path.dirname(file);
  const top = folders.find((folder) => start === folder || start.startsWith(folder + path.sep));
  return { selection: selected([file]), folders: upwards(start, top ?? start) };
}

/** The suites and the test that a name is made of: `Class::test`, `suite > test`. */
export function nameParts(name: string): readonly string[] {
  return name.split(separators).filter((part) => part !== '');
}

/**
 * A regular expression for names that runners join with a space: of `suite > test` it also matches `suite test`, and
 * `Class.test` as `Class test`.
 */
export function namePattern(name: string): string {
  const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  const dotted = /^[A-Za-z_]\w*\.[A-Za-z_]/.test(name);
  const parts = name.split(dotted ? /(::| > | › |#|(?<=\w)\.(?=\w))/ : /(::| > | › |#)/);
  return parts.map((part, at) => (at % 2 === 0 ? escaped(part) : `(?:${escaped(part)}| )`)).join('');
}

/** All readings of a target, from the longest path to the shortest. */
function readings(text: string, absolute: (name: string) => string): ReadTarget[] {
  const ends = [...text.matchAll(separators)].map(({ index, 0: { length } }) => ({ index, after: index + length }));
  return [
    { file: absolute(withoutLine(text)), name: undefined },
    ...ends
      .toReversed()
      .map(({ index, after }) => ({
        file: absolute(withoutLine(text.slice(0, index))),
        name: text.slice(after).trim(),
      }))
      .filter(({ name }) => name !== ''),
  ];
}

/** The part of a target that is a file's name, from its text alone. */
function fileIn(text: string): { readonly file: string } {
  const [separator] = text.matchAll(separators);
  const head = separator === undefined ? text : text.slice(0, separator.index);
  return { file: withoutLine(isFileName(withoutLine(head)) ? head : text) };
}

function isFileName(text: string): boolean {
  return !/\s/.test(text) && (sourceFile.test(text) || text.endsWith('/'));
}

/** Reports name places as `file:line`. */
function withoutLine(text: string): string {
  return text.replace(/(?<=\.\w+):\d+(:\d+)?$/, '');
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** A path below a link into the workspace, as the path of what it links to: runners resolve links. */
function ownPath(file: string, folders: readonly string[]): string {
  const real = realpathSync(file);
  for (const folder of folders) {
    const top = realpathSync(folder);
    if (real === top || real.startsWith(top + path.sep)) return folder + real.slice(top.length);
  }
  return file;
}
