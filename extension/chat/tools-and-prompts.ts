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

/** Milliseconds for which the counted size of the workspace block is reused. */
const blockFreshMs = 10_000;
/** For tools that are described to the model and never called. */
const noHooks: ConversationHooks = { plan: () => undefined, question: async () => '', delegate: async () => '' };

/** Builds the chat's tools, permission gates and prompts from the parts of this workspace. */
export class ToolsAndPrompts implements ChatWorkspace {
  readonly #parts: WorkspaceParts;
  /** One gate per asker: what the user grants for the session must outlast the turn. */
  readonly #gates = new Map<AskUser, Promise<Gate>>();
  #block: { readonly at: number; readonly tokens: Promise<number> } | undefined;

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

  suggest(query: string): Promise<readonly Suggestion[]> {
    return this.#parts.mentions.suggest(query);
  }

  expandMentions(request: string, facts: ModelFacts): Promise<AskedRequest> {
    return this.#parts.mentions.expand(request, facts.profile);
  }

  async cost(request: string, model: AgentModel, said: readonly ChatMessage[]): Promise<RequestCost> {
    const { facts } = model;
    const mentioned = await this.#parts.mentions.texts(request, facts.profile);
    const asked = await this.#parts.mentions.expand(request, facts.profile, { asks: false });
    const added = await this.#added(asked, facts, said);
    const counts = await model.countTokens([...mentioned.map(({ text }) => text), ...added]);
    const block = said.length === 0 && facts.profile === 'compact' ? await this.#blockCost(model) : 0;
    return {
      tokens: counts.slice(mentioned.length).reduce((sum, count) => sum + count, block),
      mentions: mentioned.map(({ kind, label, secret }, at) => ({
        kind,
        label,
        tokens: counts[at] ?? 0,
        asks: secret,
      })),
    };
  }

  /** The texts that the request would add. A small model's first request comes without its workspace block. */
  async #added(asked: AskedRequest, facts: ModelFacts, said: readonly ChatMessage[]): Promise<readonly string[]> {
    const profile = this.profile(facts);
    if (said.length > 0) return [(await profile.followUp(asked, said)).content];
    if (facts.profile === 'compact') return [asked.text];
    return (await profile.opening(asked)).map(({ content }) => content);
  }

  /**
   * Tokens around a small model's first request. Counting them reads all files of the workspace, and the result is the
   * same for every request, so it is reused for a while.
   */
  #blockCost(model: AgentModel): Promise<number> {
    const now = this.#parts.now();
    if (this.#block === undefined || now - this.#block.at > blockFreshMs)
      this.#block = { at: now, tokens: this.#countBlock(model) };
    return this.#block.tokens;
  }

  async #countBlock(model: AgentModel): Promise<number> {
    const messages = await this.profile(model.facts).opening(plainRequest(''));
    const counts = await model.countTokens(messages.map(({ content }) => content));
    return counts.reduce((sum, count) => sum + count, 0);
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
