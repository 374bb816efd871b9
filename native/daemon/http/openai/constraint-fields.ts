import { z } from 'zod';
import type { JsonSchema } from '../../../protocol/chat.ts';
import type { ResponseFormat } from '../../../protocol/generation.ts';
import { invalidField, optional } from '../wire/parse-fields.ts';
import { jsonSchema } from '../wire/tool-definitions.ts';

/** A schema, or its JSON text. */
const schemaOrText = z.union([jsonSchema, z.string()], 'Expected a JSON Schema.');
const choices = z
  .array(z.string().min(1))
  .min(1, 'Expected at least one text.')
  .max(1000, 'Expected at most 1000 texts.');

/** A constraint that is not here: ignored, it would give answers that its sender takes for constrained. */
function unknown(instead: string) {
  return z.null(`Expected ${instead}: this constraint is not read here.`).optional();
}

const unknownPattern = unknown('a schema with a pattern');
const unknownGrammar = unknown('"grammar" with GBNF');

/**
 * The fields by which other servers constrain an answer, beside OpenAI's `response_format`: llama.cpp's `grammar` and
 * `json_schema`, vLLM's `structured_outputs` and the `guided_` fields before it, SGLang's `regex` and `ebnf`.
 */
export const constraintFields = {
  grammar: optional(z.string()),
  json_schema: optional(schemaOrText),
  guided_json: optional(schemaOrText),
  guided_choice: optional(choices),
  guided_regex: unknownPattern,
  guided_grammar: unknownGrammar,
  structured_outputs: optional(
    z.object({
      json: optional(schemaOrText),
      json_object: optional(z.boolean()),
      choice: optional(choices),
      regex: unknownPattern,
      grammar: unknownGrammar,
      structural_tag: unknown('tools'),
    }),
  ),
  regex: unknownPattern,
  ebnf: unknownGrammar,
};

type ConstraintFields = z.output<z.ZodObject<typeof constraintFields>>;

/**
 * The one constraint of a request; `format` is that of `response_format`. Throws request.invalid with the field for a
 * second one, or for a text that is no JSON.
 */
export function readConstraint(
  fields: ConstraintFields,
  format: ResponseFormat | undefined,
): ResponseFormat | undefined {
  const { structured_outputs: vllm } = fields;
  const found: [string, ResponseFormat][] = [];
  const add = <T>(field: string, value: T | undefined, formatOf: (value: T) => ResponseFormat): void => {
    if (value !== undefined) found.push([field, formatOf(value)]);
  };
  const schema = (field: string, value: z.output<typeof schemaOrText> | undefined): void =>
    add(field, value, (given) => ({ type: 'schema', schema: readSchema(field, given) }));
  const choice = (field: string, value: readonly string[] | undefined): void =>
    add(field, value, (texts) => ({ type: 'choice', choices: texts }));
  add('response_format', format, (given) => given);
  // An empty grammar constrains nothing; clients send it for a field that is not set.
  add('grammar', fields.grammar?.trim() === '' ? undefined : fields.grammar, (gbnf) => ({ type: 'grammar', gbnf }));
  schema('json_schema', fields.json_schema);
  schema('guided_json', fields.guided_json);
  schema('structured_outputs.json', vllm?.json);
  choice('guided_choice', fields.guided_choice);
  choice('structured_outputs.choice', vllm?.choice);
  add('structured_outputs.json_object', vllm?.json_object === true ? true : undefined, () => ({ type: 'json' }));
  const [first, second] = found;
  if (first !== undefined && second !== undefined)
    throw invalidField(second[0], `Expected one constraint, but ${first[0]} is another.`);
  return first?.[1];
}

function readSchema(field: string, value: z.output<typeof schemaOrText>): JsonSchema {
  if (typeof value !== 'string') return value as JsonSchema;
  try {
    const parsed = jsonSchema.safeParse(JSON.parse(value));
    if (parsed.success) return parsed.data as JsonSchema;
  } catch {
    // not JSON: the same words as for JSON that is no schema
  }
  throw invalidField(field, 'Expected a JSON Schema.');
}
