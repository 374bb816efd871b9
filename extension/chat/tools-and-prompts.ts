import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { AgentModel, ModelFacts } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import { plainRequest, type AskedRequest } from '../context/mentions/mention-kind.ts';
import type { Mentions } from '../context/mentions/mentions.ts';
import type { FirstLook } from '../workspace/first-look.ts';
import { compactProfile, fullProfile, type PromptProfile, type PromptFacts } from '../context/prompt-profiles.ts';
import type { AskUser } from '../permission/user-answer.ts';
import { Gate, type GateFacts } from '../permission/gate.ts';
import type { ShellReader } from '../permission/shell/shell-command.ts';
import { toolList, type ToolGroups } from '../tools/tool-list.ts';
import { Toolbox } from '../tools/toolbox.ts';
import type { Suggestion } from '../../webview/messages.ts';
import type { ChatWorkspace, RequestCost } from './chat-workspace.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';

export interface WorkspaceParts {
  readonly tools: ToolGroups;
  readonly permission: GateFacts;
  readonly shell: () => Promise<ShellReader>;
  readonly workspace: () => PromptFacts;
  readonly mentions: Mentions;
  readonly look: () => Promise<FirstLook>;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Milliseconds for which the workspace block is reused. */
const blockFreshMs = 10_000;
/** For tools that are described to the model and never called. */
const noHooks: ConversationHooks = { plan: () => undefined, question: async () => '', delegate: async () => '' };

/** Builds the chat's tools, permission gates and prompts from the parts of this workspace. */
export class ToolsAndPrompts implements ChatWorkspace {
  readonly #parts: WorkspaceParts;
  /** One gate per asker: what the user grants for the session must outlast the turn. */
  readonly #gates = new Map<AskUser, Promise<Gate>>();
  #block: { readonly at: number; readonly opening: Promise<readonly ChatMessage[]> } | undefined;

  constructor(parts: WorkspaceParts) {
    this.#parts = parts;
  }

  tools(facts: ModelFacts, hooks: ConversationHooks): AgentTools {
    return new Toolbox(toolList(this.#parts.tools, hooks), facts.profile);
  }

  /** The tools the model is told about when it explains code outside a conversation: small models were taught so. */
  explainTools(facts: ModelFacts): readonly ToolDefinition[] {
    return facts.profile === 'compact' ? this.tools(facts, noHooks).definitions() : [];
  }

  gate(ask: AskUser): AgentGate {
    return {
      mayLook: async (access) => (await this.#gate(ask)).mayLook(access),
      decide: async (asked, signal) => (await this.#gate(ask)).decide(asked, signal),
    };
  }

  profile(facts: ModelFacts): PromptProfile {
    const workspace = this.#parts.workspace();
    return facts.profile === 'compact' ? compactProfile(facts, workspace) : fullProfile(facts, workspace);
  }

  look(): Promise<FirstLook> {
    return this.#parts.look();
  }

  suggest(query: string): Promise<readonly Suggestion[] | undefined> {
    return this.#parts.mentions.suggest(query);
  }

  expandMentions(request: string, facts: ModelFacts): Promise<AskedRequest> {
    return this.#parts.mentions.expand(request, facts.profile);
  }

  async cost(request: string, model: AgentModel, said: readonly ChatMessage[]): Promise<RequestCost> {
    const { facts } = model;
    const mentioned = await this.#parts.mentions.texts(request, facts.profile);
    const asked = await this.#parts.mentions.expand(request, facts.profile, { asks: false });
    const messages = await this.#added(asked, facts, said);
    const texts = [...mentioned.map(({ text }) => text), ...messages.map(({ content }) => content)];
    const counts = await model.countTokens(texts);
    return {
      tokens: counts.slice(mentioned.length).reduce((sum, count) => sum + count, 0),
      messages,
      mentions: mentioned.map(({ kind, label, secret }, at) => ({
        kind,
        label,
        tokens: counts[at] ?? 0,
        asks: secret,
      })),
    };
  }

  /** The messages that the request would add. */
  async #added(asked: AskedRequest, facts: ModelFacts, said: readonly ChatMessage[]): Promise<readonly ChatMessage[]> {
    const profile = this.profile(facts);
    if (said.length > 0) return [await profile.followUp(asked, said)];
    if (facts.profile !== 'compact') return profile.opening(asked);
    // The block follows the request.
    const [system, block] = await this.#opening(facts);
    if (system === undefined || block === undefined) return [];
    return [system, { role: 'user', content: asked.text + block.content }];
  }

  /**
   * A small model's opening without a request. Making it reads all files of the workspace, and it is the same for every
   * request, so it is reused for a while.
   */
  #opening(facts: ModelFacts): Promise<readonly ChatMessage[]> {
    const now = this.#parts.now();
    if (this.#block === undefined || now - this.#block.at > blockFreshMs)
      this.#block = { at: now, opening: this.profile(facts).opening(plainRequest('')) };
    return this.#block.opening;
  }

  #gate(ask: AskUser): Promise<Gate> {
    const known = this.#gates.get(ask);
    if (known !== undefined) return known;
    const made = this.#parts.shell().then((shell) => new Gate(this.#parts.permission, shell, ask));
    this.#gates.set(ask, made);
    // If the shell grammar did not load, the next call tries again.
    made.catch(() => this.#gates.delete(ask));
    return made;
  }
}
