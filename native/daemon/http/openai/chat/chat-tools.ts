import { z } from 'zod';
import type { JsonSchema, ToolChoice, ToolDefinition } from '../../../../protocol/chat.ts';
import { toolsMax } from '../../../../protocol/limits.ts';
import { invalidField, optional } from '../../wire/parse-fields.ts';

const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,128}$/, 'Expected a name of 1 to 128 letters, digits, underscores, dots and dashes.');
const jsonSchema = z.union([z.boolean(), z.record(z.string(), z.unknown())], 'Expected a JSON Schema.');

/** The `tools` of a request. */
export const toolsSchema = z
  .array(z.unknown())
  .max(toolsMax, `Expected at most ${toolsMax} tools.`)
  .pipe(
    z.array(
      z.object({
        type: z.literal('function', 'Expected "function": tools that the server runs do not exist here.'),
        function: z.object({ name: nameSchema, description: optional(z.string()), parameters: optional(jsonSchema) }),
      }),
    ),
  );

const namedSchema = z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) });
const allowedFields = {
  mode: z.enum(['auto', 'required']),
  tools: z.array(namedSchema).min(1, 'Expected at least one tool.'),
};
// The official interface nests the two fields; its documentation also shows them flat.
const allowedSchema = z.union([
  z
    .object({ type: z.literal('allowed_tools'), allowed_tools: z.object(allowedFields) })
    .transform((value) => value.allowed_tools),
  z.object({ type: z.literal('allowed_tools'), ...allowedFields }).transform(({ mode, tools }) => ({ mode, tools })),
]);

/** The `tool_choice` of a request. */
export const toolChoiceSchema = z.union(
  [z.enum(['none', 'auto', 'required']), namedSchema, allowedSchema],
  'Expected "none", "auto", "required", a function or allowed tools.',
);

interface ChatTools {
  readonly tools: readonly ToolDefinition[];
  readonly choice: ToolChoice | undefined; // undefined: the model decides
}

/**
 * The tools to show the model, and how it must use them. With allowed tools only those are shown, so a
 * request that allows others shares less of its prompt. Throws request.invalid with the field.
 */
export function readTools(
  wire: z.output<typeof toolsSchema> | undefined,
  choice: z.output<typeof toolChoiceSchema> | undefined,
): ChatTools {
  const tools = (wire ?? []).map((tool): ToolDefinition => ({
    name: tool.function.name,
    ...(tool.function.description === undefined ? {} : { description: tool.function.description }),
    // Left out means that the tool takes no parameters, not that it takes any.
    parameters: (tool.function.parameters ?? {
      type: 'object',
      properties: {},
      additionalProperties: false,
    }) as JsonSchema,
  }));
  const twice = tools.findIndex((tool, at) => tools.findIndex((other) => other.name === tool.name) < at);
  if (twice >= 0)
    throw invalidField(`tools[${twice}].function.name`, `There are two tools named "${tools[twice]?.name}".`);
  if (choice === undefined || choice === 'none' || choice === 'auto') return { tools, choice };
  if (tools.length === 0) throw invalidField('tool_choice', 'Expected tools along with it.');
  if (choice === 'required') return { tools, choice };
  if ('mode' in choice) {
    const names = choice.tools.map((tool) => knownName(tool.function.name, tools));
    return { tools: tools.filter((tool) => names.includes(tool.name)), choice: choice.mode };
  }
  return { tools, choice: { name: knownName(choice.function.name, tools) } };
}

function knownName(name: string, tools: readonly ToolDefinition[]): string {
  if (tools.some((tool) => tool.name === name)) return name;
  throw invalidField('tool_choice', `There is no tool named "${name}" among the tools.`);
}
