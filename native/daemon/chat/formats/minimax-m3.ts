import type { ToolDefinition } from '../../../protocol/chat.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import { flattenSchema } from '../schema/flatten.ts';
import { anyOf, type GrammarRules, literal, sequence } from '../schema/gbnf.ts';
import { invalid } from '../schema/keywords.ts';
import { textUntil } from '../schema/text-until.ts';
import { anyOrder } from './grammar/any-order.ts';
import { callGrammar, objectSchema, orFree, repeatedCalls, takesNothing } from './grammar/call-grammar.ts';
import { listExpression } from './grammar/list-expression.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { type ValueDialect, ValueGrammar, type Written } from './grammar/value-grammar.ts';
import type { ThinkingStyle } from './reading/incremental-parser.ts';
import { NestedCallParser } from './reading/nested-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

/** Stands before each tag. */
const mark = ']<]minimax[>[';
const thinking: ThinkingStyle = { open: '<mm:think>', close: '</mm:think>', where: 'anywhere' };

/** MiniMax M3: calls in tags, and a tag for each argument and each part of it. */
export const minimaxM3: ToolFormat = {
  name: 'minimax-m3',
  matches: (template) => template.includes(mark),
  parser: (options) => new NestedCallParser(options, { mark, thinking }),
  grammar: nestedGrammar,
  markers: [mark, thinking.open, thinking.close],
  reasoning: reasoningMarks(thinking),
  answerPrefix: (start) => reasoningBefore(start, thinking),
};

function nestedGrammar(request: GrammarRequest): ToolGrammar | undefined {
  const gap = '[ \\n]{0,2}';
  return callGrammar(request, {
    triggerTexts: [`${mark}<tool_call>`],
    before: reasoningBefore(request, thinking),
    calls: (rules, tools, count) => {
      const named = tools.map((tool) =>
        sequence(literal(`${mark}<invoke name="${tool.name}">`), argumentsExpression(rules, tool)),
      );
      const call = rules.add('call', sequence(anyOf(named), literal(`${mark}</invoke>`)));
      const calls = repeatedCalls(call, count, gap);
      return sequence(literal(`${mark}<tool_call>`), gap, calls, gap, literal(`${mark}</tool_call>`));
    },
  });
}

function argumentsExpression(rules: GrammarRules, tool: ToolDefinition): string {
  if (takesNothing(tool.parameters)) return '';
  return orFree(
    rules,
    tool,
    () => writeArguments(rules, tool),
    () => freeParts(rules),
  );
}

function writeArguments(rules: GrammarRules, tool: ToolDefinition): string {
  const whole = objectSchema(tool, rules.work);
  const schema = flattenSchema(whole, whole, rules.work);
  if (!isJsonObject(schema)) throw invalid(`nothing can fit the arguments of ${tool.name}.`);
  const isUnion = ['anyOf', 'oneOf', 'allOf', '$ref'].some((keyword) => schema[keyword] !== undefined);
  if (isUnion || rules.isFull) return freeParts(rules);
  const members = new ValueGrammar(rules, whole, dialect(rules)).members(schema, tool.name);
  if (!members) throw invalid(`nothing can fit the arguments of ${tool.name}.`);
  if (members.length === 0) return freeParts(rules);
  const parts = members.map((one) => ({ ...one, expression: inTag(rules, one.key, one.value) }));
  return rules.add(`arguments of ${tool.name}`, anyOrder(rules, parts, tool.name));
}

/** Objects and lists have nothing around their parts. */
function dialect(rules: GrammarRules): ValueDialect {
  const item = (value: Written): string => inTag(rules, 'item', value);
  return {
    text: literal,
    word: (word) => literal(String(word)),
    object: (members, hint) => {
      const parts = members.map((one) => ({ ...one, expression: inTag(rules, one.key, one.value) }));
      return anyOrder(rules, parts, hint) || '""';
    },
    list: ({ first, others, min, max }, hint) =>
      listExpression(rules, { first: first.map(item), others: others && item(others), min, max }, '', hint) || '""',
    get freeObject() {
      return freeParts(rules);
    },
    get freeList() {
      return freeParts(rules);
    },
  };
}

function inTag(rules: GrammarRules, key: string, { expressions, anyText }: Written): string {
  const close = `${mark}</${key}>`;
  const ways = expressions.map((expression) => sequence(expression, literal(close)));
  return sequence(literal(`${mark}<${key}>`), anyOf(anyText ? [...ways, textUntil(rules, close)] : ways));
}

/** Any parts, whose tags need not match. */
function freeParts(rules: GrammarRules): string {
  const name = 'any-parts';
  if (!rules.has(name)) {
    rules.define(
      name,
      `(${literal(mark)} "<" any-tag ">" ([^\\]]{1,400} | ${name}) ${literal(`${mark}</`)} any-tag ">")*`,
    );
    rules.define('any-tag', '[A-Za-z_] [A-Za-z0-9_.-]{0,63}');
  }
  return name;
}
