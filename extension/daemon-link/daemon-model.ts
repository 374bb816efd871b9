import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { LoadedModel, LogEntry, PromptSize } from '../../native/protocol/methods.ts';
import type { AgentModel, ModelFacts, ModelSession, SessionOptions } from '../agent/agent-model.ts';
import { DaemonSession } from './daemon-session.ts';
import type { RpcClient } from './rpc-client.ts';

/** How sessions send requests. */
export type DaemonClient = Pick<RpcClient, 'request'>;

/** The link, as models and their sessions use it. */
export interface ModelConnection {
  /** The current connection, with a model loaded. */
  client(): Promise<DaemonClient>;
  readonly loaded: LoadedModel | undefined;
}

/** Number of texts with a cached token count: results and drafts are counted often. */
const countsMax = 2000;

/** The model the daemon has loaded, as the agent sees it. There is one per load. */
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
      callsAsText: loaded.callsAsText,
      thinking: loaded.thinking.levels,
      speedKey: settingsKey(loaded),
      kvBytesPerToken: loaded.plan.kvBytesPerToken,
    };
  }

  async open(settings: SessionOptions, entries: readonly LogEntry[] = []): Promise<ModelSession> {
    const session = new DaemonSession(this.#connection, settings, entries, this.facts.fingerprint);
    await session.ready();
    return session;
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    // Read before asking: another call may clear the remembered counts meanwhile.
    const found = new Map(texts.map((text) => [text, this.#counts.get(text)]));
    const unknown = [...found.keys()].filter((text) => found.get(text) === undefined);
    if (unknown.length > 0) {
      const client = await this.#connection.client();
      const { counts } = await client.request('tokens.count', { texts: unknown });
      for (const [at, text] of unknown.entries()) this.#remember(text, counts[at] ?? 0, found);
    }
    return texts.map((text) => found.get(text) ?? 0);
  }

  async promptSize(
    { tools, entries }: { readonly tools: readonly ToolDefinition[]; readonly entries: readonly LogEntry[] },
    messages: readonly ChatMessage[],
  ): Promise<PromptSize> {
    const client = await this.#connection.client();
    return client.request('session.measure', { tools, entries, messages });
  }

  #remember(text: string, count: number, found: Map<string, number | undefined>): void {
    found.set(text, count);
    if (this.#counts.size >= countsMax) this.#counts.clear();
    this.#counts.set(text, count);
  }
}

/** Identifies the model, and on what it computes. */
function settingsKey({ fingerprint, plan, threads }: LoadedModel): string {
  return [fingerprint, plan.kvType, plan.gpuLayers, plan.cpuExpertLayers, threads].join(' ');
}
