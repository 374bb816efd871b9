import type { Node } from 'web-tree-sitter';

const signatureMax = 200;
/** Nodes around a definition that belong to it: `export`, `const`, `template <...>`. */
const wrappers = new Set([
  'export_statement',
  'lexical_declaration',
  'variable_declaration',
  'ambient_declaration',
  'decorated_definition',
  'template_declaration',
  'field_declaration',
  'expression_statement',
  'assignment_statement',
  'declaration_command',
]);
/** Wrappers of several definitions: their text describes a definition only when it is the only one. */
const lists = new Set(['type_declaration', 'const_declaration', 'var_declaration', 'variable_list']);
/** Nodes between a definition and its file that leave it at the top level. */
const open = new Set([
  'namespace_declaration',
  'file_scoped_namespace_declaration',
  'declaration_list',
  'namespace_definition',
  'linkage_specification',
  'preproc_if',
  'preproc_ifdef',
  'preproc_else',
  'preproc_elif',
  'internal_module',
  'statement_list',
  'var_spec_list',
  'body_statement',
  'module',
  'body',
]);

/** The statement around a definition: with its `export` and `const`. */
export function statementOf(node: Node): Node {
  let top = node;
  for (;;) {
    const { parent } = top;
    if (parent === null || parent.parent === null) return top;
    if (!wrappers.has(parent.type) && !(lists.has(parent.type) && parent.namedChildCount === 1)) return top;
    if (parent.type === 'expression_statement' && top.type === 'assignment_expression') return top;
    top = parent;
  }
}

/** True at the top of the file, exported or not; namespaces do not count. */
export function isTopLevel(statement: Node): boolean {
  let around = statement.parent;
  while (around !== null && around.parent !== null && (open.has(around.type) || lists.has(around.type)))
    around = around.parent;
  return around === null || around.parent === null;
}

interface SignatureParts {
  readonly parameters: Node | undefined;
  readonly body: Node | undefined;
  /** True for fields and members of enums: others may stand on the same line. */
  readonly isMember: boolean;
}

/**
 * The definition's head on one line, with what follows on the line where its body begins. Of a member
 * only its own text.
 */
export function signatureOf(text: string, statement: Node, { parameters, body, isMember }: SignatureParts): string {
  const start = statement.startIndex;
  const head =
    isMember && body === undefined
      ? (text.slice(start, statement.endIndex).split('\n', 1)[0] ?? '').trim()
      : headOf(text, start, parameters === undefined ? start : statement.endIndex, body?.startIndex);
  const folded = head.includes('\n')
    ? head
        .replace(/\s*\n\s*/g, ' ')
        .replace(/([([]) /g, '$1')
        .replace(/,? ([)\]])/g, '$1')
    : head;
  return folded.length > signatureMax ? `${folded.slice(0, signatureMax - 3)}...` : folded;
}

/** `end` is the end of a definition without a body. A definition without parameters and body gives its first line. */
function headOf(text: string, start: number, end: number, body: number | undefined): string {
  const longest = start + 4 * signatureMax;
  const lineEnd = text.indexOf('\n', Math.max((body ?? end) - 1, start));
  if (body === undefined) return text.slice(start, Math.min(lineEnd < 0 ? text.length : lineEnd, longest)).trim();
  const before = text.slice(start, Math.min(body, longest));
  const lines = before.trimEnd().split('\n');
  while (lines.length > 1 && /^\s*(#|--|\/\/)/.test(lines.at(-1) ?? '')) lines.pop();
  const bare = lines.join('\n');
  // A body that is indented below its head, as in Python, is not part of the head.
  if (text[body] !== '{' && before.slice(bare.length).includes('\n')) return bare.trim();
  return text.slice(start, Math.min(lineEnd < 0 ? text.length : lineEnd, longest)).trim();
}

/** Names of the parameters: `a`, `...rest`, `{ x, y }`; without types and defaults. */
export function parameterNames(node: Node): string[] {
  if (node.type === 'identifier') return [node.text];
  if (withDefaults.has(node.type))
    return node.namedChildren.filter((child) => child.type.endsWith('parameter')).flatMap(namesOf);
  return node.namedChildren.flatMap((child) =>
    child.type.endsWith('comment') || skipped.has(child.type) ? [] : namesOf(child),
  );
}

/** Lists in which default values stand beside the parameters. */
const withDefaults = new Set(['function_value_parameters', 'optional_formal_parameters']);
const skipped = new Set([
  'attribute_item',
  'attribute_list',
  'keyword_separator',
  'positional_separator',
  'array_type',
  'nullable_type',
  'predefined_type',
  'generic_name',
]);

/** One parameter's names: Go lists several before their type. */
function namesOf(parameter: Node): string[] {
  if (withDefaults.has(parameter.type)) return parameterNames(parameter);
  const several = parameter.childrenForFieldName('name');
  if (several.length > 1) return several.map((name) => name.text);
  let named =
    parameter.childForFieldName('pattern') ??
    parameter.childForFieldName('left') ??
    parameter.childForFieldName('name') ??
    parameter.childForFieldName('declarator');
  if (
    named === null &&
    /^(typed_)?parameter$/.test(parameter.type) &&
    parameter.firstNamedChild?.type.endsWith('identifier') === true
  )
    named = parameter.firstNamedChild;
  if (named === null && parameter.type === 'parameter_declaration' && parameter.childForFieldName('type') !== null)
    return []; // `void`, or a type alone
  let inner = named;
  while (inner !== null) {
    named = inner;
    inner =
      inner.childForFieldName('declarator') ??
      (/^(reference|parenthesized)_declarator$/.test(inner.type) ? inner.firstNamedChild : null);
  }
  return [(named ?? parameter).text.replace(/\s+/g, ' ')];
}
