import { z } from 'zod';
import { isDeeper } from '../../protocol/nesting.ts';

const jsonDepthMax = 64;

/** JSON of bounded depth: what comes after it may walk it recursively. */
const json = z
  .json()
  .refine((value) => !isDeeper(value, jsonDepthMax), { error: `nested deeper than ${jsonDepthMax} levels` });

export const jsonSchema = z.union([z.boolean(), z.record(z.string(), json)]);

const name = z.string().min(1).max(256);
const toolCall = z.strictObject({ id: z.string(), name, arguments: z.string() });

export const chatMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({ role: z.literal('user'), content: z.string() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string(),
    reasoning: z.string().optional(),
    toolCalls: z.array(toolCall).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content: z.string(), toolCallId: z.string(), name }),
]);

export const tokenIds = z.array(z.int().nonnegative().max(0x7fffffff));
export const logEntry = z.strictObject({ message: chatMessage, ids: tokenIds });

export const toolDefinition = z.strictObject({ name, description: z.string().optional(), parameters: jsonSchema });

export const sessionSettings = {
  tools: z.array(toolDefinition).max(512).optional(),
  templateOptions: z.record(z.string(), json).optional(),
  label: z.string().max(256).optional(),
};

const share = z.number().min(0).max(1);
const penalty = z.number().min(-10).max(10);

const samplingOptions = z.strictObject({
  temperature: z.number().min(0).max(10).optional(),
  topK: z.int().nonnegative().optional(),
  topP: share.optional(),
  minP: share.optional(),
  repeatPenalty: z.number().positive().max(10).optional(),
  repeatLastN: z.int().min(-1).optional(),
  frequencyPenalty: penalty.optional(),
  presencePenalty: penalty.optional(),
  dryMultiplier: z.number().nonnegative().max(100).optional(),
  dryBase: z.number().positive().max(100).optional(),
  dryAllowedLength: z.int().nonnegative().optional(),
  seed: z.int().optional(),
  logitBias: z.record(z.string().regex(/^\d+$/, 'expected a token id for every key'), z.number()).optional(),
});

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json') }),
  z.strictObject({ type: z.literal('schema'), schema: jsonSchema }),
  z.strictObject({ type: z.literal('grammar'), gbnf: z.string() }),
]);

export const generateOptions = z.strictObject({
  sampling: samplingOptions.optional(),
  maxTokens: z.int().nonnegative().optional(),
  stop: z.array(z.string().min(1)).max(64).optional(),
  toolChoice: z.union([z.enum(['none', 'auto', 'required']), z.strictObject({ name })]).optional(),
  parallelToolCalls: z.boolean().optional(),
  responseFormat: responseFormat.optional(),
  logprobs: z.int().min(0).max(100).optional(),
  priority: z.enum(['ghostText', 'inline', 'agent', 'background']).optional(),
});
