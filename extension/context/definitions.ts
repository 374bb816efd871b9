import { readFile } from 'node:fs/promises';
import { Language, Parser, Query, type Node } from 'web-tree-sitter';
import type { GrammarFiles } from './grammar-files.ts';
import javascriptQuery from './queries/javascript.scm';
import typescriptQuery from './queries/typescript.scm';

export type DefinitionKind = 'function' | 'method' | 'class' | 'interface' | 'type' | 'enum' | 'module' | 'constant' | 'field' | 'macro';

export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly line: number; // from 1
  readonly endLine: number;
  /** The definition's first line, trimmed. */
  readonly signature: string;
  /** Names of the parameters; undefined for what has none. */
  readonly parameters: readonly string[] | undefined;
  /** At the top of its file, exported or not. */
  readonly topLevel: boolean;
  /** First line of the comment that documents it. */
  readonly doc?: string;
}

/** Reads the definitions of source files. */
export interface DefinitionReader {
  /** Whether the language of that file is known. */
  knows(file: string): boolean;
  read(file: string, text: string): readonly Definition[];
}

const languages: readonly { readonly endings: RegExp; readonly grammar: string; readonly query: string }[] = [
  { endings: /\.(m|c)?js$|\.jsx$/, grammar: 'javascript', query: javascriptQuery },
  { endings: /\.(m|c)?ts$/, grammar: 'typescript', query: typescriptQuery },
  { endings: /\.tsx$/, grammar: 'tsx', query: typescriptQuery },
];
/** Larger sources are generated more often than written. */
const textMax = 1 << 20;

export async function loadDefinitionReader(files: GrammarFiles): Promise<DefinitionReader> {
  await Parser.init({ locateFile: () => files.runtime });
  const loaded = await Promise.all(languages.map(async ({ endings, grammar, query }) => {
    const language = await Language.load(new Uint8Array(await readFile(files.grammar(grammar))));
    const parser = new Parser();
    parser.setLanguage(language);
    return { endings, parser, query: new Query(language, query) };
  }));
  const of = (file: string) => loaded.find(({ endings }) => endings.test(file));
  return {
    knows: (file) => of(file) !== undefined,
    read(file, text) {
      const language = of(file);
      if (language === undefined || text.length > textMax) return [];
      const tree = language.parser.parse(text);
      if (tree === null) return [];
      try {
        return language.query.matches(tree.rootNode).flatMap(({ captures }) => definitionOf(captures)).sort((a, b) => a.line - b.line);
      } finally {
        tree.delete();
      }
    },
  };
}

function definitionOf(captures: readonly { readonly name: string; readonly node: Node }[]): Definition[] {
  const name = captures.find((capture) => capture.name === 'name')?.node;
  const whole = captures.find((capture) => capture.name !== 'name' && capture.name !== 'parameters');
  const parameters = captures.find((capture) => capture.name === 'parameters')?.node;
  if (name === undefined || whole === undefined) return [];
  const statement = statementOf(whole.node);
  return [{
    name: name.text, kind: whole.name as DefinitionKind, line: whole.node.startPosition.row + 1, endLine: whole.node.endPosition.row + 1,
    signature: (statement.text.split('\n')[0] ?? '').trim(), parameters: parameters && parameterNames(parameters), topLevel: statement.parent?.type === 'program',
  }];
}

/** The statement around a definition: with its `export` and `const`. */
function statementOf(node: Node): Node {
  let top = node;
  while (top.parent !== null && (top.parent.type === 'export_statement' || top.parent.type === 'lexical_declaration' || top.parent.type === 'variable_declaration')) top = top.parent;
  return top;
}

function parameterNames(node: Node): string[] {
  if (node.type === 'identifier') return [node.text];
  return node.namedChildren.flatMap((child) => (child === null || child.type === 'comment' ? [] : [nameOf(child)]));
}

/** `a`, `...rest`, `{ x, y }`; without types and defaults. */
function nameOf(parameter: Node): string {
  const pattern = parameter.childForFieldName('pattern') ?? parameter.childForFieldName('left');
  return (pattern ?? parameter).text.replace(/\s+/g, ' ');
}
