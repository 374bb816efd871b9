import type { ToolDefinition } from '../../../../protocol/chat.ts';
import { CodedError } from '../../../../protocol/coded-error.ts';
import { anyOf, GrammarRules, literal, sequence } from '../../schema/gbnf.ts';
import { jsonRule } from '../../schema/json-rules.ts';
import { schemaRule } from '../../schema/compiler.ts';
import { mergeSchemas } from '../../schema/merge.ts';
import type { SchemaWork } from '../../schema/schema-work.ts';
import type { AnswerPrefix } from '../../schema/response-grammar.ts';
import type { GrammarRequest, ToolGrammar } from '../tool-format.ts';
import { freeSpace } from './reasoning-grammar.ts';

/** A family's part of the grammar. */
interface CallGrammar {
  /** The rule for calls from the family's marker on, once written; `tools` are those that may be called. */
  calls(rules: GrammarRules, tools: readonly ToolDefinition[], count: 'one' | 'many'): string;
  readonly triggerTexts: readonly string[];
  triggerPatterns?(tools: readonly ToolDefinition[]): readonly string[];
  /** Text allowed before a required call. */
  readonly before: AnswerPrefix | undefined;
}

/**
 * The grammar of a request: lazy, from the family's marker on, when the model may choose; from the start when a call
 * has to come, or when an answer must have a form as well. Undefined without tools. Throws `grammar.invalid`.
 */
export function callGrammar(request: GrammarRequest, family: CallGrammar): ToolGrammar | undefined {
  const { choice, parallel } = request;
  const tools = offeredTools(request);
  if (choice === 'none' || tools.length === 0) return undefined;
  const rules = new GrammarRules();
  const named = typeof choice === 'object';
  // Templates end a line after a call: that the model does the same must not oblige it to another call.
  const calls = sequence(family.calls(rules, tools, parallel && !named ? 'many' : 'one'), freeSpace);
  const lazy = choice === 'auto' && request.answer === undefined;
  const forced = lazy ? calls : sequence(family.before?.(rules) ?? '', calls);
  rules.define(
    'root',
    choice === 'auto' && request.answer !== undefined ? anyOf([request.answer(rules), forced]) : forced,
  );
  return {
    gbnf: rules.toString(),
    root: 'root',
    triggerTexts: lazy ? family.triggerTexts : [],
    triggerPatterns: lazy ? (family.triggerPatterns?.(tools) ?? []) : [],
    notes: rules.notes,
  };
}

function offeredTools({ tools, choice }: GrammarRequest): readonly ToolDefinition[] {
  if (typeof choice !== 'object') return tools;
  const named = tools.filter((tool) => tool.name === choice.name);
  if (named.length === 0) {
    throw new CodedError(
      'grammar.invalid',
      `tool_choice names ${choice.name}, which is not among the tools. Offer it or choose another.`,
    );
  }
  return named;
}

/** The rule for a tool's arguments as a JSON object. */
export function argumentsRule(rules: GrammarRules, tool: ToolDefinition): string {
  if (takesNothing(tool.parameters)) return rules.add('no-arguments', sequence('"{"', jsonRule(rules, 'ws'), '"}"'));
  return orFree(
    rules,
    tool,
    () => schemaRule(rules, objectSchema(tool, rules.work), `arguments of ${tool.name}`),
    () => jsonRule(rules, 'json-object'),
  );
}

/**
 * The result of `write`, or that of `writeFree` with a note where the parameters cannot become a grammar: the tool may
 * still be called, only its arguments are not held to the schema while they are written.
 */
export function orFree(
  rules: GrammarRules,
  tool: ToolDefinition,
  write: () => string,
  writeFree: () => string,
): string {
  try {
    return rules.attempt(write);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    rules.notes.push(`The arguments of the tool ${tool.name} are not held to its parameters. ${error.message}`);
    return writeFree();
  }
}

/** Keywords of a schema that say nothing of what an object holds. */
const describing = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  '$schema',
  'additionalProperties',
]);

/** Whether the schema declares no parameter and leaves room for none. */
export function takesNothing(parameters: ToolDefinition['parameters']): boolean {
  if (typeof parameters === 'boolean' || Object.keys(parameters).some((key) => !describing.has(key))) return false;
  const { type = 'object', properties = {}, required = [], additionalProperties = false } = parameters;
  return type === 'object' && isEmptyObject(properties) && additionalProperties === false && isEmptyObject(required);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The parameters' schema, which describes an object even where it does not say so. */
export function objectSchema(tool: ToolDefinition, work: SchemaWork): ToolDefinition['parameters'] {
  return mergeSchemas({ type: 'object' }, tool.parameters, work);
}

/** Names of the members of a call, and expressions for what may stand before and after them, given white space. */
interface ObjectKeys {
  readonly name?: string;
  readonly key: string;
  before?(ws: string): string;
  after?(ws: string): string;
}

/** `{"name": "x", "arguments": {...}}`, as one rule for all tools. */
export function namedObjectRule(rules: GrammarRules, tools: readonly ToolDefinition[], keys: ObjectKeys): string {
  const ws = jsonRule(rules, 'ws');
  const objects = tools.map((tool) =>
    sequence(
      literal('{'),
      ws,
      keys.before?.(ws) ?? '',
      literal(`"${keys.name ?? 'name'}":`),
      ws,
      literal(JSON.stringify(tool.name)),
      ws,
      literal(','),
      ws,
      literal(`"${keys.key}":`),
      ws,
      argumentsRule(rules, tool),
      ws,
      keys.after?.(ws) ?? '',
      literal('}'),
    ),
  );
  return rules.add('named-call', objects.join(' | '));
}

/** One call, or several with an optional separator. */
export function repeatedCalls(call: string, count: 'one' | 'many', separator: string): string {
  return count === 'one' ? call : `${call} (${sequence(separator, call)})*`;
}

/** A text as a regular expression that matches it literally. */
export function patternOf(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
