import { z } from 'zod';
import type { ThinkingChoice } from '../../../protocol/thinking.ts';
import { thinkingBudgetLimit } from '../../../protocol/limits.ts';
import { optional } from './parse-fields.ts';
import { within } from './sampling-fields.ts';

const efforts = {
  none: 'off',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
} as const satisfies Record<string, ThinkingChoice>;

type Effort = keyof typeof efforts;

/** OpenAI's word for how much a model thinks. */
export const effortField = optional(z.enum(Object.keys(efforts) as [Effort, ...Effort[]]));

/** The names that llama-server has for a budget in tokens; -1: none. */
const budget = optional(within({ ...thinkingBudgetLimit, least: -1 }));
export const budgetFields = { thinking_budget_tokens: budget, reasoning_budget_tokens: budget };

/** The level of an effort, for a conversation's settings. */
export function thinkingOf(effort: Effort | undefined): { readonly thinking?: ThinkingChoice } {
  return effort === undefined ? {} : { thinking: efforts[effort] };
}

/** The budget of a request, for the options of its turn. */
export function budgetOf(fields: {
  readonly thinking_budget_tokens?: number | undefined;
  readonly reasoning_budget_tokens?: number | undefined;
}): { readonly thinkingBudget?: number } {
  const tokens = fields.thinking_budget_tokens ?? fields.reasoning_budget_tokens ?? -1;
  return tokens < 0 ? {} : { thinkingBudget: tokens };
}
