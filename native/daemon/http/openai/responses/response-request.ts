import { z } from 'zod';
import type { ChatMessage, JsonSchema, ToolChoice, ToolDefinition } from '../../../../protocol/chat.ts';
import type { ResponseFormat } from '../../../../protocol/generation.ts';
import { samplingLimits, toolsMax } from '../../../../protocol/limits.ts';
import type { ChatTurn } from '../../chat-turn.ts';
import { invalidField, optional, parseFields } from '../../wire/parse-fields.ts';
import { within } from '../../wire/sampling-fields.ts';
import { effortField, thinkingOf } from '../../wire/thinking-fields.ts';
import { jsonSchema, knownName, toolDefinitions, toolName } from '../../wire/tool-definitions.ts';
import { inputSchema, readInput } from './response-input.ts';

const functionSchema = z.object({
  type: z.literal('function'),
  name: toolName,
  description: optional(z.string()),
  parameters: optional(jsonSchema),
});

/** Codex offers these beside its own tools with every request. They are left out: the model is not told of them. */
const offerSchema = z.object({ type: z.enum(['web_search', 'namespace']) });
const toolSchema = z.discriminatedUnion('type', [functionSchema, offerSchema], {
  error: ({ code }) =>
    code === 'invalid_union' ? 'Expected "function": tools that the server runs do not exist here.' : undefined,
});

const namedSchema = z.object({ type: z.literal('function'), name: z.string() });
const toolChoiceSchema = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    namedSchema,
    z.object({
      type: z.literal('allowed_tools'),
      mode: z.enum(['auto', 'required']),
      tools: z.array(namedSchema).min(1, 'Expected at least one tool.'),
    }),
  ],
  'Expected "none", "auto", "required", a function or allowed tools.',
);

const formatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({ type: z.literal('json_schema'), schema: jsonSchema }),
]);

const responseSchema = z.object({
  model: optional(z.string()),
  input: inputSchema,
  instructions: optional(z.string()),
  tools: optional(z.array(z.unknown()).max(toolsMax, `Expected at most ${toolsMax} tools.`).pipe(z.array(toolSchema))),
  tool_choice: optional(toolChoiceSchema),
  parallel_tool_calls: optional(z.boolean()),
  temperature: optional(within(samplingLimits.temperature)),
  top_p: optional(within(samplingLimits.topP)),
  max_output_tokens: optional(z.int().min(1, 'Expected at least 1.')),
  text: optional(z.object({ format: optional(formatSchema) })),
  reasoning: optional(z.object({ effort: effortField })),
  store: optional(z.boolean()),
  previous_response_id: optional(z.string()),
  stream: optional(z.boolean()),
  background: optional(z.literal(false, 'Expected false: an answer is made while its client waits.')),
  truncation: optional(z.literal('disabled', 'Expected "disabled": nothing of a conversation is left out.')),
  conversation: optional(z.never('Expected "previous_response_id": conversations are not kept under a name.')),
  prompt: optional(z.never('Expected "instructions": prompts are not kept under a name.')),
});

export type ResponseFields = z.output<typeof responseSchema>;

/** Checks the body of a request for a response. Throws request.invalid with the field. */
export function parseResponseFields(body: unknown): ResponseFields {
  return parseFields(responseSchema, body);
}

/** The new messages of a request, in the daemon's terms; `earlier` are those that it continues. */
export function readNewMessages(fields: ResponseFields, earlier: readonly ChatMessage[]): ChatMessage[] {
  const messages = readInput(fields.input, earlier);
  if (earlier.length + messages.length === 0) throw invalidField('input', 'Expected at least one item.');
  return messages;
}

/** The request in the daemon's terms, over a conversation without its instructions. */
export function readResponseRequest(fields: ResponseFields, conversation: readonly ChatMessage[]): ChatTurn {
  const { tools, choice } = readTools(fields);
  const { instructions } = fields;
  return {
    settings: {
      ...(tools.length > 0 ? { tools } : {}),
      ...thinkingOf(fields.reasoning?.effort),
    },
    messages: [...(instructions ? [{ role: 'system' as const, content: instructions }] : []), ...conversation],
    options: {
      sampling: { temperature: fields.temperature, topP: fields.top_p },
      maxTokens: fields.max_output_tokens,
      toolChoice: choice,
      parallelToolCalls: fields.parallel_tool_calls,
      responseFormat: readFormat(fields.text?.format),
    },
  };
}

function readTools(fields: ResponseFields): { tools: ToolDefinition[]; choice: ToolChoice | undefined } {
  const offered = (fields.tools ?? []).filter((tool) => tool.type === 'function');
  const tools = toolDefinitions(offered, (at) => `tools[${at}].name`);
  const choice = fields.tool_choice;
  if (choice === undefined || choice === 'none' || choice === 'auto') return { tools, choice };
  if (tools.length === 0) throw invalidField('tool_choice', 'Expected tools along with it.');
  if (choice === 'required') return { tools, choice };
  if (choice.type === 'function') return { tools, choice: { name: knownName(choice.name, tools) } };
  const names = choice.tools.map((tool) => knownName(tool.name, tools));
  return { tools: tools.filter((tool) => names.includes(tool.name)), choice: choice.mode };
}

function readFormat(format: z.output<typeof formatSchema> | undefined): ResponseFormat | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  return format.type === 'json_object' ? { type: 'json' } : { type: 'schema', schema: format.schema as JsonSchema };
}
