import { z } from 'zod';
import type { JsonSchema } from '../../../protocol/chat.ts';
import type { GenerateResult, ResponseFormat } from '../../../protocol/generation.ts';
import { samplingLimits, toolsMax } from '../../../protocol/limits.ts';
import type { AnswerPiece, AnswerSink, ChatTurn } from '../chat-turn.ts';
import type { RouteCall } from '../route.ts';
import { sendJson } from '../route.ts';
import { answerChat } from '../chat-turn.ts';
import { EventStream, jsonLines } from '../wire/event-stream.ts';
import { optional, parseFields } from '../wire/parse-fields.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../local/request-body.ts';
import { readStop, seedOf, within } from '../wire/sampling-fields.ts';
import { keepAliveMsDefault, streamAnswer } from '../wire/stream-answer.ts';
import { jsonSchema, toolDefinitions, toolName } from '../wire/tool-definitions.ts';
import { messagesSchema, readMessages } from './chat-messages.ts';
import { chooseTag } from './models.ts';
import { ollamaError } from './ollama-error.ts';

const toolSchema = z.object({
  type: z.literal('function', 'Expected "function".'),
  function: z.object({ name: toolName, description: optional(z.string()), parameters: optional(jsonSchema) }),
});

const chatSchema = z.object({
  model: optional(z.string()),
  messages: messagesSchema,
  tools: optional(z.array(z.unknown()).max(toolsMax, `Expected at most ${toolsMax} tools.`).pipe(z.array(toolSchema))),
  format: optional(
    z.union([z.literal(['', 'json']), z.record(z.string(), z.unknown())], 'Expected "json" or a schema.'),
  ),
  think: optional(z.union([z.boolean(), z.enum(['low', 'medium', 'high', 'max'])], 'Expected a boolean or a level.')),
  stream: optional(z.boolean()),
  // The context's size is that of the loaded model: num_ctx changes nothing.
  options: optional(
    z.object({
      temperature: optional(within(samplingLimits.temperature)),
      top_k: optional(within(samplingLimits.topK)),
      top_p: optional(within(samplingLimits.topP)),
      min_p: optional(within(samplingLimits.minP)),
      repeat_penalty: optional(within(samplingLimits.repeatPenalty)),
      repeat_last_n: optional(within(samplingLimits.repeatLastN)),
      presence_penalty: optional(within(samplingLimits.presencePenalty)),
      frequency_penalty: optional(within(samplingLimits.frequencyPenalty)),
      seed: optional(z.int()),
      num_predict: optional(z.int()),
      stop: optional(z.union([z.string(), z.array(z.string())])),
    }),
  ),
});

type ChatFields = z.output<typeof chatSchema>;

/** POST /api/chat: the model's next message, as a client of Ollama asks for it. */
export async function chat({ request, response, context, signal }: RouteCall): Promise<void> {
  const fields = parseFields(chatSchema, await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseTag(context, fields.model);
  const identity = () => ({ model: fields.model ?? model.loaded.name, created_at: new Date().toISOString() });
  if (fields.messages.length === 0) {
    const message = { role: 'assistant', content: '' };
    sendJson(response, { ...identity(), message, done: true, done_reason: 'load' });
    return;
  }
  const turn = readTurn(fields);
  if (fields.stream === false) {
    const pieces: AnswerPiece[] = [];
    const result = await answerChat(
      model,
      turn,
      sinkOf((piece) => pieces.push(piece)),
      { signal },
    );
    sendJson(response, { ...identity(), message: messageOf(pieces), ...endOf(result) });
    return;
  }
  const events = new EventStream(response, context.keepAliveMs ?? keepAliveMsDefault, jsonLines);
  const write = async (): Promise<void> => {
    const sink = sinkOf(
      (piece) => events.send({ ...identity(), message: messageOf([piece]), done: false }),
      () => events.open(),
    );
    const result = await answerChat(model, turn, sink, { signal, ready: () => events.ready() });
    events.send({ ...identity(), message: messageOf([]), ...endOf(result) });
  };
  await streamAnswer(events, write, ollamaError);
}

function sinkOf(piece: AnswerSink['piece'], open: AnswerSink['open'] = () => undefined): AnswerSink {
  return { piece, open, begin: open };
}

function readTurn(fields: ChatFields): ChatTurn {
  const tools = toolDefinitions(
    (fields.tools ?? []).map((tool) => tool.function),
    (at) => `tools[${at}].function.name`,
  );
  const options = fields.options;
  const most = options?.num_predict;
  const seed = options?.seed;
  return {
    settings: {
      ...(tools.length > 0 ? { tools } : {}),
      ...readThink(fields.think),
    },
    messages: readMessages(fields.messages),
    options: {
      sampling: {
        temperature: options?.temperature,
        topK: options?.top_k,
        topP: options?.top_p,
        minP: options?.min_p,
        repeatPenalty: options?.repeat_penalty,
        repeatLastN: options?.repeat_last_n,
        presencePenalty: options?.presence_penalty,
        frequencyPenalty: options?.frequency_penalty,
        seed: seed === undefined || seed === -1 ? undefined : seedOf(seed, 0),
      },
      maxTokens: most === undefined || most < 1 ? undefined : most, // -1 and -2: without a limit
      stop: readStop(options?.stop),
      responseFormat: readFormat(fields.format),
    },
  };
}

function readThink(think: ChatFields['think']): ChatTurn['settings'] {
  if (think === undefined) return {};
  if (typeof think === 'string') return { thinking: think };
  return { thinking: think ? 'on' : 'off' };
}

function readFormat(format: ChatFields['format']): ResponseFormat | undefined {
  if (format === undefined || format === '') return undefined;
  return format === 'json' ? { type: 'json' } : { type: 'schema', schema: format as JsonSchema };
}

/** A message of these pieces, in Ollama's shape. */
function messageOf(pieces: readonly AnswerPiece[]): object {
  const textOf = (kind: 'text' | 'reasoning'): string =>
    pieces.map((piece) => (piece.kind === kind ? piece.text : '')).join('');
  const calls = pieces.flatMap((piece) =>
    piece.kind === 'call'
      ? [{ id: piece.id, function: { name: piece.name, arguments: JSON.parse(piece.arguments || '{}') as unknown } }]
      : [],
  );
  const thinking = textOf('reasoning');
  return {
    role: 'assistant',
    content: textOf('text'),
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

/** The end of an answer; durations are nanoseconds. */
function endOf({ finish, usage, timings }: GenerateResult): object {
  const nanoseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6);
  return {
    done: true,
    done_reason: finish === 'length' ? 'length' : 'stop',
    total_duration: nanoseconds(timings.queue + timings.prefill + timings.decode),
    load_duration: 0,
    prompt_eval_count: usage.reused + usage.computed,
    prompt_eval_duration: nanoseconds(timings.prefill),
    eval_count: usage.generated,
    eval_duration: nanoseconds(timings.decode),
  };
}
