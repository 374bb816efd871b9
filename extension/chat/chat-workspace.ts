import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { AgentModel, ModelFacts } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import type { AskedRequest } from '../context/mentions/mention-kind.ts';
import type { FirstLook } from '../workspace/first-look.ts';
import type { PromptProfile } from '../context/prompt-profiles.ts';
import type { AskUser } from '../permission/user-answer.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';
import type { MentionCost, Suggestion } from '../../webview/messages.ts';

/** What a request would add to the conversation. */
export interface RequestCost {
  readonly tokens: number;
  readonly messages: readonly ChatMessage[];
  readonly mentions: readonly MentionCost[];
}

/** The workspace as the chat uses it: its tools, permissions, prompts and mentions. */
export interface ChatWorkspace {
  tools(facts: ModelFacts, hooks: ConversationHooks): AgentTools;
  gate(ask: AskUser): AgentGate;
  profile(facts: ModelFacts): PromptProfile;
  /** What the workspace is made of, once its files have been read. */
  look(): Promise<FirstLook>;
  suggest(query: string): Promise<readonly Suggestion[] | undefined>;
  /** The request with the content of its mentions, for this model. Asks before it includes anything secret. */
  expandMentions(request: string, facts: ModelFacts): Promise<AskedRequest>;
  /** Cost of a request in a conversation with the messages `said`. Asks the user nothing. */
  cost(request: string, model: AgentModel, said: readonly ChatMessage[]): Promise<RequestCost>;
}
