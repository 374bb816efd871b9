// Faked: the model, by a script of replies. Sessions keep entries as the real ones do, one token per character.
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { BrokenToolCall, ChatMessage, ToolCall } from '../../../native/protocol/chat.ts';
import type { FinishReason, GenerateOptions, GenerateResult } from '../../../native/protocol/generation.ts';
import type { LogEntry } from '../../../native/protocol/methods.ts';
import type { AgentModel, ModelFacts, ModelSession, SessionEvent } from '../../../extension/agent/agent-model.ts';

export interface ScriptedReply {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: object | string; readonly id?: string }[];
  readonly broken?: readonly BrokenToolCall[];
  readonly finish?: FinishReason;
  /** Milliseconds that its `generated` tokens took, reported while it generates. */
  readonly pace?: { readonly generated: number; readonly ms: number };
  /** Thrown instead of replying. */
  readonly error?: CodedError;
  /** Called when the reply begins; the reply waits for it. */
  readonly before?: (signal: AbortSignal) => Promise<void> | void;
}

export type Script = (messages: readonly ChatMessage[], turn: number) => ScriptedReply;

export class ScriptedModel implements AgentModel {
  facts: ModelFacts = { name: 'scripted', fingerprint: 'scripted', profile: 'full', contextTokens: 100_000 };
  readonly sessions: ScriptedSession[] = [];
  /** With what each session was opened, and each reply asked for. */
  readonly opened: unknown[] = [];
  readonly asked: GenerateOptions[] = [];
  readonly script: Script;
  replies = 0;
  /** Set where the model is to tell the size of a prompt: all up to its last reply is cached. */
  promptSize: AgentModel['promptSize'];

  constructor(script: Script | readonly ScriptedReply[]) {
    this.script =
      typeof script === 'function' ? script : (_messages, turn) => script[turn] ?? { text: 'nothing left to say' };
  }

  async open(settings: unknown, entries: readonly LogEntry[] = []): Promise<ScriptedSession> {
    this.opened.push(settings);
    const session = new ScriptedSession(this, entries);
    this.sessions.push(session);
    return session;
  }

  async countTokens(texts: readonly string[]): Promise<readonly number[]> {
    return texts.map((text) => text.length);
  }
}

export class ScriptedSession implements ModelSession {
  readonly #model: ScriptedModel;
  #entries: LogEntry[];
  closed = false;

  constructor(model: ScriptedModel, entries: readonly LogEntry[]) {
    this.#model = model;
    this.#entries = [...entries];
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  get tokens(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.ids.length, 0);
  }

  async append(messages: readonly ChatMessage[]): Promise<void> {
    for (const message of messages) this.#entries.push(entryOf(message));
  }

  async generate(
    options: GenerateOptions,
    onEvent: (event: SessionEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    this.#model.asked.push(options);
    const reply = this.#model.script(
      this.#entries.map((entry) => entry.message),
      this.#model.replies++,
    );
    const stopped = () => new CodedError('request.cancelled', 'The request was cancelled.');
    await reply.before?.(signal);
    const computed = this.tokens;
    const spend = (generated: number) => {
      const usage = { reused: 0, computed, generated };
      const timings = { queue: 0, prefill: 20, decode: generated };
      onEvent({ kind: 'spent', usage, timings, energy: { cpuSeconds: 0.5 } });
      return { usage, timings };
    };
    if (signal.aborted) {
      spend(0);
      throw stopped();
    }
    if (reply.error !== undefined) throw reply.error;
    onEvent({ kind: 'prefill', reused: 0, computed, total: computed });
    if (reply.pace !== undefined) onEvent({ kind: 'decode', ...reply.pace });
    if (reply.reasoning !== undefined) onEvent({ kind: 'reasoning', text: reply.reasoning });
    if (reply.text !== undefined) onEvent({ kind: 'text', text: reply.text });
    const used = this.#entries.reduce(
      (sum, { message }) => sum + (message.role === 'assistant' ? (message.toolCalls?.length ?? 0) : 0),
      0,
    );
    const toolCalls: ToolCall[] = (reply.calls ?? []).map((call, at) => ({
      id: call.id ?? `functions.${call.name}:${used + at}`,
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    }));
    for (const [index, call] of toolCalls.entries())
      onEvent({ kind: 'call', index, id: call.id, name: call.name, argumentsText: call.arguments });
    const message = {
      role: 'assistant' as const,
      content: reply.text ?? '',
      ...(reply.reasoning !== undefined && { reasoning: reply.reasoning }),
      ...(toolCalls.length > 0 && { toolCalls }),
    };
    const entry = entryOf(message);
    this.#entries.push(entry);
    const { usage, timings } = spend(entry.ids.length);
    return {
      message,
      brokenCalls: reply.broken ?? [],
      finish: reply.finish ?? (toolCalls.length > 0 ? 'toolCalls' : 'stop'),
      ids: entry.ids,
      usage,
      timings,
    };
  }

  get promptSize(): ModelSession['promptSize'] {
    const { promptSize } = this.#model;
    return promptSize && ((messages) => promptSize({ tools: [], entries: this.entries }, messages));
  }

  async rewind(messages: number): Promise<void> {
    this.#entries = this.#entries.slice(0, messages);
  }

  async fork(messages = this.#entries.length): Promise<ScriptedSession> {
    return this.#model.open(undefined, this.#entries.slice(0, messages));
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function entryOf(message: ChatMessage): LogEntry {
  const calls =
    message.role === 'assistant' ? (message.toolCalls ?? []).map((call) => call.name + call.arguments).join('') : '';
  return { message, ids: Array.from({ length: message.content.length + calls.length + 1 }, (_, at) => at) };
}

/** The size of a prompt: a token per character and message, all up to the last reply cached. */
export const scriptedSize: NonNullable<AgentModel['promptSize']> = async ({ entries }, messages) => {
  const count = (of: readonly LogEntry[]): number => of.reduce((sum, entry) => sum + entry.ids.length, 0);
  const last = entries.findLastIndex(({ message }) => message.role === 'assistant');
  return { tokens: count(entries) + count(messages.map(entryOf)), cached: count(entries.slice(0, last + 1)) };
};
