import type { Node, Parser } from 'web-tree-sitter';
import type { OuterCommand } from './command-wrappers.ts';

/** The commands that bash's grammar finds. */
export interface ParsedLine {
  /** True if the grammar covers the whole line and finds nothing in it but joined commands. */
  readonly whole: boolean;
  /** All simple commands at any depth, in the line's order. A word that bash would expand stays as written. */
  readonly commands: readonly OuterCommand[];
  /** Here-documents and here-strings: the input of a command. */
  readonly inputs: readonly string[];
}

/** Nodes that only join commands, or belong to one. */
const joining = new Set(
  [
    ['program', 'list', 'pipeline', 'subshell', 'compound_statement', 'negated_command', 'comment'],
    ['redirected_statement', 'file_redirect', 'file_descriptor', 'command', 'command_name', 'variable_assignment'],
    ['variable_name', 'word', 'number', 'raw_string', 'string', 'string_content', 'concatenation'],
    ['simple_expansion', 'special_variable_name'],
  ].flat(),
);

/** Parses a line of bash and collects the commands of the whole tree. */
export function commandsInTree(parser: Parser, line: string): ParsedLine {
  const tree = parser.parse(line);
  if (tree === null) return { whole: false, commands: [], inputs: [] };
  try {
    const commands: OuterCommand[] = [];
    const whole = collect(tree.rootNode, commands);
    const inputs = tree.rootNode
      .descendantsOfType(['heredoc_body', 'herestring_redirect'])
      .filter((node) => node !== null)
      .map((node) => wordText((node.type === 'heredoc_body' ? undefined : node.namedChild(0)) ?? node));
    return { whole: whole && !tree.rootNode.hasError, commands, inputs };
  } finally {
    tree.delete();
  }
}

function collect(node: Node, found: OuterCommand[]): boolean {
  if (node.type === 'command') {
    const words = wordNodes(node).map(wordText);
    if (words.length > 0) found.push({ words, globbed: /[*?[]/.test(node.text) });
  }
  let whole = joining.has(node.type);
  for (const child of node.namedChildren) if (child !== null && !collect(child, found)) whole = false;
  return whole;
}

function wordNodes(command: Node): Node[] {
  return command.namedChildren.filter(
    (child): child is Node =>
      child !== null && !['variable_assignment', 'file_redirect', 'herestring_redirect'].includes(child.type),
  );
}

/** The word with its quotes resolved. */
function wordText(node: Node): string {
  switch (node.type) {
    case 'command_name':
      return node.namedChildren.map((child) => (child === null ? '' : wordText(child))).join('');
    case 'word':
      return node.text.replace(/\\(.)/gs, '$1');
    case 'raw_string':
      return node.text.slice(1, -1);
    case 'string':
      return node.text.slice(1, -1).replace(/\\(["\\$`])/g, '$1');
    case 'concatenation':
      return node.namedChildren.map((child) => (child === null ? '' : wordText(child))).join('');
    default:
      return node.text;
  }
}
