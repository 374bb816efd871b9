import type { ToolDefinition } from '../../native/protocol/chat.ts';
import type { LoadedModel, LogEntry } from '../../native/protocol/methods.ts';
import type { AgentModel, ModelFacts, ModelSession } from '../agent/agent-model.ts';
import { DaemonSession } from './daemon-session.ts';
import type { RpcClient } from './rpc-client.ts';

/** What sessions need of the link: the connection, and what is loaded behind it. */
export interface ModelConnection {
  client(): Promise<RpcClient>;
  readonly loaded: LoadedModel | undefined;
}

/** Counts kept so that the same text is not sent again: results and drafts are counted often. */
const countsMax = 2000;

/** The daemon's model as the agent sees it. */
export class DaemonModel implements AgentModel {
  readonly #connection: ModelConnection;
  readonly #counts = new Map<string, number>();
  readonly facts: ModelFacts;

  constructor(connection: ModelConnection, loaded: LoadedModel) {
    this.#connection = connection;
    this.facts = {
      name: loaded.name,
      fingerprint: loaded.fingerprint,
      profile: loaded.profile,
      contextTokens: loaded.contextTokens,
    };
  }

  async open(
    settings: { readonly tools: readonly ToolDefinition[]; readonly label: string },
    entries: readonly LogEntry[] = [],
  ): Promise<ModelSession> {
    const session = new DaemonSession(this.#connection, settings, entries, this.facts.fingerprint);
    await session.ready();
    return session;
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    const unknown = [...new Set(texts.filter((text) => !this.#counts.has(text)))];
    if (unknown.length > 0) {
      const { counts } = await (await this.#connection.client()).request('tokens.count', { texts: unknown });
      if (this.#counts.size > countsMax) this.#counts.clear();
      for (const [at, text] of unknown.entries()) this.#counts.set(text, counts[at] ?? 0);
      return texts.map((text) => this.#counts.get(text) ?? counts[unknown.indexOf(text)] ?? 0);
    }
    return texts.map((text) => this.#counts.get(text) ?? 0);
  }
}
