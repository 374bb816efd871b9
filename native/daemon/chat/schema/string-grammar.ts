import { type GrammarRules, repeat, sequence } from './gbnf.ts';
import { jsonRule } from './json-rules.ts';
import { countOf, invalid, type SchemaRecord } from './keywords.ts';
import { patternExpression } from './string-pattern.ts';

const date = '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])';
const time =
  '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,9})? ' +
  '("Z" | [+-] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])';

const formats: Readonly<Record<string, string>> = {
  date,
  time,
  'date-time': `${date} "T" ${time}`,
  uuid: '[0-9a-fA-F]{8} "-" [0-9a-fA-F]{4} "-" [0-9a-fA-F]{4} "-" [0-9a-fA-F]{4} "-" [0-9a-fA-F]{12}',
};

/** A JSON string by pattern, else format, else length. */
export function stringExpression(rules: GrammarRules, schema: SchemaRecord): string | undefined {
  const min = countOf(schema, 'minLength') ?? 0;
  const max = countOf(schema, 'maxLength');
  if (max !== undefined && max < min) return undefined;
  const pattern = schema['pattern'];
  if (pattern !== undefined && typeof pattern !== 'string') throw invalid('pattern must be a text.');
  const inner =
    (pattern === undefined || !rules.work.take(pattern.length) ? undefined : patternExpression(rules, pattern)) ??
    formatExpression(schema['format']);
  if (inner !== undefined) return sequence('"\\""', rules.add('text', inner), '"\\""');
  if (min === 0 && max === undefined) return jsonRule(rules, 'json-string');
  return sequence('"\\""', repeat(jsonRule(rules, 'json-char'), min, max), '"\\""');
}

function formatExpression(format: unknown): string | undefined {
  return typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined;
}
