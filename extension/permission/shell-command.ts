import { readFile } from 'node:fs/promises';
import { Language, Parser, type Node } from 'web-tree-sitter';
import type { GrammarFiles } from '../context/grammar-files.ts';
import type { ShellCommand } from './policy.ts';

/** Finds the simple commands that a shell line runs. */
export interface ShellReader {
  read(command: string): readonly ShellCommand[] | 'unreadable';
}

/** Node types that only join commands: everything below them is read. */
const joining = new Set(['program', 'list', 'pipeline', 'subshell', 'compound_statement', 'negated_command']);
const commandMax = 10_000;

/** Loads the reader on first use, so that starting the extension loads no grammar. A failed load is retried. */
export function lazyShellReader(files: GrammarFiles): () => Promise<ShellReader> {
  let loading: Promise<ShellReader> | undefined;
  return () => {
    loading ??= loadShellReader(files).catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}

/** Loads bash's grammar. */
export async function loadShellReader(files: GrammarFiles): Promise<ShellReader> {
  await Parser.init({ locateFile: () => files.runtime });
  const bash = await Language.load(new Uint8Array(await readFile(files.grammar('bash'))));
  const parser = new Parser();
  parser.setLanguage(bash);
  return { read: (command) => readCommand(parser, command) };
}

/**
 * The simple commands of the line, each with its words. 'unreadable' where the words alone do not show the effect:
 * substitutions, variables, redirections, loops, functions, assignments, here-documents, syntax errors.
 */
function readCommand(parser: Parser, command: string): readonly ShellCommand[] | 'unreadable' {
  if (command.length > commandMax || command.includes('\0')) return 'unreadable';
  const tree = parser.parse(command);
  if (tree === null) return 'unreadable';
  try {
    if (tree.rootNode.hasError) return 'unreadable';
    const found: ShellCommand[] = [];
    return collect(tree.rootNode, found) && found.length > 0 ? found : 'unreadable';
  } finally {
    tree.delete();
  }
}

function collect(node: Node, found: ShellCommand[]): boolean {
  if (node.type === 'comment') return true;
  if (joining.has(node.type)) return node.namedChildren.every((child) => child !== null && collect(child, found));
  if (node.type !== 'command') return false;
  const words: string[] = [];
  for (const child of node.namedChildren) {
    const word = child === null ? undefined : wordOf(child);
    if (word === undefined) return false;
    words.push(word);
  }
  if (words.length === 0) return false;
  found.push({ words });
  return true;
}

/** The word with its quotes resolved; undefined when the shell would expand it into something else. */
function wordOf(node: Node): string | undefined {
  switch (node.type) {
    case 'command_name':
      return node.namedChildCount === 1 && node.namedChild(0) !== null ? wordOf(node.namedChild(0) as Node) : undefined;
    case 'word':
      return /[*?[\]{}~]/.test(node.text) && node.text !== '['
        ? expandable(node.text)
        : node.text.replace(/\\(.)/gs, '$1');
    case 'number':
      return node.text;
    case 'raw_string':
      return node.text.slice(1, -1);
    case 'string':
      return stringOf(node);
    case 'concatenation': {
      const parts = node.namedChildren.map((child) => (child === null ? undefined : wordOf(child)));
      return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
    }
    default:
      return undefined;
  }
}

/** A glob can name other files but runs nothing, so it is kept as written. Braces and `~` are not readable. */
function expandable(text: string): string | undefined {
  return text.includes('{') || text.includes('~') ? undefined : text;
}

function stringOf(node: Node): string | undefined {
  const plain = node.namedChildren.every((child) => child?.type === 'string_content');
  return plain ? node.text.slice(1, -1).replace(/\\(["\\$`])/g, '$1') : undefined;
}
