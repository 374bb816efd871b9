import type { TreeCursor } from 'web-tree-sitter';
import type { LoadedLanguage } from './language-loader.ts';
import { globalNames } from './global-names.ts';
import type { ParsedText } from './tree-cache.ts';

/**
 * Places where a name is surely used, by language: the type of the enclosing node, with the fields where it is (none:
 * everywhere in it). A name in any other place counts as declared, so that unknown syntax never gives a false alarm.
 */
const javascriptUses: Readonly<Record<string, readonly string[]>> = {
  call_expression: ['function'],
  member_expression: ['object'],
  subscript_expression: [],
  new_expression: ['constructor'],
  arguments: [],
  binary_expression: [],
  unary_expression: [],
  update_expression: [],
  ternary_expression: [],
  await_expression: [],
  yield_expression: [],
  spread_element: [],
  template_substitution: [],
  parenthesized_expression: [],
  return_statement: [],
  throw_statement: [],
  array: [],
  pair: ['value'],
  variable_declarator: ['value'],
  assignment_expression: ['right'],
  augmented_assignment_expression: [],
  assignment_pattern: ['right'],
  arrow_function: ['body'],
  for_in_statement: ['right'],
  field_definition: ['value'],
  jsx_expression: [],
  non_null_expression: [],
};
const pythonUses: Readonly<Record<string, readonly string[]>> = {
  call: ['function'],
  attribute: ['object'],
  subscript: [],
  argument_list: [],
  binary_operator: [],
  boolean_operator: [],
  comparison_operator: [],
  not_operator: [],
  unary_operator: [],
  conditional_expression: [],
  await: [],
  interpolation: [],
  parenthesized_expression: [],
  return_statement: [],
  raise_statement: [],
  assert_statement: [],
  list: [],
  set: [],
  pair: ['value'],
  assignment: ['right'],
  augmented_assignment: ['right'],
  default_parameter: ['value'],
  typed_default_parameter: ['value'],
  keyword_argument: ['value'],
  for_statement: ['right'],
  for_in_clause: ['right'],
  if_statement: ['condition'],
  while_statement: ['condition'],
  lambda: ['body'],
};
const usesOf: Readonly<Record<string, typeof javascriptUses>> = {
  javascript: javascriptUses,
  typescript: javascriptUses,
  tsx: javascriptUses,
  python: pythonUses,
};

/**
 * Names that the range uses and nothing declares: no definition, parameter, variable or import of the file, and no
 * global of the language. Empty for other languages, and for a file whose imports do not say what they bring.
 */
export function readUnbound(
  { tree }: ParsedText,
  { language: { grammar } }: LoadedLanguage,
  from: number,
  to: number,
): readonly string[] {
  const uses = usesOf[grammar];
  if (uses === undefined) return [];
  const used = new Set<string>();
  const declared = new Set<string>();
  const cursor = tree.walk();
  const parents: string[] = [];
  try {
    for (let more = true; more; more = next(cursor, parents)) {
      const type = cursor.nodeType;
      if (type === 'wildcard_import') return [];
      // A class is a type too: TypeScript's grammar calls its name so.
      if (type === 'type_identifier') declared.add(cursor.nodeText);
      if (type !== 'identifier' && !type.startsWith(shorthand)) continue;
      const isUse =
        type === 'identifier' ? isUsedIn(uses, parents.at(-1) ?? '', cursor.currentFieldName) : type === shorthand;
      if (!isUse) declared.add(cursor.nodeText);
      else if (cursor.startIndex >= from && cursor.endIndex <= to) used.add(cursor.nodeText);
    }
  } finally {
    cursor.delete();
  }
  const known = globalNames(grammar);
  return [...used].filter((name) => !declared.has(name) && !known.has(name));
}

/** The type of `name` in `{ name }`; the types of its declarations begin with it. */
const shorthand = 'shorthand_property_identifier';

function isUsedIn(uses: typeof javascriptUses, parent: string, field: string | null): boolean {
  const fields = uses[parent];
  return fields !== undefined && (fields.length === 0 || (field !== null && fields.includes(field)));
}

/** Goes to the next node in the order of the text; false at the end. `parents` are the types of the nodes around it. */
function next(cursor: TreeCursor, parents: string[]): boolean {
  const { nodeType } = cursor;
  if (cursor.gotoFirstChild()) {
    parents.push(nodeType);
    return true;
  }
  while (!cursor.gotoNextSibling()) {
    if (!cursor.gotoParent()) return false;
    parents.pop();
  }
  return true;
}
