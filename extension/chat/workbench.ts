import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { AgentModel, ModelFacts } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import { plainRequest, type AskedRequest } from '../context/mentions/mention-kind.ts';
import type { Mentions } from '../context/mentions/mentions.ts';
import { compactProfile, fullProfile, type PromptProfile, type PromptFacts } from '../context/prompt-profiles.ts';
import type { AskUser } from '../permission/user-answer.ts';
import { Gate, type GateFacts } from '../permission/gate.ts';
import type { ShellReader } from '../permission/shell-command.ts';
import { toolList, type ToolGroups } from '../tools/tool-list.ts';
import { Toolbox } from '../tools/toolbox.ts';
import type { Suggestion } from '../../webview/messages.ts';
import type { ChatWorkbench, RequestCost } from './chat-parts.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';

export interface WorkbenchParts {
  readonly tools: ToolGroups;
  readonly permission: GateFacts;
  readonly shell: () => Promise<ShellReader>;
  readonly workspace: () => PromptFacts;
  readonly mentions: Mentions;
}

/** How long the cost of a workspace's block is taken as it was, in milliseconds. */
const blockFreshMs = 10_000;

/** Tools, permissions and prompts of this workspace, put together for the chat. */
export class Workbench implements ChatWorkbench {
  readonly #parts: WorkbenchParts;
  /** One gate for each asker: what the user grants for the session must outlast the turn. */
  readonly #gates = new Map<AskUser, Promise<Gate>>();
  #profile: ModelFacts['profile'] = 'full';
  #block: { readonly at: number; readonly tokens: Promise<number> } | undefined;

  constructor(parts: WorkbenchParts) {
    this.#parts = parts;
  }

  tools(facts: ModelFacts, hooks: ConversationHooks): AgentTools {
    return new Toolbox(toolList(this.#parts.tools, hooks), facts.profile);
  }

  gate(ask: AskUser): AgentGate {
    return { decide: async (resolved, signal) => (await this.#gate(ask)).decide(resolved, signal) };
  }

  profile(facts: ModelFacts, _tools: readonly ToolDefinition[]): PromptProfile {
    this.#profile = facts.profile;
    return facts.profile === 'compact'
      ? compactProfile(facts, this.#parts.workspace())
      : fullProfile(facts, this.#parts.workspace());
  }

  suggest(query: string): Promise<readonly Suggestion[]> {
    return this.#parts.mentions.suggest(query);
  }

  expandMentions(request: string): Promise<AskedRequest> {
    return this.#parts.mentions.expand(request, this.#profile);
  }

  async cost(request: string, model: AgentModel, said: readonly ChatMessage[]): Promise<RequestCost> {
    const kind = model.facts.profile;
    const profile = this.profile(model.facts, []);
    const asked = await this.#parts.mentions.expand(request, kind, { asks: false });
    const mentioned = await this.#parts.mentions.texts(request, kind);
    const begins = said.length === 0;
    const added =
      begins && kind === 'full'
        ? await profile.opening(asked)
        : begins
          ? [{ content: asked.text }]
          : [await profile.followUp(asked, said)];
    const counts = await model.countTokens([
      ...mentioned.map(({ text }) => text),
      ...added.map(({ content }) => content),
    ]);
    const before = begins && kind === 'compact' ? await this.#blockCost(profile, model) : 0;
    return {
      tokens: counts.slice(mentioned.length).reduce((sum, count) => sum + count, before),
      mentions: mentioned.map(({ kind: of, label, secret }, at) => ({
        kind: of,
        label,
        tokens: counts[at] ?? 0,
        asks: secret,
      })),
    };
  }

  /** What stands around a first request to a small model. The same for all requests, and all files are looked at for it: so it is kept a while. */
  async #blockCost(profile: PromptProfile, model: AgentModel): Promise<number> {
    const now = Date.now();
    if (this.#block === undefined || now - this.#block.at > blockFreshMs) {
      const counted = profile
        .opening(plainRequest(''))
        .then((messages) => model.countTokens(messages.map(({ content }) => content)));
      this.#block = { at: now, tokens: counted.then((counts) => counts.reduce((sum, count) => sum + count, 0)) };
    }
    return this.#block.tokens;
  }

  #gate(ask: AskUser): Promise<Gate> {
    const known = this.#gates.get(ask);
    if (known !== undefined) return known;
    const made = this.#parts.shell().then((shell) => new Gate(this.#parts.permission, shell, ask));
    this.#gates.set(ask, made);
    // A grammar that did not load is tried again with the next call.
    made.catch(() => this.#gates.delete(ask));
    return made;
  }
}
