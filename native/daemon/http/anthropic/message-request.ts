import { z } from 'zod';
import type { JsonSchema, ToolChoice, ToolDefinition } from '../../../protocol/chat.ts';
import { samplingLimits, stopsMax, thinkingBudgetLimit, toolsMax } from '../../../protocol/limits.ts';
import type { ChatTurn } from '../chat-turn.ts';
import { invalidField, optional, parseFields } from '../wire/parse-fields.ts';
import { readStop, within } from '../wire/sampling-fields.ts';
import { effortField, thinkingOf } from '../wire/thinking-fields.ts';
import { contentText } from '../wire/text-content.ts';
import { jsonSchema, knownName, toolDefinitions, toolName } from '../wire/tool-definitions.ts';
import { messagesSchema, readMessages } from './message-blocks.ts';

const toolSchema = z.object({
  type: optional(z.literal('custom', 'Expected "custom": tools that the server runs or defines do not exist here.')),
  name: toolName,
  description: optional(z.string()),
  input_schema: optional(jsonSchema),
});

const parallel = { disable_parallel_tool_use: optional(z.boolean()) };
const toolChoiceSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto'), ...parallel }),
  z.object({ type: z.literal('any'), ...parallel }),
  z.object({ type: z.literal('tool'), name: z.string(), ...parallel }),
  z.object({ type: z.literal('none') }),
]);

const formatSchema = z.object({ type: z.literal('json_schema'), schema: jsonSchema });
const absent = (what: string) => optional(z.never(`Expected no such field: ${what} do not exist here.`));

/** What a count of tokens needs. */
const promptFields = {
  model: optional(z.string()),
  messages: messagesSchema,
  system: optional(
    z.union([z.string(), z.array(z.record(z.string(), z.unknown()))], 'Expected a string or an array of text blocks.'),
  ),
  tools: optional(z.array(z.unknown()).max(toolsMax, `Expected at most ${toolsMax} tools.`).pipe(z.array(toolSchema))),
  tool_choice: optional(toolChoiceSchema),
  thinking: optional(
    z.object({
      type: z.enum(['enabled', 'disabled', 'adaptive']),
      budget_tokens: optional(within({ ...thinkingBudgetLimit, least: 1 })),
    }),
  ),
  mcp_servers: optional(z.array(z.unknown()).max(0, 'Expected none: servers of tools are not connected from here.')),
  container: absent('containers'),
};

const countSchema = z.object(promptFields);
const messageSchema = z.object({
  ...promptFields,
  max_tokens: z.int().min(1, 'Expected at least 1.'),
  temperature: optional(within(samplingLimits.temperature)),
  top_p: optional(within(samplingLimits.topP)),
  top_k: optional(within(samplingLimits.topK)),
  stop_sequences: optional(z.array(z.string()).max(stopsMax, `Expected at most ${stopsMax} stop sequences.`)),
  output_config: optional(z.object({ format: optional(formatSchema), effort: effortField })),
  output_format: optional(formatSchema),
  stream: optional(z.boolean()),
});

type PromptFields = z.output<typeof countSchema>;
type ThinkingFields = Pick<PromptFields, 'thinking'> & Partial<Pick<MessageFields, 'output_config'>>;
type MessageFields = z.output<typeof messageSchema>;

interface MessageRequest extends ChatTurn {
  readonly stream: boolean;
  /** Whether the client reads thoughts. */
  readonly thinking: boolean;
}

/** Checks the body of a request for tokens. Throws request.invalid with the field. */
export function parseCountFields(body: unknown): PromptFields {
  return parseFields(countSchema, body);
}

/** Checks the body of a request for a message. Throws request.invalid with the field. */
export function parseMessageFields(body: unknown): MessageFields {
  return parseFields(messageSchema, body);
}

/** The conversation in the daemon's terms. Throws request.invalid with the field. */
export function readPrompt(fields: PromptFields): ChatTurn {
  const tools = toolDefinitions(
    (fields.tools ?? []).map((tool) => ({ ...tool, parameters: tool.input_schema })),
    (at) => `tools[${at}].name`,
  );
  const system = contentText(fields.system, 'system');
  return {
    settings: {
      ...(tools.length > 0 ? { tools } : {}),
      ...readThinking(fields),
    },
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...readMessages(fields.messages),
    ],
    options: {
      ...readChoice(fields.tool_choice, tools),
      ...(fields.thinking?.budget_tokens === undefined ? {} : { thinkingBudget: fields.thinking.budget_tokens }),
    },
  };
}

/** With a budget the model thinks up to it; else the effort says how much, where the client gives one. */
function readThinking({ thinking, output_config: output }: ThinkingFields): ChatTurn['settings'] {
  if (thinking === undefined) return thinkingOf(output?.effort);
  if (thinking.type === 'disabled') return { thinking: 'off' };
  return { thinking: 'on', ...thinkingOf(output?.effort) };
}

/** The request in the daemon's terms. Throws request.invalid with the field. */
export function readMessageRequest(fields: MessageFields): MessageRequest {
  const prompt = readPrompt(fields);
  const format = fields.output_config?.format ?? fields.output_format;
  return {
    ...prompt,
    options: {
      ...prompt.options,
      sampling: { temperature: fields.temperature, topP: fields.top_p, topK: fields.top_k },
      maxTokens: fields.max_tokens,
      stop: readStop(fields.stop_sequences),
      ...(format === undefined
        ? {}
        : { responseFormat: { type: 'schema' as const, schema: format.schema as JsonSchema } }),
    },
    stream: fields.stream ?? false,
    thinking: fields.thinking !== undefined && fields.thinking.type !== 'disabled',
  };
}

function readChoice(choice: PromptFields['tool_choice'], tools: readonly ToolDefinition[]): ChatTurn['options'] {
  if (choice === undefined) return {};
  if (choice.type === 'none') return { toolChoice: 'none' };
  if (tools.length === 0 && choice.type !== 'auto') throw invalidField('tool_choice', 'Expected tools along with it.');
  const words: Record<'auto' | 'any', ToolChoice> = { auto: 'auto', any: 'required' };
  return {
    toolChoice: choice.type === 'tool' ? { name: knownName(choice.name, tools) } : words[choice.type],
    ...(choice.disable_parallel_tool_use === true ? { parallelToolCalls: false } : {}),
  };
}
