import { z } from 'zod';
import {
  biasLimit,
  logprobsLimit,
  messagesMax,
  samplingLimits,
  stopsMax,
  thinkingBudgetLimit,
  toolsMax,
} from '../../protocol/limits.ts';
import type { Limit } from '../../protocol/limits.ts';
import { isDeeper } from '../../protocol/nesting.ts';
import { thinkingLevels } from '../../protocol/thinking.ts';

const jsonDepthMax = 64;

/** JSON of bounded depth, because later code walks it recursively. */
const json = z
  .json()
  .refine((value) => !isDeeper(value, jsonDepthMax), { error: `nested deeper than ${jsonDepthMax} levels` });

const jsonSchema = z.union([z.boolean(), z.record(z.string(), json)]);

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

/** A list of at most as many as a conversation may have; more of them are not looked at. */
export function messageList<T extends z.ZodType>(item: T) {
  return z.array(z.unknown()).max(messagesMax).pipe(z.array(item));
}

const tokenIds = z.array(z.int().nonnegative().max(0x7fffffff));
export const logEntry = z.strictObject({ message: chatMessage, ids: tokenIds });

const toolDefinition = z.strictObject({ name, description: z.string().optional(), parameters: jsonSchema });

const thinkingChoice = z.enum(['default', ...thinkingLevels]);

export const sessionSettings = {
  tools: z.array(toolDefinition).max(toolsMax).optional(),
  templateOptions: z.record(z.string(), json).optional(),
  thinking: thinkingChoice.optional(),
  label: z.string().max(256).optional(),
};

export function within({ least, most, whole }: Limit) {
  return (whole ? z.int() : z.number()).min(least).max(most);
}

export const samplingOptions = z.strictObject({
  temperature: within(samplingLimits.temperature).optional(),
  topK: within(samplingLimits.topK).optional(),
  topP: within(samplingLimits.topP).optional(),
  minP: within(samplingLimits.minP).optional(),
  repeatPenalty: within(samplingLimits.repeatPenalty).optional(),
  repeatLastN: within(samplingLimits.repeatLastN).optional(),
  frequencyPenalty: within(samplingLimits.frequencyPenalty).optional(),
  presencePenalty: within(samplingLimits.presencePenalty).optional(),
  dryMultiplier: within(samplingLimits.dryMultiplier).optional(),
  dryBase: within(samplingLimits.dryBase).optional(),
  dryAllowedLength: within(samplingLimits.dryAllowedLength).optional(),
  seed: within(samplingLimits.seed).optional(),
  logitBias: z.record(z.string().regex(/^\d+$/, 'expected a token id for every key'), within(biasLimit)).optional(),
});

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json') }),
  z.strictObject({ type: z.literal('schema'), schema: jsonSchema }),
  z.strictObject({ type: z.literal('choice'), choices: z.array(z.string().min(1)).min(1).max(1000) }),
  z.strictObject({ type: z.literal('grammar'), gbnf: z.string() }),
]);

export const generateOptions = z.strictObject({
  sampling: samplingOptions.optional(),
  maxTokens: z.int().positive().optional(),
  stop: z.array(z.string().min(1)).max(stopsMax).optional(),
  toolChoice: z.union([z.enum(['none', 'auto', 'required']), z.strictObject({ name })]).optional(),
  parallelToolCalls: z.boolean().optional(),
  responseFormat: responseFormat.optional(),
  logprobs: within(logprobsLimit).optional(),
  priority: z.enum(['ghostText', 'inline', 'agent', 'background']).optional(),
  thinking: thinkingChoice.optional(),
  thinkingBudget: within(thinkingBudgetLimit).optional(),
});
