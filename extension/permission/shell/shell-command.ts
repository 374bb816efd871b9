import { readFile } from 'node:fs/promises';
import { Language, Parser } from 'web-tree-sitter';
import type { GrammarFiles } from '../../context/grammar-files.ts';
import type { ShellKind } from '../../tools/commands/shell.ts';
import { readLine } from './bash-line.ts';
import { commandsInTree } from './bash-tree.ts';
import { lookThrough, shells, type OuterCommand } from './command-wrappers.ts';
import type { ShellCommand, ShellLine } from './shell-line.ts';
import { readWindowsLine } from './windows-line.ts';

/** Tells what a shell line runs. */
export interface ShellReader {
  read(command: string): ShellLine;
}

const commandMax = 10_000;
const scriptDepthMax = 4;
const textsMax = 20;

/** Loads the reader on first use, so that starting the extension loads no grammar. A failed load is retried. */
export function lazyShellReader(files: GrammarFiles, shell: ShellKind): () => Promise<ShellReader> {
  let loading: Promise<ShellReader> | undefined;
  return () => {
    loading ??= loadShellReader(files, shell).catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}

/** The reader for the shell that will run the lines. Only bash's has a grammar to load. */
export async function loadShellReader(files: GrammarFiles, shell: ShellKind): Promise<ShellReader> {
  if (shell !== 'bash') return { read: (line) => readWindowsLine(line, shell) };
  await Parser.init({ locateFile: () => files.runtime });
  const bash = await Language.load(new Uint8Array(await readFile(files.grammar('bash'))));
  const parser = new Parser();
  parser.setLanguage(bash);
  return { read: (line) => readBash(parser, line, 0) };
}

/**
 * A line is readable when two readers agree on it: our own, which knows only what it can read exactly, and bash's
 * grammar. Commands of other lines are looked for in the tree.
 */
function readBash(parser: Parser, line: string, depth: number): ShellLine {
  if (line.length > commandMax || depth > scriptDepthMax) return unreadable([]);
  const written = readLine(line);
  const parsed = commandsInTree(parser, line);
  const agreed = written !== undefined && parsed.whole && sameCommands(written.commands, parsed.commands);
  const outer = agreed ? written.commands : [...(written?.commands ?? []), ...guessed(parser, line, parsed.commands)];
  const inner = outer.map((command) => lookThrough(command, (script) => readBash(parser, script, depth + 1)));
  const seen: readonly ShellCommand[] = [...outer, ...inner.flatMap((one) => one.seen)];
  if (agreed && inner.every((one) => one.complete))
    return { readable: true, commands: written.commands, seen, files: written.files };
  const fed = textsForShell(outer, parsed.inputs).flatMap((text) => readBash(parser, text, depth + 1).seen);
  return unreadable([...seen, ...fed]);
}

function unreadable(seen: readonly ShellCommand[]): ShellLine {
  return { readable: false, commands: [], seen, files: [] };
}

/** Commands that bash may run in an unreadable line, also if bash and its grammar differ about blanks. */
function guessed(parser: Parser, line: string, found: readonly OuterCommand[]): readonly OuterCommand[] {
  const joined = line.replace(/\\\n/g, '').replace(/\\?[\r\v\f]/g, '');
  return joined === line ? found : [...found, ...commandsInTree(parser, joined).commands];
}

/** What a shell in the line may get as input: `echo 'rm x' | sh`, or a here-document. */
function textsForShell(commands: readonly ShellCommand[], inputs: readonly string[]): readonly string[] {
  const isFed = commands.some(({ words }) => words.some((word) => shells.has(word.replace(/^.*\//s, ''))));
  return isFed ? [...inputs, ...commands.map(({ words }) => words.slice(1).join(' '))].slice(0, textsMax) : [];
}

function sameCommands(some: readonly ShellCommand[], others: readonly ShellCommand[]): boolean {
  return JSON.stringify(some.map(({ words }) => words)) === JSON.stringify(others.map(({ words }) => words));
}
