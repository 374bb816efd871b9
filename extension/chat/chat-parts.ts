import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateOptions } from '../../native/protocol/generation.ts';
import type { AgentModel, ModelFacts } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import type { TurnLimits } from '../agent/run-turn.ts';
import type { AskedRequest } from '../context/mentions/mention.ts';
import type { AskUser } from '../permission/ask-user.ts';
import type { Item, MentionCost, PermissionMode, Suggestion } from '../../webview/messages.ts';

/** How a model is talked to: one profile for small models, one for all others. */
export interface PromptProfile {
  readonly limits: TurnLimits;
  readonly generate: GenerateOptions;
  /** The messages before the first reply: the system's words, and the request with what is known of the workspace. */
  opening(request: AskedRequest): Promise<readonly ChatMessage[]>;
  /** A later request, with what is new since `said`: the messages so far, which never change. */
  followUp(request: AskedRequest, said: readonly ChatMessage[]): Promise<ChatMessage>;
}

export interface RequestCost {
  readonly tokens: number;
  readonly mentions: readonly MentionCost[];
}

/** What tools need of the chat they run in. */
export interface ChatHooks {
  readonly plan: (steps: Extract<Item, { kind: 'plan' }>['steps']) => void;
  readonly question: (question: string, choices: readonly string[], signal: AbortSignal) => Promise<string>;
  /** Runs a task in a conversation of its own and returns its last words. */
  readonly delegate: (task: string, signal: AbortSignal) => Promise<string>;
}

/** The workspace as the chat uses it; put together in main.ts. */
export interface ChatWorkbench {
  tools(facts: ModelFacts, hooks: ChatHooks): AgentTools;
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
