import type { ToolDefinition } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { flattenSchema } from '../../schema/flatten.ts';
import { anyOf, type GrammarRules, literal, sequence } from '../../schema/gbnf.ts';
import { jsonRule } from '../../schema/json-rules.ts';
import { invalid } from '../../schema/keywords.ts';
import type { AnswerPrefix } from '../../schema/response-grammar.ts';
import type { GrammarRequest, ToolGrammar } from '../tool-format.ts';
import { anyOrder } from './any-order.ts';
import { callGrammar, objectSchema, orFree, takesNothing } from './call-grammar.ts';
import { listExpression } from './list-expression.ts';
import { type ValueDialect, ValueGrammar, type Written } from './value-grammar.ts';

/** What a family writes in place of JSON's texts, words and keys. All are expressions. */
export interface Lexis {
  readonly anyText: string;
  text(value: string): string;
  word(value: boolean | null): string;
  /** A key with what stands before its value, in the arguments themselves and in objects inside them. */
  argument(key: string): string;
  readonly anyArgument: string;
  key(key: string): string;
  readonly anyKey: string;
  readonly separator: string;
}

interface LiteralLayout {
  readonly triggerTexts: readonly string[];
  readonly before: AnswerPrefix | undefined;
  lexis(rules: GrammarRules): Lexis;
  /** A call, and all calls of a reply. */
  call(name: string, members: string): string;
  calls(call: string, count: 'one' | 'many'): string;
}

/** The grammar of a family that writes arguments in brackets that are not JSON. */
export function literalGrammar(request: GrammarRequest, layout: LiteralLayout): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: layout.triggerTexts,
    before: layout.before,
    calls: (rules, tools, count) => {
      const lexis = layout.lexis(rules);
      const named = tools.map((tool) => layout.call(literal(tool.name), argumentsExpression(rules, tool, lexis)));
      return layout.calls(rules.add('call', anyOf(named)), count);
    },
  });
}

function argumentsExpression(rules: GrammarRules, tool: ToolDefinition, lexis: Lexis): string {
  if (takesNothing(tool.parameters)) return '';
  return orFree(
    rules,
    tool,
    () => writeArguments(rules, tool, lexis),
    () => freeArguments(rules, lexis),
  );
}

function writeArguments(rules: GrammarRules, tool: ToolDefinition, lexis: Lexis): string {
  const whole = objectSchema(tool, rules.work);
  const schema = flattenSchema(whole, whole, rules.work);
  if (!isJsonObject(schema)) throw invalid(`nothing can fit the arguments of ${tool.name}.`);
  const isUnion = ['anyOf', 'oneOf', 'allOf', '$ref'].some((keyword) => schema[keyword] !== undefined);
  if (isUnion || rules.isFull) return freeArguments(rules, lexis);
  const dialect = bracketDialect(rules, lexis);
  const members = new ValueGrammar(rules, whole, dialect).members(schema, tool.name);
  if (!members) throw invalid(`nothing can fit the arguments of ${tool.name}.`);
  if (members.length === 0) return freeArguments(rules, lexis);
  const parts = members.map(({ key, value, required }) => ({
    expression: sequence(lexis.argument(key), asExpression(value, lexis)),
    required,
  }));
  return rules.add(`arguments of ${tool.name}`, anyOrder(rules, parts, tool.name, lexis.separator));
}

function freeArguments(rules: GrammarRules, lexis: Lexis): string {
  const argument = sequence(lexis.anyArgument, anyValue(rules, lexis));
  return `(${argument} (${lexis.separator} ${argument})*)?`;
}

function bracketDialect(rules: GrammarRules, lexis: Lexis): ValueDialect {
  const written = (value: Written): string => asExpression(value, lexis);
  return {
    text: lexis.text,
    word: lexis.word,
    object: (members, hint) => {
      const parts = members.map(({ key, value, required }) => ({
        expression: sequence(lexis.key(key), written(value)),
        required,
      }));
      return sequence('"{"', anyOrder(rules, parts, hint, lexis.separator), '"}"');
    },
    list: ({ first, others, min, max }, hint) => {
      const items = { first: first.map(written), others: others && written(others), min, max };
      return sequence('"["', listExpression(rules, items, lexis.separator, hint), '"]"');
    },
    freeObject: freeRule(rules, lexis, 'object'),
    freeList: freeRule(rules, lexis, 'list'),
  };
}

function asExpression({ expressions, anyText }: Written, lexis: Lexis): string {
  return anyOf(anyText ? [...expressions, lexis.anyText] : expressions);
}

function anyValue(rules: GrammarRules, lexis: Lexis): string {
  return freeRule(rules, lexis, 'value');
}

/** Rules for any value, object and list, which use each other. */
function freeRule(rules: GrammarRules, lexis: Lexis, wanted: 'value' | 'object' | 'list'): string {
  const name = (kind: string): string => `any-${kind}`;
  if (!rules.has(name('value'))) {
    const { separator } = lexis;
    const [value, object, list] = [name('value'), name('object'), name('list')];
    const words = [true, false, null].map((word) => lexis.word(word));
    const member = sequence(lexis.anyKey, value);
    rules.define(value, [...words, jsonRule(rules, 'json-number'), object, list, lexis.anyText].join(' | '));
    rules.define(object, `"{" (${member} (${separator} ${member})*)? "}"`);
    rules.define(list, `"[" (${value} (${separator} ${value})*)? "]"`);
  }
  return name(wanted);
}
