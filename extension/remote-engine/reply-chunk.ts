import * as z from 'zod';

const text = z.string().nullish();
/** Text, or parts of it; some services write thoughts as a part of their own. */
const part = z.looseObject({ type: z.string().optional(), text, thinking: z.unknown().optional() });
const call = z.looseObject({
  index: z.int().nullish(),
  id: z.union([z.string(), z.number()]).nullish(),
  function: z
    .looseObject({ name: text, arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() })
    .nullish(),
});
const message = z.looseObject({
  content: z.union([z.string(), z.array(part)]).nullish(),
  reasoning_content: text,
  reasoning: text,
  thinking: text,
  tool_calls: z.array(call).nullish(),
});
const usage = z.looseObject({
  prompt_tokens: z.number().min(0),
  completion_tokens: z.number().min(0).nullish(),
  prompt_tokens_details: z.looseObject({ cached_tokens: z.number().min(0).nullish() }).nullish(),
});
const chunk = z.looseObject({
  // `delta` in a stream, `message` in a whole answer.
  choices: z
    .array(z.looseObject({ delta: message.nullish(), message: message.nullish(), finish_reason: text }))
    .nullish(),
  // Numbers only: without them the answer is still one.
  usage: usage.nullish().catch(undefined),
});

export type ReplyChunk = z.output<typeof chunk>;
export type ReplyMessage = z.output<typeof message>;
export type CallDelta = z.output<typeof call>;
export type ReplyUsage = z.output<typeof usage>;

/** Reads one part of an answer. Undefined when it is none: what an engine sends is not trusted. */
export function replyChunk(value: unknown): ReplyChunk | undefined {
  return chunk.safeParse(value).data;
}
