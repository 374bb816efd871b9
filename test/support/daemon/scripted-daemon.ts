// Faked: the model. The daemon's real server, lock and discovery file over sessions that reply from a script.
import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { AssistantMessage, ChatMessage, ToolDefinition } from '../../../native/protocol/chat.ts';
import type { GenerateEvent, GenerateResult } from '../../../native/protocol/generation.ts';
import type { ModelThinking, ThinkingChoice } from '../../../native/protocol/thinking.ts';
import { protocolVersion } from '../../../native/protocol/methods.ts';
import type { LoadedModel, LogEntry, Params, Result, SessionState } from '../../../native/protocol/methods.ts';
import { loadAddon } from '../../../native/daemon/backend/addon-loader.ts';
import { Daemon } from '../../../native/daemon/server/daemon.ts';
import { claimStateDirectory } from '../../../native/daemon/server/daemon-claim.ts';
import { daemonAnswers } from '../../../native/daemon/server/daemon-probe.ts';
import { removeDiscovery, writeDiscovery } from '../../../native/daemon/server/discovery-file.ts';
import { ModelLifecycle } from '../../../native/daemon/server/model-lifecycle.ts';
import type { Loadable } from '../../../native/daemon/server/model-lifecycle.ts';
import type { SessionApi } from '../../../native/daemon/server/session-methods.ts';
import { prepareStateDirectory } from '../../../native/daemon/server/state-directory.ts';
import { fakePlan } from './fake-daemon.ts';
import type { ScriptedReply } from '../extension/scripted-agent-model.ts';

/** A reply, said in pieces of `pieceLength` characters (default: at once) with `pieceMs` milliseconds between them. */
export interface DaemonReply extends ScriptedReply {
  readonly pieceLength?: number;
  readonly pieceMs?: number;
}

/** A request to the model: all messages so far, and its tools. */
export interface Asked {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDefinition[];
  /** The level that the reply was asked for. */
  readonly thinking?: ThinkingChoice | undefined;
}

/** Returns the next reply; called once per reply. */
export type DaemonScript = (asked: Asked) => DaemonReply;

interface ScriptedSession {
  readonly tools: readonly ToolDefinition[];
  readonly entries: LogEntry[];
}

export interface ScriptedModelFacts {
  /** Prompt profile that the client uses. */
  readonly profile: 'compact' | 'full';
  readonly contextTokens: number;
  readonly thinking: ModelThinking;
}

const larger: ScriptedModelFacts = {
  profile: 'full',
  contextTokens: 131_072,
  thinking: { kind: 'none', levels: [] },
};

/** A daemon that clients find in `stateDirectory` as they find a real one. It runs in this process. */
export class ScriptedDaemon {
  /** Every question to the model, in order. */
  readonly asked: Asked[] = [];
  readonly #sessions = new Map<string, ScriptedSession>();
  readonly #script: DaemonScript;
  readonly #facts: ScriptedModelFacts;
  #close: () => Promise<void> = () => Promise.resolve();

  private constructor(script: DaemonScript, facts: ScriptedModelFacts) {
    this.#script = script;
    this.#facts = facts;
  }

  static async start(
    stateDirectory: string,
    script: DaemonScript,
    facts: Partial<ScriptedModelFacts> = {},
  ): Promise<ScriptedDaemon> {
    const scripted = new ScriptedDaemon(script, { ...larger, ...facts });
    await scripted.#serve(stateDirectory);
    return scripted;
  }

  async stop(): Promise<void> {
    await this.#close();
    this.#close = () => Promise.resolve();
  }

  async #serve(stateDirectory: string): Promise<void> {
    const files = prepareStateDirectory(stateDirectory);
    const addon = loadAddon();
    const claim = await claimStateDirectory(files, {
      lockFile: (file) => addon.lockFile(file),
      answers: daemonAnswers,
      log: () => undefined,
      patienceMs: 1000,
      hungMs: 60_000,
      end: () => false,
      signal: new AbortController().signal,
    });
    if (claim.kind !== 'won') throw new Error(`Another daemon runs in ${stateDirectory}.`);
    const token = randomBytes(16).toString('hex');
    const lifecycle = new ModelLifecycle<Loadable>({
      check: () => Promise.resolve(),
      load: ({ model }) => Promise.resolve({ loaded: modelNamed(model, this.#facts), close: () => Promise.resolve() }),
      turns: () => [],
      leaving: () => Promise.resolve(),
      changed: (model) => daemon.notify('model.changed', { model }),
    });
    const daemon: Daemon = new Daemon(
      { port: 0, access: { token, allowedOrigins: [] }, http: false, log: () => undefined },
      {
        facts: { version: '0.0.0', engine: 'scripted', backend: { backend: 'cpu', candidates: [], devices: [] } },
        lifecycle,
        sessions: this.#api(),
        models: {
          list: () => Promise.resolve([]),
          find: () => Promise.resolve({ found: [], folder: undefined }),
          plan: () => Promise.reject(new CodedError('model.missing', 'There is no model to plan.')),
          countTokens: (texts) => Promise.resolve(texts.map(tokensOf)),
        },
        status: () => ({
          sessions: this.#sessions.size,
          running: 0,
          waiting: 0,
          cells: { used: 0, total: 0 },
          shelf: { used: 0, total: 0 },
          totals: { reused: 0, computed: 0, generated: 0 },
        }),
        endpoint: (request, response) => Promise.resolve(void response.end(`answered ${request.url}`)),
      },
    );
    const { port, url } = await daemon.listen();
    writeDiscovery(files.discovery, {
      port,
      url,
      token,
      pid: process.pid,
      model: null,
      backend: 'cpu',
      context: null,
      protocol: protocolVersion,
      version: '0.0.0',
      modelPath: null,
      http: false,
    });
    this.#close = async () => {
      removeDiscovery(files.discovery);
      await daemon.stop('The test is over.');
      rmSync(files.lock, { force: true });
      claim.lock.release();
    };
  }

  #api(): SessionApi {
    return {
      create: ({ entries = [], messages = [], tools = [] }) => {
        const id = randomUUID();
        const added = messages.map(entryOf);
        this.#sessions.set(id, { tools, entries: [...entries, ...added] });
        return { ...this.#state(id), ids: added.map((entry) => entry.ids) };
      },
      attach: ({ session }) => ({ ...this.#state(session), entries: this.#find(session).entries }),
      append: ({ session, messages }) => {
        const added = messages.map(entryOf);
        this.#find(session).entries.push(...added);
        return { ...this.#state(session), ids: added.map((entry) => entry.ids) };
      },
      // All that the model has read or said is cached.
      measure: ({ session, entries = [], messages }) => {
        const known = session === undefined ? entries : this.#find(session).entries;
        const tokens = [...known, ...messages.map(entryOf)].reduce((sum, entry) => sum + entry.ids.length, 0);
        const last = known.findLastIndex((entry) => entry.message.role === 'assistant');
        const cached = known.slice(0, last + 1).reduce((sum, entry) => sum + entry.ids.length, 0);
        return { tokens, cached };
      },
      generate: (params, onEvent, { signal }) => this.#generate(params, onEvent, signal),
      fork: ({ session, messages }) => {
        const id = randomUUID();
        const { tools, entries } = this.#find(session);
        this.#sessions.set(id, { tools, entries: entries.slice(0, messages) });
        return this.#state(id);
      },
      rewind: ({ session, messages }) => {
        this.#find(session).entries.length = messages;
        return this.#state(session);
      },
      close: ({ session }) => {
        this.#sessions.delete(session);
        return {};
      },
      hold: () => undefined,
      release: () => undefined,
    };
  }

  async #generate(
    { session, options }: Params<'session.generate'>,
    onEvent: (event: GenerateEvent) => void,
    signal: AbortSignal,
  ): Promise<Result<'session.generate'>> {
    const { entries, tools } = this.#find(session);
    const messages = entries.map((entry) => entry.message);
    const asked: Asked = { messages, tools, thinking: options?.thinking };
    this.asked.push(asked);
    const reply = this.#script(asked);
    const computed = entries.reduce((sum, entry) => sum + entry.ids.length, 0);
    onEvent({ kind: 'prefill', reused: 0, computed, total: computed });
    await reply.before?.(signal);
    if (reply.error !== undefined) throw reply.error;
    const message = messageOf(reply, entries);
    const said = await say(reply, message, onEvent, signal);
    const result = (finish: GenerateResult['finish'], ids: readonly number[]): Result<'session.generate'> => ({
      message,
      brokenCalls: reply.broken ?? [],
      finish,
      ids,
      usage: { reused: 0, computed, generated: ids.length },
      timings: { queue: 0, prefill: 1, decode: 1 },
      ...this.#state(session),
    });
    if (!said) return result('cancelled', []);
    const entry = entryOf(message);
    entries.push(entry);
    return result(reply.finish ?? (message.toolCalls === undefined ? 'stop' : 'toolCalls'), entry.ids);
  }

  #find(id: string): ScriptedSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new CodedError('session.unknown', 'There is no such session.');
    return session;
  }

  #state(session: string): SessionState {
    const { entries } = this.#find(session);
    return {
      session,
      messages: entries.length,
      tokens: entries.reduce((sum, entry) => sum + entry.ids.length, 0),
      contextTokens: this.#facts.contextTokens,
    };
  }
}

/** Streams a reply; false when it was cancelled on the way. */
async function say(
  reply: DaemonReply,
  message: AssistantMessage,
  onEvent: (event: GenerateEvent) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const { pieceLength = Number.POSITIVE_INFINITY, pieceMs = 0 } = reply;
  for (const kind of ['reasoning', 'text'] as const) {
    const text = reply[kind] ?? '';
    for (let at = 0; at < text.length; at += pieceLength) {
      onEvent({ kind, text: text.slice(at, at + pieceLength) });
      if (pieceMs > 0) await delay(pieceMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return false;
    }
  }
  for (const [index, { id, name, arguments: text }] of (message.toolCalls ?? []).entries()) {
    onEvent({ kind: 'call', index, id, name, argumentsText: text });
    onEvent({ kind: 'callDone', index, id, name, arguments: text, repaired: false });
  }
  return !signal.aborted;
}

function messageOf(reply: DaemonReply, entries: readonly LogEntry[]): AssistantMessage {
  const used = entries.reduce(
    (sum, { message }) => sum + (message.role === 'assistant' ? (message.toolCalls?.length ?? 0) : 0),
    0,
  );
  const toolCalls = (reply.calls ?? []).map((call, at) => ({
    id: call.id ?? `functions.${call.name}:${used + at}`,
    name: call.name,
    arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
  }));
  return {
    role: 'assistant',
    content: reply.text ?? '',
    ...(reply.reasoning !== undefined && { reasoning: reply.reasoning }),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
}

function entryOf(message: ChatMessage): LogEntry {
  const calls =
    message.role === 'assistant' ? (message.toolCalls ?? []).map((call) => call.name + call.arguments).join('') : '';
  return { message, ids: Array.from({ length: tokensOf(message.content + calls) + 1 }, (_, at) => at) };
}

/** About the token count of a real vocabulary for English and code. */
function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

function modelNamed(name: string, { profile, contextTokens, thinking }: ScriptedModelFacts): LoadedModel {
  return {
    name,
    path: `/models/${name}.gguf`,
    fingerprint: 'scripted',
    contextTokens,
    poolTokens: contextTokens,
    family: 'scripted',
    profile,
    tools: true,
    callsAsText: false,
    thinking,
    threads: 1,
    plan: { ...fakePlan, model: name, contextTokens },
  };
}
