import { z } from 'zod';
import type { ChatMessage, JsonSchema, JsonValue } from '../../../../protocol/chat.ts';
import type { GenerateOptions, ResponseFormat } from '../../../../protocol/generation.ts';
import { logprobsLimit } from '../../../../protocol/limits.ts';
import type { SessionSettings } from '../../../../protocol/methods.ts';
import { constraintFields, readConstraint } from '../constraint-fields.ts';
import { messagesSchema, notContinued, readMessages } from './chat-messages.ts';
import { readTools, toolChoiceSchema, toolsSchema } from './chat-tools.ts';
import { invalidField, optional, parseFields } from '../../wire/parse-fields.ts';
import { jsonSchema } from '../../wire/tool-definitions.ts';
import {
  answerTokens,
  readMaxTokens,
  readSampling,
  readStop,
  samplingFields,
  within,
} from '../../wire/sampling-fields.ts';
import { budgetFields, budgetOf, effortField, thinkingOf } from '../../wire/thinking-fields.ts';

const responseFormatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object'), schema: optional(jsonSchema) }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: optional(z.string()), schema: jsonSchema }),
  }),
]);

const chatSchema = z.object({
  ...samplingFields,
  ...constraintFields,
  messages: messagesSchema,
  tools: optional(toolsSchema),
  tool_choice: optional(toolChoiceSchema),
  parallel_tool_calls: optional(z.boolean()),
  // The older form of tools is refused: if it were ignored, a client would wait for calls that never come.
  functions: optional(z.array(z.unknown()).max(0, 'Expected "tools": the older form of functions is not read.')),
  function_call: optional(z.enum(['none', 'auto'], 'Expected "tool_choice": the older form of functions is not read.')),
  response_format: optional(responseFormatSchema),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(within(logprobsLimit)),
  max_completion_tokens: answerTokens,
  modalities: optional(z.array(z.literal('text', 'Expected "text": answers are text only.'))),
  audio: z.null('Expected no audio: answers are text only.').optional(),
  continue_final_message: notContinued,
  reasoning_effort: effortField,
  ...budgetFields,
  chat_template_kwargs: optional(z.record(z.string(), z.unknown())),
});

type ChatFields = z.output<typeof chatSchema>;

/** A chat request in the daemon's own terms. */
export interface ChatRequest {
  readonly settings: SessionSettings;
  readonly messages: readonly ChatMessage[];
  readonly options: GenerateOptions;
  readonly choices: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** Checks the body of a chat request. Throws request.invalid with the field. */
export function parseChatFields(body: unknown): ChatFields {
  return parseFields(chatSchema, body);
}

/** The request in the daemon's terms. `vocabularySize` bounds token ids. Throws request.invalid with the field. */
export function readChatRequest(fields: ChatFields, vocabularySize: number): ChatRequest {
  const { tools, choice } = readTools(fields.tools, fields.tool_choice);
  if (fields.top_logprobs !== undefined && fields.logprobs !== true)
    throw invalidField('top_logprobs', 'Expected "logprobs": true along with it.');
  return {
    settings: {
      ...(tools.length > 0 ? { tools } : {}),
      ...thinkingOf(fields.reasoning_effort),
      ...(fields.chat_template_kwargs === undefined
        ? {}
        : { templateOptions: fields.chat_template_kwargs as Record<string, JsonValue> }),
    },
    messages: readMessages(fields.messages),
    options: {
      sampling: readSampling(fields, vocabularySize),
      maxTokens: readMaxTokens(fields.max_completion_tokens ?? fields.max_tokens),
      stop: readStop(fields.stop),
      toolChoice: choice,
      parallelToolCalls: fields.parallel_tool_calls,
      responseFormat: readConstraint(fields, readResponseFormat(fields.response_format)),
      logprobs: fields.logprobs === true ? (fields.top_logprobs ?? 0) : undefined,
      priority: fields.priority,
      ...budgetOf(fields),
    },
    choices: fields.n ?? 1,
    stream: fields.stream ?? false,
    includeUsage: fields.stream_options?.include_usage ?? false,
  };
}

function readResponseFormat(format: ChatFields['response_format']): ResponseFormat | undefined {
  switch (format?.type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json_object':
      return format.schema === undefined ? { type: 'json' } : { type: 'schema', schema: format.schema as JsonSchema };
    case 'json_schema':
      return { type: 'schema', schema: format.json_schema.schema as JsonSchema };
  }
}
