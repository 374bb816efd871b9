import { z } from 'zod';
import type { ToolChoice, ToolDefinition } from '../../../../protocol/chat.ts';
import { toolsMax } from '../../../../protocol/limits.ts';
import { invalidField, optional } from '../../wire/parse-fields.ts';
import { jsonSchema, knownName, toolDefinitions, toolName } from '../../wire/tool-definitions.ts';

/** The `tools` of a request. */
export const toolsSchema = z
  .array(z.unknown())
  .max(toolsMax, `Expected at most ${toolsMax} tools.`)
  .pipe(
    z.array(
      z.object({
        type: z.literal('function', 'Expected "function": tools that the server runs do not exist here.'),
        function: z.object({ name: toolName, description: optional(z.string()), parameters: optional(jsonSchema) }),
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
  const tools = toolDefinitions(
    (wire ?? []).map((tool) => tool.function),
    (at) => `tools[${at}].function.name`,
  );
  if (choice === undefined || choice === 'none' || choice === 'auto') return { tools, choice };
  if (tools.length === 0) throw invalidField('tool_choice', 'Expected tools along with it.');
  if (choice === 'required') return { tools, choice };
  if ('mode' in choice) {
    const names = choice.tools.map((tool) => knownName(tool.function.name, tools));
    return { tools: tools.filter((tool) => names.includes(tool.name)), choice: choice.mode };
  }
  return { tools, choice: { name: knownName(choice.function.name, tools) } };
}
