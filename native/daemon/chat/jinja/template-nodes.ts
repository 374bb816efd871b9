import type { JinjaValue } from './runtime-values.ts';

export interface Identifier {
  readonly type: 'Identifier';
  readonly value: string;
}

interface Slice {
  readonly type: 'SliceExpression';
}

interface Call {
  readonly type: 'CallExpression';
  readonly callee: TemplateNode;
  readonly args: readonly TemplateNode[];
}

/** The nodes of a parsed template that are evaluated in Python's way, as far as they are looked at. */
export type TemplateNode =
  | Identifier
  | { readonly type: 'Output'; readonly expression: TemplateNode }
  /** `round`: the body of a loop. */
  | { readonly type: 'Block'; readonly body: readonly TemplateNode[]; readonly round: boolean }
  | { readonly type: 'Evaluated'; readonly evaluated: JinjaValue }
  | { readonly type: 'TupleLiteral'; readonly value: readonly TemplateNode[] }
  | { readonly type: 'ObjectLiteral'; readonly value: ReadonlyMap<TemplateNode, TemplateNode> }
  | { readonly type: 'For'; readonly iterable: TemplateNode }
  | Slice
  | { readonly type: 'SelectExpression' }
  | Call
  | {
      readonly type: 'MemberExpression';
      readonly object: TemplateNode;
      readonly property: Identifier | Slice;
      readonly computed: boolean;
    }
  | {
      readonly type: 'FilterExpression';
      readonly operand: TemplateNode;
      readonly filter: Identifier | (Call & { readonly callee: Identifier });
    }
  | {
      readonly type: 'TestExpression';
      readonly operand: TemplateNode;
      readonly negate: boolean;
      readonly test: Identifier;
    }
  | {
      readonly type: 'BinaryExpression';
      readonly operator: { readonly value: string };
      readonly left: TemplateNode;
      readonly right: TemplateNode;
    }
  | { readonly type: 'KeywordArgumentExpression'; readonly key: Identifier; readonly value: TemplateNode };

const statements = new Set([
  'Set',
  'If',
  'For',
  'Macro',
  'CallStatement',
  'FilterStatement',
  'Break',
  'Continue',
  'Comment',
  'StringLiteral',
]);

/**
 * Makes each body one node, so that text before a `continue` or `break` is kept, and wraps every printed expression,
 * because only printed values are turned into text. Changes the tree.
 */
export function markBodies(program: object): object {
  const ofClass: NodeMaker = (fields) =>
    Object.assign(Object.create(Object.getPrototypeOf(program) as object) as object, fields);
  mark(program, ofClass);
  return program;
}

/** Makes a node of a class that the library looks into. */
type NodeMaker = (fields: { readonly type: string }) => object;

function mark(node: object, ofClass: NodeMaker): void {
  const parent = node as Record<string, unknown>;
  for (const name of ['body', 'alternate', 'defaultBlock']) {
    const children = parent[name];
    if (!Array.isArray(children) || children.length === 0) continue;
    const body = children.filter(isNode).map((child) => {
      if (!statements.has(child.type))
        return ofClass({ type: 'Output', expression: child } as { readonly type: string });
      mark(child, ofClass);
      return child;
    });
    parent[name] = [
      ofClass({ type: 'Block', body, round: parent['type'] === 'For' && name === 'body' } as { readonly type: string }),
    ];
  }
}

function isNode(value: unknown): value is { readonly type: string } {
  return typeof value === 'object' && value !== null && 'type' in value;
}
