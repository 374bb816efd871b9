import { z } from 'zod';
import type { JsonSchema, ToolDefinition } from '../../../protocol/chat.ts';
import { invalidField } from './parse-fields.ts';

/** A tool's name in any dialect. */
export const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,128}$/, 'Expected a name of 1 to 128 letters, digits, underscores, dots and dashes.');

/** A tool's parameters in any dialect. */
export const jsonSchema = z.union([z.boolean(), z.record(z.string(), z.unknown())], 'Expected a JSON Schema.');

interface WireTool {
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: z.output<typeof jsonSchema> | undefined;
}

/**
 * The tools to show the model. `field` names the field of one tool's name. Throws request.invalid when two tools have
 * the same name.
 */
export function toolDefinitions(tools: readonly WireTool[], field: (at: number) => string): ToolDefinition[] {
  const twice = tools.findIndex((tool, at) => tools.findIndex((other) => other.name === tool.name) < at);
  if (twice >= 0) throw invalidField(field(twice), `There are two tools named "${tools[twice]?.name}".`);
  return tools.map(({ name, description, parameters }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    // Left out means that the tool takes no parameters, not that it takes any.
    parameters: (parameters ?? { type: 'object', properties: {}, additionalProperties: false }) as JsonSchema,
  }));
}

/** The name of the tool that a request wants called. Throws request.invalid when there is no such tool. */
export function knownName(name: string, tools: readonly ToolDefinition[]): string {
  if (tools.some((tool) => tool.name === name)) return name;
  throw invalidField('tool_choice', `There is no tool named "${name}" among the tools.`);
}
