import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { ThinkingChoice, ThinkingLevel } from '../../native/protocol/thinking.ts';
import type { ModelFacts } from '../agent/agent-model.ts';

/** How the model answers in one conversation, as the user chose it. */
export interface AnswerStyle {
  readonly thinking: ThinkingChoice;
  readonly length: 'full' | 'short';
}

/** What can be chosen for the model in use. */
export interface StyleChoices {
  readonly levels: readonly ThinkingLevel[];
  readonly lengths: boolean;
}

/** What is known of the model in use. */
interface StyledModel {
  readonly profile: 'compact' | 'full';
  readonly thinking?: readonly ThinkingLevel[];
}

export const usualStyle: AnswerStyle = { thinking: 'default', length: 'full' };

/** Where the user's request asks for a short answer: at its end, so that nothing before it changes. */
const shortAnswer = 'Keep your final answer short: a few sentences, no headings.';

/** A small model knows only the prompt it was taught. */
export function styleChoices({ profile, thinking = [] }: StyledModel): StyleChoices {
  return { levels: thinking, lengths: profile === 'full' };
}

/** The messages of a turn whose last one begins with `request`, asking for an answer in that style. */
export function inStyle(
  messages: readonly ChatMessage[],
  request: string,
  { length }: AnswerStyle,
  facts: ModelFacts,
): readonly ChatMessage[] {
  const last = messages.at(-1);
  if (length === 'full' || facts.profile === 'compact' || last === undefined) return messages;
  const content = `${request}\n\n${shortAnswer}${last.content.slice(request.length)}`;
  return [...messages.slice(0, -1), { ...last, content }];
}
