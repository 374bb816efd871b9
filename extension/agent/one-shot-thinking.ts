import { thinkingBudgets, thinkingLevels, type ThinkingChoice } from '../../native/protocol/thinking.ts';
import type { GenerateOptions } from '../../native/protocol/generation.ts';
import type { ModelFacts } from './agent-model.ts';

/** How much the model thinks for requests outside any conversation: a level, or as little as it can. */
export type OneShotThinking = ThinkingChoice | 'least';

/** How much the model thinks where the user has set nothing: who waits in the editor waits for text. */
const oneShotThinkingDefault: OneShotThinking = 'least';

/** Reads the setting. What is no level is the default. */
export function readOneShotThinking(setting: unknown): OneShotThinking {
  const known: readonly OneShotThinking[] = ['least', 'default', ...thinkingLevels];
  return known.find((level) => level === setting) ?? oneShotThinkingDefault;
}

/** The level of a session, and the options of its reply. */
export interface ReplyThoughts {
  readonly thinking?: ThinkingChoice;
  readonly options: Pick<GenerateOptions, 'maxTokens' | 'thinking' | 'thinkingBudget'>;
}

/** `answerTokens`: what the answer may have, beside the thoughts. */
export function replyThoughts(chosen: OneShotThinking, model: ModelFacts, answerTokens: number): ReplyThoughts {
  const thinking = chosen === 'least' ? leastOf(model) : chosen;
  // Which levels the model has is not known.
  if (thinking === undefined) return { options: { maxTokens: answerTokens, thinkingBudget: 0 } };
  const maxTokens = answerTokens + (thinkingBudgets[thinking] ?? 0);
  return { thinking, options: { maxTokens, thinking } };
}

/** Undefined: not known. A model without levels does what it does. */
function leastOf({ thinking }: ModelFacts): ThinkingChoice | undefined {
  return thinking === undefined ? undefined : (thinking[0] ?? 'default');
}
