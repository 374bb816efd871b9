import type { ToolDefinition } from '../../native/protocol/chat.ts';
import type { AgentModel, ModelFacts, SessionEntry } from '../agent/agent-model.ts';
import { newDialect, type Dialect } from './chat-request.ts';
import type { EngineClient } from './engine-client.ts';
import { RemoteSession } from './remote-session.ts';
import type { TokenCounter } from './token-counter.ts';

export interface RemoteModelFacts {
  readonly id: string;
  readonly contextTokens: number;
}

/** The model that ships with the extension, wherever it is served: it was taught one short prompt. */
const compactName = /(^|\/)(moonwright-)?nano(\.gguf)?$/i;

/** A model of an engine elsewhere, as the agent sees it. Owns: what the engine's dialect turned out to be. */
export class RemoteModel implements AgentModel {
  readonly client: EngineClient;
  readonly counter: TokenCounter;
  readonly dialect: Dialect = newDialect();
  readonly id: string;
  #contextTokens: number;

  constructor(client: EngineClient, counter: TokenCounter, { id, contextTokens }: RemoteModelFacts) {
    this.client = client;
    this.counter = counter;
    this.id = id;
    this.#contextTokens = contextTokens;
  }

  get facts(): ModelFacts {
    return {
      name: this.id,
      elsewhere: this.client.address.host,
      fingerprint: `elsewhere ${this.client.address.base} ${this.id}`,
      profile: compactName.test(this.id) ? 'compact' : 'full',
      contextTokens: this.#contextTokens,
    };
  }

  /** The engine has refused a request and told a smaller window than was known. */
  narrow(contextTokens: number): void {
    this.#contextTokens = Math.min(this.#contextTokens, contextTokens);
  }

  async open(
    settings: { readonly tools: readonly ToolDefinition[] },
    entries: readonly SessionEntry[] = [],
  ): Promise<RemoteSession> {
    return new RemoteSession(this, settings.tools, entries);
  }

  countTokens(texts: readonly string[]): Promise<readonly number[]> {
    return this.counter.count(texts, new AbortController().signal);
  }
}
