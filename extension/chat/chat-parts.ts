import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { AgentModel, ModelFacts } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import type { AskedRequest } from '../context/mentions/mention-kind.ts';
import type { PromptProfile } from '../context/prompt-profiles.ts';
import type { AskUser } from '../permission/user-answer.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';
import type { PermissionMode } from '../permission/permission-mode.ts';
import type { MentionCost, Suggestion } from '../../webview/messages.ts';

export interface RequestCost {
  readonly tokens: number;
  readonly mentions: readonly MentionCost[];
}

/** The workspace as the chat uses it; put together in main.ts. */
export interface ChatWorkbench {
  tools(facts: ModelFacts, hooks: ConversationHooks): AgentTools;
  gate(ask: AskUser): AgentGate;
  profile(facts: ModelFacts, tools: readonly ToolDefinition[]): PromptProfile;
  suggest(query: string): Promise<readonly Suggestion[]>;
  /** The request with what its mentions name; asks before anything secret goes along. */
  expandMentions(request: string): Promise<AskedRequest>;
  /** What a request would add to a conversation that has `said` so far, in tokens, and what each of its mentions does. */
  cost(request: string, model: AgentModel, said: readonly ChatMessage[]): Promise<RequestCost>;
}

/** What the chat asks of the window around it. */
export interface ChatWindow {
  mode(): PermissionMode;
  setMode(mode: PermissionMode): Promise<void>;
  trusted(): boolean;
  /** Which of these files, changed by the user since, to overwrite; undefined: leave everything as it is. */
  confirmOverwrite(files: readonly string[]): Promise<readonly string[] | undefined>;
  /** Says that an answer is needed, when the window is not in front. */
  callForAttention(text: string): void;
  open(path: string, line: number | undefined): Promise<void>;
  /** Opens an address outside the editor, after the editor has asked the user. */
  openLink(url: string): Promise<void>;
  copy(text: string): Promise<void>;
  insert(text: string): Promise<void>;
  applyCode(text: string, path: string | undefined): Promise<void>;
  pickModel(): Promise<void>;
  notice(id: string, action: string): Promise<void>;
  /** Remembers which conversation is open in this workspace. */
  remember(conversation: string): Promise<void>;
}
