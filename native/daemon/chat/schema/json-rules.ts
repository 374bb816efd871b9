import { GrammarRules } from './gbnf.ts';

/**
 * Basic rules of JSON grammars, added at first use. White space is optional and bounded: models write `{"a": 1}`,
 * `{"a":1}` or pretty-printed JSON, and all must fit, but it must not repeat without end.
 */
const bodies = {
  ws: '| " " | "\\n" [ \\t]{0,32}',
  'json-char': '[^"\\\\\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})',
  'json-string': '"\\"" json-char* "\\""',
  'json-integer': '"-"? json-natural',
  'json-natural': '"0" | [1-9] [0-9]{0,18}',
  'json-number': '"-"? json-unsigned',
  'json-unsigned': 'json-natural ("." [0-9]{1,24})? ([eE] [-+]? [0-9]{1,3})?',
  'json-boolean': '"true" | "false"',
  'json-null': '"null"',
  'json-value': 'json-object | json-array | json-string | json-number | json-boolean | json-null',
  'json-member': 'json-string ":" ws json-value',
  'json-object': '"{" ws (json-member ("," ws json-member)* ws)? "}"',
  'json-array': '"[" ws (json-value ("," ws json-value)* ws)? "]"',
} as const;

export type JsonRule = keyof typeof bodies;

/** The name of a basic rule; adds it and the rules it uses. */
export function jsonRule(rules: GrammarRules, rule: JsonRule): string {
  if (!rules.has(rule)) {
    rules.define(rule, bodies[rule]);
    for (const other of Object.keys(bodies) as JsonRule[]) {
      if (new RegExp(`(^|[^\\w-])${other}(?![\\w-])`).test(bodies[rule])) jsonRule(rules, other);
    }
  }
  return rule;
}
