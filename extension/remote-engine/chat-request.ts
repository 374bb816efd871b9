import type { ChatMessage, ToolChoice, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateOptions, ResponseFormat, SamplingOptions } from '../../native/protocol/generation.ts';
import type { ThinkingChoice } from '../../native/protocol/thinking.ts';
import type { Refusal } from './engine-error.ts';
import { wireMessages, wireTools, type ReasoningField } from './wire-messages.ts';

/** What an engine has shown of its own way to speak OpenAI's API. Lives as long as the connection to it. */
export interface Dialect {
  /** It takes `stream_options`. */
  streamOptions: boolean;
  lengthField: 'max_tokens' | 'max_completion_tokens';
  /** Where it writes thoughts; undefined until it has written some. */
  reasoning: ReasoningField | undefined;
  /** It has made a call of OpenAI's kind: one that is printed as text then is text. */
  readsCalls: boolean;
  /** How it takes a level of thinking: by OpenAI's field and the template's variables, by the field, or not at all. */
  thinking: 'field and variables' | 'field' | 'none';
}

export function newDialect(): Dialect {
  return {
    streamOptions: true,
    lengthField: 'max_tokens',
    reasoning: undefined,
    readsCalls: false,
    thinking: 'field and variables',
  };
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDefinition[];
  readonly options: GenerateOptions;
  /** Tokens of the answer, at most. */
  readonly maxTokens: number;
}

/** A refusal of levels: by the name of the field, or since the model does not think (Ollama). */
const refusesLevels = /reasoning[_.]effort|not support (thinking|reasoning)/i;

/** The body of a request to `/chat/completions`. Fields that are not set are left out: engines refuse unknown ones. */
export function chatBody({ model, messages, tools, options, maxTokens }: ChatRequest, dialect: Dialect): object {
  const { stop, toolChoice, parallelToolCalls, responseFormat, sampling, thinking, thinkingBudget } = options;
  return {
    model,
    messages: wireMessages(messages, dialect.reasoning),
    ...(tools.length > 0 && { tools: wireTools(tools) }),
    ...(tools.length > 0 && toolChoice !== undefined && { tool_choice: wireChoice(toolChoice) }),
    ...(tools.length > 0 && parallelToolCalls === false && { parallel_tool_calls: false }),
    ...(responseFormat !== undefined && wireFormat(responseFormat)),
    ...(sampling !== undefined && wireSampling(sampling)),
    ...(thinkingBudget === 0 ? wireNoThoughts(dialect) : wireThinking(thinking, dialect)),
    ...(stop !== undefined && stop.length > 0 && { stop }),
    [dialect.lengthField]: maxTokens,
    stream: true,
    ...(dialect.streamOptions && { stream_options: { include_usage: true } }),
  };
}

/** Learns from a refusal what the engine does not take. Returns true if asking again in another way may help. */
export function adapt(dialect: Dialect, { status, text }: Refusal): boolean {
  if (status !== 400 && status !== 422) return false;
  if (dialect.streamOptions && text.includes('stream_options')) {
    dialect.streamOptions = false;
    return true;
  }
  if (dialect.lengthField === 'max_tokens' && text.includes('max_completion_tokens')) {
    dialect.lengthField = 'max_completion_tokens';
    return true;
  }
  if (dialect.thinking === 'field and variables' && text.includes('chat_template_kwargs')) {
    dialect.thinking = 'field';
    return true;
  }
  if (dialect.thinking !== 'none' && refusesLevels.test(text)) {
    dialect.thinking = 'none';
    return true;
  }
  if (dialect.reasoning !== undefined && dialect.reasoning !== 'content' && text.includes(dialect.reasoning)) {
    dialect.reasoning = undefined;
    return true;
  }
  return false;
}

function wireChoice(choice: ToolChoice): string | object {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}

/** Only where the user chose a level. The variables are those of most templates: others ignore them. */
function wireThinking(choice: ThinkingChoice | undefined, { thinking }: Dialect): object {
  if (choice === undefined || choice === 'default' || thinking === 'none') return {};
  const isOn = choice !== 'off';
  return {
    reasoning_effort: isOn ? choice : 'none',
    ...(thinking === 'field and variables' && {
      chat_template_kwargs: { enable_thinking: isOn, thinking: isOn, ...(isOn && { reasoning_effort: choice }) },
    }),
  };
}

/**
 * As few thoughts as the model can, where its levels are not known: a template with a switch has none, one with levels
 * the lowest. Not every engine knows the word `none`.
 */
function wireNoThoughts({ thinking }: Dialect): object {
  if (thinking === 'none') return {};
  return {
    reasoning_effort: 'low',
    ...(thinking === 'field and variables' && {
      chat_template_kwargs: { enable_thinking: false, thinking: false, reasoning_effort: 'low' },
    }),
  };
}

/** Servers name other constraints differently; they are left out: who asks for one checks the answer. */
function wireFormat(format: ResponseFormat): object {
  switch (format.type) {
    case 'json':
      return { response_format: { type: 'json_object' } };
    case 'schema':
      return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format.schema } } };
    case 'text':
    case 'choice':
    case 'grammar':
      return {};
  }
}

/** Only what most engines know. */
function wireSampling(sampling: SamplingOptions): object {
  const fields: Record<string, number | undefined> = {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    min_p: sampling.minP,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    seed: sampling.seed,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
