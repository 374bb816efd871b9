import type { Node } from 'web-tree-sitter';
import type { Definition } from '../../workspace/definitions.ts';
import type { SyntaxNode, TextPart } from '../../workspace/syntax.ts';
import { DocComments } from './doc-comments.ts';
import {
  definitionsOf,
  isMember,
  kindWithin,
  scopeOf,
  settleVariables,
  type Scope,
  type SettledScope,
} from './file-facts.ts';
import type { LoadedLanguage } from './language-loader.ts';
import type { ParsedText } from './tree-cache.ts';
import { parameterNames, statementOf } from './signatures.ts';

const namesMax = 500;

/** ERROR and MISSING nodes in the text. */
export function countErrors({ tree }: ParsedText, language: LoadedLanguage): number {
  return tree.rootNode.hasError ? language.errors.captures(tree.rootNode).length : 0;
}

export function readDefinitions({ tree, text }: ParsedText, language: LoadedLanguage): readonly Definition[] {
  const docs = new DocComments(text);
  const scopes: Scope[] = [];
  const importing = new Set<number>();
  for (const { captures } of language.query.matches(tree.rootNode)) {
    const scope = scopeOf(captures);
    const statement = captures.find(({ name }) => name === 'import')?.node;
    if (statement !== undefined) importing.add(statement.startIndex);
    if (scope !== undefined) scopes.push(scope);
    else if (captures[0]?.name === 'doc') docs.add(captures[0].node);
  }
  return definitionsOf(settleVariables(scopes).definitions, text, docs, importing);
}

/** The import statements, in order. */
export function readImports({ tree }: ParsedText, language: LoadedLanguage): readonly TextPart[] {
  const parts = new Map<number, TextPart>();
  for (const { captures } of language.query.matches(tree.rootNode)) {
    const node = captures.find(({ name }) => name === 'import')?.node;
    if (node !== undefined) parts.set(node.startIndex, { from: node.startIndex, to: node.endIndex, text: node.text });
  }
  return [...parts.values()].sort((a, b) => a.from - b.from);
}

/** Identifiers used in the range, each once, in order. */
export function readNames({ tree }: ParsedText, language: LoadedLanguage, from: number, to: number): readonly string[] {
  const names = new Map<string, number>();
  const found: Node[] = [];
  for (const { captures } of language.query.matches(tree.rootNode, within({ from, to }))) {
    for (const { name, node } of captures)
      if ((name === 'reference' || name === 'member') && node.startIndex >= from && node.endIndex <= to)
        found.push(node);
  }
  for (const node of found.sort((a, b) => a.startIndex - b.startIndex))
    if (names.size < namesMax) names.set(node.text, node.startIndex);
  return [...names.keys()];
}

/** The smallest definition or statement that holds the range, with the definitions around it. */
export function readEnclosing(
  { tree, text }: ParsedText,
  language: LoadedLanguage,
  from: number,
  to: number,
): SyntaxNode | undefined {
  const range = trimmed(text, from, to);
  const near = language.query
    .matches(tree.rootNode, within({ from: range.from, to: Math.max(range.to, range.from + 1) }))
    .map(({ captures }) => scopeOf(captures))
    .filter((scope) => scope !== undefined);
  const scopes = new Map<number, { readonly scope: SettledScope; readonly statement: Node }>();
  for (const scope of settleVariables(near).definitions) {
    if (isPlainMember(scope)) continue;
    const statement = statementOf(scope.whole);
    if (holds(statement, range)) scopes.set(statement.id, { scope, statement });
  }
  const definitions = [...scopes.values()].sort((a, b) => length(b.statement) - length(a.statement));
  let around: SyntaxNode | undefined;
  for (const { scope, statement } of definitions) {
    around = {
      kind: kindWithin(scope.kind, scope.whole),
      name: scope.name.text,
      from: statement.startIndex,
      to: statement.endIndex,
      ...(scope.parameters !== undefined && { parameters: parameterNames(scope.parameters) }),
      ...(around !== undefined && { outer: around }),
    };
  }
  const statement = statementAround(tree.rootNode, range);
  if (
    statement === undefined ||
    (around !== undefined && statement.endIndex - statement.startIndex >= around.to - around.from)
  )
    return around;
  return {
    kind: 'statement',
    from: statement.startIndex,
    to: statement.endIndex,
    ...(around !== undefined && { outer: around }),
  };
}

/** Fields and members of enums belong to the definition around them, whose code they are. */
function isPlainMember({ kind, whole, body }: SettledScope): boolean {
  return body === undefined && isMember(kind, whole);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The range without white space at its ends. A cursor at the end of a line belongs to the code that ends there. */
function trimmed(text: string, from: number, to: number): Range {
  let start = Math.min(Math.max(from, 0), text.length);
  let end = Math.min(Math.max(to, start), text.length);
  while (end > start && /\s/.test(text[end - 1] ?? '')) end--;
  while (start < end && /\s/.test(text[start] ?? '')) start++;
  if (start === end) {
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const before = text.slice(lineStart, start);
    if (before.trim() === '') while (/[ \t]/.test(text[start] ?? '')) start++;
    else while (start > lineStart && /\s/.test(text[start - 1] ?? '')) start--;
    end = start;
  }
  return { from: start, to: end };
}

/** Query ranges count bytes, two per UTF-16 unit; node offsets count units (web-tree-sitter 0.27). */
function within({ from, to }: Range): { readonly startIndex: number; readonly endIndex: number } {
  return { startIndex: 2 * from, endIndex: 2 * to };
}

function holds(node: Node, { from, to }: Range): boolean {
  return node.startIndex <= from && node.endIndex >= to;
}

function length(node: Node): number {
  return node.endIndex - node.startIndex;
}

const statementType =
  /(statement|declaration|definition|item|directive|assignment|_spec|call|command|pipeline|rule_set)$/;
const bodyType =
  /(block|body|list|suite|program|module|source_file|translation_unit|compilation_unit|statements|stylesheet)$/;

/** The smallest node that is a statement of a body and holds the range. */
function statementAround(root: Node, range: Range): Node | undefined {
  let node: Node | null = root.descendantForIndex(range.from, Math.max(range.to - 1, range.from));
  // A cursor behind the last character of a statement is outside of its node.
  if (range.from === range.to && range.from > 0 && (node === null || node.id === root.id || bodyType.test(node.type)))
    node = root.descendantForIndex(range.from - 1, range.from - 1);
  for (; node !== null && node.parent !== null; node = node.parent) {
    if (!node.isNamed || node.isError || !holds(node, range)) continue;
    const body = node.parent.parent === null || bodyType.test(node.parent.type);
    if (body && !bodyType.test(node.type) && (node.parent.parent === null || statementType.test(node.type)))
      return node;
  }
  return undefined;
}
