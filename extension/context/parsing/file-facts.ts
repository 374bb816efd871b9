import type { Node, Query } from 'web-tree-sitter';
import { type Definition, definitionKinds, type DefinitionKind } from '../../workspace/definitions.ts';
import { DocComments } from './doc-comments.ts';
import type { Language } from './languages.ts';
import { parameterNames, signatureOf, statementOf, isTopLevel } from './signatures.ts';

/** The facts of one text. */
export interface FileFacts {
  readonly definitions: readonly Definition[];
  /** Used names, each once; `counts` has the number of uses of each. */
  readonly names: readonly string[];
  readonly counts: readonly number[];
  readonly imports: readonly string[];
  /** True if the text defines tests. */
  readonly tests: boolean;
}

/** A definition with its nodes. A variable is local inside functions, a field in classes, else a constant. */
export interface Scope {
  readonly kind: DefinitionKind | 'variable';
  readonly name: Node;
  readonly whole: Node;
  readonly parameters: Node | undefined;
  readonly body: Node | undefined;
}

const kinds: ReadonlySet<string> = new Set([...definitionKinds, 'variable']);
/** Where a name is matched more than once, the kind that says more counts: `const f = () => 1` is a function. */
const weakness: Partial<Record<DefinitionKind, number>> = { constant: 1, field: 2 };
/** A file with more names or definitions than this is generated. */
const namesMax = 5000;
const definitionsMax = 5000;
const scopesMax = 4 * definitionsMax;
const defaultWord = /[\w$]+/y;
const loneWord = /^[\w$]$/;

/** Reads all facts with one pass of the language's query. */
export function readFacts(root: Node, text: string, query: Query, language: Language): FileFacts {
  const scopes: Scope[] = [];
  const docs = new DocComments(text);
  const uses: Node[] = [];
  const members: Node[] = [];
  const locals = new Set<string>();
  const elsewhere = new Set<number>();
  const imports: string[] = [];
  const importing = new Set<number>();
  let tests = false;
  const wordAt = wordReader(text, language.word ?? defaultWord);
  for (const { captures } of query.matches(root)) {
    const first = captures[0];
    if (first === undefined) continue;
    if (captures.length === 1 && first.name === 'reference') uses.push(first.node);
    else if (captures.length === 1 && first.name === 'member') members.push(first.node);
    else if (captures.length === 1 && first.name === 'local') {
      locals.add(wordAt(first.node.startIndex));
      elsewhere.add(first.node.startIndex);
    } else if (first.name === 'doc') docs.add(first.node);
    else {
      const scope = scopeOf(captures);
      if (scope !== undefined) {
        if (scopes.length < scopesMax) scopes.push(scope);
        elsewhere.add(scope.name.startIndex);
      }
      for (const { name, node } of captures) {
        if (name === 'source') imports.push(sourceText(node));
        else if (name === 'import') importing.add(node.startIndex);
        else if (name === 'test') tests = true;
        else if (name === 'reference' || name === 'member') members.push(node);
      }
    }
  }
  const settled = settleVariables(scopes);
  const definitions = definitionsOf(settled.definitions, text, docs, importing);
  for (const { startIndex } of settled.locals) locals.add(wordAt(startIndex));
  for (const { name, kind } of definitions) if (kind !== 'field') locals.delete(name);
  const counts = new Map<string, number>();
  const seen = new Set<number>();
  const count = (node: Node, own: boolean) => {
    const at = node.startIndex;
    if (elsewhere.has(at) || seen.has(at)) return;
    seen.add(at);
    const word = wordAt(at);
    if (word === '' || loneWord.test(word) || (own && locals.has(word))) return;
    const before = counts.get(word);
    if (before !== undefined || counts.size < namesMax) counts.set(word, (before ?? 0) + 1);
  };
  for (const node of members) count(node, false);
  for (const node of uses) count(node, true);
  return {
    definitions,
    names: [...counts.keys()],
    counts: [...counts.values()],
    imports: [...new Set(imports)],
    tests,
  };
}

/** A definition whose kind is known. */
export interface SettledScope extends Scope {
  readonly kind: DefinitionKind;
}

/** The definitions, by line, without constants that only name an import. `importing` has the offsets of imports. */
export function definitionsOf(
  scopes: readonly SettledScope[],
  text: string,
  docs: DocComments,
  importing: ReadonlySet<number>,
): Definition[] {
  const taken = new Set<number>();
  const found: { readonly at: number; readonly definition: Definition }[] = [];
  const byStrength = [...scopes].sort((a, b) => (weakness[a.kind] ?? 0) - (weakness[b.kind] ?? 0));
  for (const { kind, name, whole, parameters, body } of byStrength) {
    if (taken.has(name.startIndex)) continue;
    taken.add(name.startIndex);
    const statement = statementOf(whole);
    if (weakness[kind] !== undefined && importing.has(statement.startIndex)) continue;
    const plain = isMember(kind, whole);
    const doc = plain && !startsItsLine(text, statement) ? undefined : docs.of(statement, body);
    const definition: Definition = {
      name: bareName(name),
      kind: kindWithin(kind, whole),
      line: name.startPosition.row + 1,
      endLine: Math.max(lastLineOf(whole), body === undefined ? 0 : lastLineOf(body)),
      signature: signatureOf(text, statement, { parameters, body, isMember: plain }),
      parameters: parameters && parameterNames(parameters),
      topLevel: isTopLevel(statement),
      ...(doc !== undefined && { doc }),
    };
    found.push({ at: statement.startIndex, definition });
  }
  const inOrder = found.sort((a, b) => a.definition.line - b.definition.line || a.at - b.at);
  return inOrder.slice(0, definitionsMax).map(({ definition }) => definition);
}

function startsItsLine(text: string, { startIndex, startPosition }: Node): boolean {
  return text.slice(startIndex - startPosition.column, startIndex).trim() === '';
}

/** Gives variables the kind that their place says. `locals` are the names of those inside functions. */
export function settleVariables(scopes: readonly Scope[]): {
  readonly definitions: readonly SettledScope[];
  readonly locals: readonly Node[];
} {
  const definitions: SettledScope[] = [];
  const locals: Node[] = [];
  const around: { readonly kind: DefinitionKind; readonly end: number }[] = [];
  for (const scope of [...scopes].sort((a, b) => a.whole.startIndex - b.whole.startIndex)) {
    const { kind, name, whole } = scope;
    while ((around.at(-1)?.end ?? Infinity) <= whole.startIndex) around.pop();
    if (isOuter(kind)) around.push({ kind, end: whole.endIndex });
    if (kind !== 'variable') definitions.push({ ...scope, kind });
    else {
      const outer = around.at(-1)?.kind;
      if (outer !== undefined && outer !== 'function' && outer !== 'method')
        definitions.push({ ...scope, kind: 'field' });
      else if (outer !== undefined || localPlaces.has(whole.parent?.type ?? '')) locals.push(name);
      else definitions.push({ ...scope, kind: 'constant' });
    }
  }
  return { definitions, locals };
}

function isOuter(kind: Scope['kind']): kind is DefinitionKind {
  return outerKinds.has(kind);
}

const outerKinds: ReadonlySet<Scope['kind']> = new Set(['function', 'method', 'class', 'interface', 'enum']);

/** Statements of a function whose head was not understood. */
const localPlaces: ReadonlySet<string> = new Set(['compound_statement', 'for_statement']);

/** The name without what its place in the text adds: `:name` of Ruby, `$script:Name` of PowerShell, `name=` of bash. */
function bareName({ type, text }: Node): string {
  if (type === 'simple_symbol' || type === 'atom') return text.slice(1);
  if (type === 'alias') return text.replace(/^.*\./, '');
  if (type === 'keyword') return text.replace(/:\s*$/, '');
  if (type === 'string') return text.slice(1, -1);
  if (type === 'variable') return text.replace(/^\$(\w+:)?/, '');
  if (type === 'function_name') return text.replace(/^\w+:/, '');
  if (type === 'word') return text.replace(/=$/, '');
  if (type.endsWith('operator_declaration')) return /operator\s*[^\s(]+/.exec(text)?.[0] ?? 'operator';
  if (type === 'operator_cast') return text.replace(/\s*\([^]*$/, '');
  return text;
}

/** The definition that a match of the query describes. */
export function scopeOf(captures: readonly { readonly name: string; readonly node: Node }[]): Scope | undefined {
  const whole = captures.find((capture) => kinds.has(capture.name));
  const name = captures.find((capture) => capture.name === 'name')?.node;
  if (whole === undefined || name === undefined) return undefined;
  return {
    kind: whole.name as Scope['kind'],
    name,
    whole: whole.node,
    parameters: captures.find((capture) => capture.name === 'parameters')?.node,
    body: captures.find((capture) => capture.name === 'body')?.node,
  };
}

/** From 1. Preprocessor lines end where the next line begins. */
function lastLineOf({ endPosition: { row, column } }: Node): number {
  return column === 0 ? row : row + 1;
}

const enumMemberTypes = /^(enum_\w+|enumerator|\w+_enum_case)$/;
const enumBodies = /^(enum_body|enum_declaration|error_set_declaration)$/;

/** True for fields, and for constants that are a member of an enum. */
export function isMember(kind: DefinitionKind, whole: Node): boolean {
  if (kind === 'field') return true;
  return kind === 'constant' && (enumMemberTypes.test(whole.type) || enumBodies.test(whole.parent?.type ?? ''));
}

const classTypes = new RegExp(
  [
    '^(class_(definition|declaration|specifier)',
    'struct_(specifier|declaration)|impl_item|trait_(item|definition)',
    'object_(definition|declaration)|companion_object|enum_definition)$',
  ].join('|'),
);

/** Types whose members stand in them without a body between. */
const containers = /^(struct|union|opaque)_declaration$/;

/** For grammars with one node type for both: a function in a class is a method. */
export function kindWithin(kind: DefinitionKind, whole: Node): DefinitionKind {
  if (kind !== 'function') return kind;
  if (containers.test(whole.parent?.type ?? '')) return 'method';
  const around = whole.parent?.type === 'decorated_definition' ? whole.parent.parent?.parent : whole.parent?.parent;
  return around !== null && around !== undefined && classTypes.test(around.type) ? 'method' : kind;
}

/** The name in `"a.h"` or `<a.h>`. */
function sourceText(node: Node): string {
  return node.text.replace(/^import\s+|^["'<]|["'>]$/g, '').slice(0, 300);
}

/** Reads the word that starts at an offset; words with letters beyond ASCII are read by Unicode letters. */
function wordReader(text: string, word: RegExp): (at: number) => string {
  const letters = /[\p{L}\p{N}_$-]+/uy;
  return (at) => {
    word.lastIndex = at;
    const match = word.exec(text);
    const found = match?.[0] ?? '';
    if (!(text.charCodeAt(at + found.length) > 127)) return match?.groups?.['name'] ?? found;
    letters.lastIndex = at;
    return letters.exec(text)?.[0] ?? found;
  };
}
