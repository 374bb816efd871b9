import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import type { GenerateOptions, GenerateResult, TokenUsage } from '../../native/protocol/generation.ts';
import type { PromptSize } from '../../native/protocol/methods.ts';
import type { ModelSession, SessionEntry, SessionEvent, SpentEvent } from '../agent/agent-model.ts';
import { translate } from '../translation.ts';
import { isRecord } from '../workspace/is-record.ts';
import { adapt, chatBody } from './chat-request.ts';
import { RefusedError } from './engine-client.ts';
import { refusalError, refusalOf } from './engine-error.ts';
import { eventData } from './event-stream.ts';
import { readText, type HttpResponse } from './http-request.ts';
import { MessageLengths } from './message-lengths.ts';
import { replyChunk } from './reply-chunk.ts';
import { ReplyReader, type Reply } from './reply-reader.ts';
import type { RemoteModel } from './remote-model.ts';
import { withRetries } from './request-retries.ts';

/** An answer in one piece. In bytes. */
const wholeMax = 32 * 1024 * 1024;
const speedEveryMs = 500;
/** Tokens that stay free between prompt and answer where their number is an estimate: a share of the window. */
const slack = { share: 0.04, least: 64 };
const answerLeast = 256;
/** An engine that has read less than this share of what was sent has cut the conversation. */
const cutShare = 0.4;
const cutFrom = 2000;

/**
 * A conversation with an engine that keeps no sessions: every request sends all messages, unchanged and in the same
 * order, so that the engine finds the earlier ones in its cache. Owns: the entries, and their lengths.
 */
export class RemoteSession implements ModelSession {
  readonly #model: RemoteModel;
  readonly #tools: readonly ToolDefinition[];
  #messages: ChatMessage[];
  #lengths: MessageLengths;
  /** Tokens that the engine has read or said in this session: it is likely to have them in its cache. */
  #known = 0;
  #closed = false;

  constructor(
    model: RemoteModel,
    tools: readonly ToolDefinition[],
    entries: readonly SessionEntry[],
    lengths?: MessageLengths,
  ) {
    this.#model = model;
    this.#tools = tools;
    this.#messages = entries.map((entry) => entry.message);
    this.#lengths =
      lengths ??
      new MessageLengths(
        entries.map((entry, at) => entry.tokens ?? this.#estimate(entry.message, at)),
        entries.filter((entry) => entry.tokens !== undefined).length,
      );
  }

  /** Without ids: those of this engine are not known, and those of another model are none here. */
  get entries(): readonly SessionEntry[] {
    return this.#messages.map((message, at) => ({ message, ids: [], tokens: this.#lengths.at(at) }));
  }

  get tokens(): number {
    return this.#lengths.total;
  }

  async append(messages: readonly ChatMessage[]): Promise<void> {
    this.#checkOpen();
    for (const message of messages) {
      this.#lengths.add(this.#estimate(message, this.#messages.length));
      this.#messages.push(message);
    }
  }

  /** What it finds in its cache is a guess: nobody can ask it. */
  async promptSize(messages: readonly ChatMessage[]): Promise<PromptSize> {
    const before = this.#messages.length;
    const added = messages.reduce((sum, message, at) => sum + this.#estimate(message, before + at), 0);
    return { tokens: this.tokens + added, cached: this.#known };
  }

  async generate(
    options: GenerateOptions,
    onEvent: (event: SessionEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    this.#checkOpen();
    const { client } = this.#model;
    try {
      return await withRetries(
        client.address.host,
        () => this.#attempt(options, onEvent, signal),
        (text) => onEvent({ kind: 'notice', level: 'warning', text }),
        signal,
      );
    } catch (thrown) {
      const error = toCodedError(thrown, 'engine.failed');
      const told = error.data?.contextTokens;
      if (error.code === 'context.overflow' && typeof told === 'number') this.#model.narrow(told);
      throw error;
    }
  }

  async rewind(messages: number): Promise<void> {
    this.#messages = this.#messages.slice(0, messages);
    this.#lengths.cut(messages);
    this.#known = Math.min(this.#known, this.tokens);
  }

  async fork(messages = this.#messages.length): Promise<RemoteSession> {
    this.#checkOpen();
    return new RemoteSession(this.#model, this.#tools, this.entries.slice(0, messages), this.#lengths.copy(messages));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** One request and its reply. Rejects with `daemon.unreachable` only if nothing of the reply was told. */
  async #attempt(
    options: GenerateOptions,
    onEvent: (event: SessionEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const { dialect } = this.#model;
    const started = performance.now();
    const before = { messages: this.#messages.length, tokens: this.tokens };
    let first: number | undefined;
    let spoken = started;
    const reader = new ReplyReader({
      tools: this.#tools,
      dialect,
      callIds: callIdsOf(this.#messages),
      onEvent: (event) => {
        first ??= performance.now();
        onEvent(event);
      },
    });
    const response = await this.#send(options, onEvent, signal);
    try {
      await readReply(response, reader, this.#model.client.address.host, () => {
        const now = performance.now();
        if (first === undefined || now - spoken < speedEveryMs) return;
        spoken = now;
        onEvent({ kind: 'decode', generated: reader.pieces, ms: now - first });
      });
    } catch (thrown) {
      // Only the connection's own end is missing.
      if (!signal.aborted && (!reader.isFinished || thrown instanceof CodedError))
        throw this.#brokenOff(thrown, reader.pieces > 0);
    }
    if (signal.aborted) {
      onEvent(spentOn({ reused: 0, computed: before.tokens, generated: reader.pieces }, started, first));
      throw new CodedError('request.cancelled', 'Stopped.');
    }
    const readsCalls = dialect.readsCalls;
    const reply = reader.end();
    if (reply.printed && !readsCalls) this.#tellPrinted(onEvent);
    this.#keep(reply, before, reader.pieces);
    const counted = reply.usage ?? { reused: 0, computed: before.tokens, generated: reader.pieces };
    const spent = spentOn(counted, started, first);
    onEvent(spent);
    const { usage, timings } = spent;
    return { message: reply.message, brokenCalls: reply.brokenCalls, finish: reply.finish, ids: [], usage, timings };
  }

  /** Sends the conversation. Asks again in another way where the engine's refusal shows its dialect. */
  async #send(
    options: GenerateOptions,
    onEvent: (event: SessionEvent) => void,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const { client, dialect, id } = this.#model;
    for (;;) {
      const request = {
        model: id,
        messages: this.#messages,
        tools: this.#tools,
        options,
        maxTokens: this.#answerTokens(options),
      };
      try {
        return await client.post(`${client.address.base}/chat/completions`, chatBody(request, dialect), signal);
      } catch (thrown) {
        const took = dialect.thinking;
        if (!(thrown instanceof RefusedError) || !adapt(dialect, thrown.refusal)) throw thrown;
        if (took !== 'none' && dialect.thinking === 'none') onEvent(this.#noLevels());
      }
    }
  }

  #noLevels(): SessionEvent {
    const { host } = this.#model.client.address;
    const text = translate('{0} takes no level of thinking: the model thinks as the server has it.', host);
    return { kind: 'notice', level: 'warning', text };
  }

  /** What fits beside the prompt. Engines refuse a request whose prompt and answer could be too long together. */
  #answerTokens({ maxTokens }: GenerateOptions): number {
    const { contextTokens } = this.#model.facts;
    const left = contextTokens - this.tokens - Math.max(slack.least, Math.ceil(contextTokens * slack.share));
    const most = Math.max(answerLeast, left);
    return Math.min(maxTokens ?? most, most);
  }

  #keep(reply: Reply, before: { readonly messages: number; readonly tokens: number }, pieces: number): void {
    const { host } = this.#model.client.address;
    const { usage } = reply;
    if (usage !== undefined) {
      const prompt = usage.reused + usage.computed;
      // Without the tools, which not every template writes.
      const said = this.#messages.reduce((sum, message) => sum + this.#model.counter.estimateMessage(message), 0);
      if (said > cutFrom && prompt < said * cutShare) throw cutError(host, usage, said);
      this.#model.counter.learn(before.tokens, prompt);
      this.#lengths.settle(prompt);
      this.#lengths.addCounted(usage.generated);
    } else this.#lengths.add(Math.max(pieces, this.#estimate(reply.message, before.messages)));
    this.#messages.push(reply.message);
    this.#known = this.tokens;
  }

  #tellPrinted(onEvent: (event: SessionEvent) => void): void {
    const { host } = this.#model.client.address;
    const text = translate(
      '{0} prints tool calls as text. Start the server with the parser for the tool calls of its model.',
      host,
    );
    onEvent({ kind: 'notice', level: 'warning', text });
  }

  #brokenOff(thrown: unknown, told: boolean): CodedError {
    if (thrown instanceof CodedError) return thrown;
    const { host } = this.#model.client.address;
    // Never asked again by itself once something was shown: the user may.
    return told
      ? new CodedError('engine.failed', translate('{0} broke off in the middle of the answer.', host), {
          cause: thrown,
        })
      : new CodedError('daemon.unreachable', translate('{0} broke off before the answer.', host), { cause: thrown });
  }

  #estimate(message: ChatMessage, at: number): number {
    const { counter } = this.#model;
    return counter.estimateMessage(message) + (at === 0 ? counter.estimateTools(this.#tools) : 0);
  }

  #checkOpen(): void {
    if (this.#closed) throw new CodedError('session.unknown', 'The conversation is closed.');
  }
}

/** What a request took until now. Times in milliseconds; `first`: when its answer began. */
function spentOn(usage: TokenUsage, started: number, first: number | undefined): SpentEvent {
  const ended = performance.now();
  const decode = first === undefined ? 0 : ended - first;
  return { kind: 'spent', usage, timings: { queue: 0, prefill: ended - decode - started, decode } };
}

/** Reads a reply to its end. Throws an Error without a code when the connection ends before the reply. */
async function readReply(
  response: HttpResponse,
  reader: ReplyReader,
  host: string,
  onChunk: () => void,
): Promise<void> {
  if (isWhole(response)) {
    take(await readText(response.body, wholeMax), reader, host);
    return;
  }
  for await (const data of eventData(response.body)) {
    if (data === '[DONE]') return;
    take(data, reader, host);
    onChunk();
  }
  if (!reader.isFinished) throw new Error('The stream ended before the reply.');
}

/** An engine that cannot stream answers with JSON. */
function isWhole({ headers }: HttpResponse): boolean {
  return String(headers['content-type'] ?? '').includes('application/json');
}

function take(data: string, reader: ReplyReader, host: string): void {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return; // no part of a reply
  }
  if (typeof value === 'object' && value !== null && 'error' in value && value.error)
    throw refusalError(host, refusalOf(statusIn(value.error), {}, data, Date.now()));
  const chunk = replyChunk(value);
  if (chunk !== undefined) reader.push(chunk);
}

/** The status that an error within a stream would have had. */
function statusIn(error: unknown): number {
  const code = isRecord(error) ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code < 600 ? code : 400;
}

function* callIdsOf(messages: readonly ChatMessage[]): Generator<string> {
  for (const message of messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls ?? []) yield call.id;
    else if (message.role === 'tool') yield message.toolCallId;
  }
}

function cutError(host: string, usage: TokenUsage, sent: number): CodedError {
  const text = translate(
    '{0} read only {1} of about {2} tokens: its window is smaller, and it cut the conversation. Give it a larger one.',
    host,
    usage.reused + usage.computed,
    sent,
  );
  return new CodedError('engine.failed', text);
}
