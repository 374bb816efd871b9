import type { ToolDefinition } from '../../native/protocol/chat.ts';
import type { ModelFacts } from '../agent/agent-model.ts';
import type { AgentGate, AgentTools } from '../agent/agent-tools.ts';
import { compactProfile, fullProfile, type WorkspaceFacts } from '../context/prompt-profiles.ts';
import type { AskUser } from '../permission/ask-user.ts';
import { Gate, type GateFacts } from '../permission/gate.ts';
import type { ShellReader } from '../permission/shell-command.ts';
import { toolList, type ToolParts } from '../tools/tool-list.ts';
import { Toolbox } from '../tools/toolbox.ts';
import type { Suggestion } from '../../webview/messages.ts';
import type { ChatHooks, ChatWorkbench, PromptProfile } from './chat-parts.ts';
import type { Mentions } from './mentions.ts';

export interface WorkbenchParts {
  readonly tools: ToolParts;
  readonly permission: GateFacts;
  readonly shell: () => Promise<ShellReader>;
  readonly workspace: () => WorkspaceFacts;
  readonly mentions: Mentions;
}

/** Tools, permissions and prompts of this workspace, put together for the chat. */
export class Workbench implements ChatWorkbench {
  readonly #parts: WorkbenchParts;
  /** One gate for each asker: what the user grants for the session must outlast the turn. */
  readonly #gates = new Map<AskUser, Promise<Gate>>();
  #profile: ModelFacts['profile'] = 'full';

  constructor(parts: WorkbenchParts) {
    this.#parts = parts;
  }

  tools(facts: ModelFacts, hooks: ChatHooks): AgentTools {
    return new Toolbox(toolList(this.#parts.tools, hooks), facts.profile);
  }

  gate(ask: AskUser): AgentGate {
    return { decide: async (resolved, signal) => (await this.#gate(ask)).decide(resolved, signal) };
  }

  profile(facts: ModelFacts, _tools: readonly ToolDefinition[]): PromptProfile {
    this.#profile = facts.profile;
    return facts.profile === 'compact' ? compactProfile(facts, this.#parts.workspace()) : fullProfile(facts, this.#parts.workspace());
  }

  suggest(query: string): Promise<readonly Suggestion[]> {
    return this.#parts.mentions.suggest(query);
  }

  expandMentions(request: string): Promise<string> {
    return this.#parts.mentions.expand(request, this.#profile);
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
