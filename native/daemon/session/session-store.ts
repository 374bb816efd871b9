import { randomBytes } from 'node:crypto';
import { CodedError } from '../../protocol/coded-error.ts';
import type { GenerateEvent } from '../../protocol/generation.ts';
import type { LogEntry, Params, PromptSize, Result } from '../../protocol/methods.ts';
import { fileModelName } from '../models/found-models.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { TurnContext } from './generate-turn.ts';
import type { ModelRuntime } from './model-runtime.ts';
import { Session } from './session.ts';

export interface SessionStoreOptions {
  /** The loaded model; undefined while there is none. */
  readonly runtime: () => ModelRuntime | undefined;
  readonly sessionsMax?: number; // default 256
  readonly abandonedMs?: number; // a session that no connection holds is closed after this, default 5 minutes
}

/** A log may grow beyond the context, so that a client can still rewind or shorten it, but not without end. */
const logContextsMax = 2;

/**
 * The sessions of the loaded model. They do not belong to a connection: a connection keeps one with `hold`. A session
 * without a holder is closed after `abandonedMs`. When there are too many, the connection that keeps the most loses the
 * one it has used the longest time ago; it can open it again from its entries.
 */
export class SessionStore {
  readonly #options: Required<SessionStoreOptions>;
  readonly #sessions = new Map<string, Session>();
  #uses = 0;

  constructor(options: SessionStoreOptions) {
    this.#options = { sessionsMax: 256, abandonedMs: 5 * 60_000, ...options };
  }

  /**
   * Throws `model.not-loaded`, `queue.full` when `client` keeps as many sessions as any other and there is no room,
   * `request.invalid`, `template.failed`.
   */
  async create(
    params: Params<'session.create'>,
    client?: object,
    signal?: AbortSignal,
  ): Promise<Result<'session.create'>> {
    const { entries = [], messages = [], ...settings } = params;
    const runtime = this.#options.runtime();
    if (runtime === undefined) throw new CodedError('model.not-loaded', 'No model is loaded: load one first.');
    checkIds(entries, runtime.vocabulary.size);
    const conversation = runtime.chatModel.conversation(settings, entries);
    const appended = await conversation.append(messages, signal);
    if (this.#options.runtime() !== runtime)
      throw new CodedError('model.not-loaded', 'The model was unloaded meanwhile: create the session again.');
    return { ...this.#add(runtime, conversation, client).state, ...appended };
  }

  attach({ session }: Params<'session.attach'>): Result<'session.attach'> {
    const found = this.#find(session);
    return { ...found.state, entries: [...found.conversation.entries] };
  }

  /** Throws `context.overflow` when the log is already far longer than the context. */
  async append(
    { session, messages }: Params<'session.append'>,
    signal?: AbortSignal,
  ): Promise<Result<'session.append'>> {
    const found = this.#find(session);
    return found.inOrder(() => this.#appendTo(found, messages, signal));
  }

  async #appendTo(
    found: Session,
    messages: Params<'session.append'>['messages'],
    signal: AbortSignal | undefined,
  ): Promise<Result<'session.append'>> {
    const conversation = found.idleConversation;
    const { contextTokens } = found.state;
    if (conversation.length >= contextTokens * logContextsMax) {
      const fact = `The session has ${conversation.length} tokens, but the context holds ${contextTokens}`;
      throw new CodedError('context.overflow', `${fact}: shorten the conversation.`, {
        data: { prompt: conversation.length, context: contextTokens },
      });
    }
    const appended = await conversation.append(messages, signal);
    return { ...found.state, ...appended };
  }

  /** Throws what `create` and `append` throw. */
  async measure(
    { session, entries = [], messages, ...settings }: Params<'session.measure'>,
    signal?: AbortSignal,
  ): Promise<PromptSize> {
    const runtime = session === undefined ? this.#options.runtime() : this.#find(session).runtime;
    if (runtime === undefined) throw new CodedError('model.not-loaded', 'No model is loaded: load one first.');
    checkIds(entries, runtime.vocabulary.size);
    const conversation =
      session === undefined
        ? runtime.chatModel.conversation(settings, entries)
        : this.#find(session).conversation.fork();
    await conversation.append(messages, signal);
    const { ids } = await conversation.prompt(signal);
    return { tokens: ids.length, cached: runtime.runner.cached(ids) };
  }

  async generate(
    { session, options }: Params<'session.generate'>,
    onEvent: (event: GenerateEvent) => void,
    context: TurnContext,
  ): Promise<Result<'session.generate'>> {
    const found = this.#find(session);
    const result = await found.generate(options ?? {}, onEvent, context);
    return { ...result, ...found.state };
  }

  /** Copies a session. Throws `session.position`, and `queue.full` like `create`. */
  async fork({ session, messages }: Params<'session.fork'>, client?: object): Promise<Result<'session.fork'>> {
    const { runtime, conversation } = this.#find(session);
    const copy = conversation.fork();
    if (messages !== undefined) await copy.rewind(messages);
    if (this.#options.runtime() !== runtime)
      throw new CodedError('model.not-loaded', 'The model was unloaded meanwhile: create the session again.');
    return this.#add(runtime, copy, client).state;
  }

  /** Shortens a session to its first `messages` messages. Throws `session.position`, `session.busy`. */
  async rewind({ session, messages }: Params<'session.rewind'>): Promise<Result<'session.rewind'>> {
    const found = this.#find(session);
    return found.inOrder(async () => {
      await found.idleConversation.rewind(messages);
      return found.state;
    });
  }

  /** Removes a session and cancels what it generates. */
  close({ session }: Params<'session.close'>): Result<'session.close'> {
    this.#remove(this.#find(session));
    return {};
  }

  /** Adds a connection that keeps the session; unknown ids are ignored. */
  hold(session: string, client: object): void {
    const found = this.#sessions.get(session);
    if (found === undefined) return;
    found.holders.add(client);
    clearTimeout(found.abandoned);
    found.abandoned = undefined;
  }

  /** Removes a connection that kept it. */
  release(session: string, client: object): void {
    const found = this.#sessions.get(session);
    if (found === undefined) return;
    found.holders.delete(client);
    if (found.holders.size === 0) this.#abandon(found);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The labels of the sessions in the middle of a turn. */
  turns(): string[] {
    const busy = [...this.#sessions.values()].filter((session) => session.inTurn);
    return busy.map((session) => session.conversation.settings.label ?? '');
  }

  /** Cancels and forgets all sessions, e.g. when the model is unloaded. `next`: the model that is loaded instead. */
  clear(next?: string): void {
    for (const session of this.#sessions.values()) session.end(next === undefined ? undefined : switched(next));
    this.#sessions.clear();
  }

  #find(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      throw new CodedError(
        'session.unknown',
        'There is no such session (any more): create one, with the entries of the old one to continue it.',
      );
    }
    session.used = ++this.#uses;
    return session;
  }

  #add(runtime: ModelRuntime, conversation: Conversation, client: object | undefined): Session {
    if (this.#sessions.size >= this.#options.sessionsMax) this.#makeRoom(client);
    const session = new Session(randomBytes(16).toString('hex'), runtime, conversation);
    session.used = ++this.#uses;
    this.#sessions.set(session.id, session);
    this.#abandon(session);
    return session;
  }

  /**
   * Removes the session that no connection has held for the longest time, or else one of a client that keeps more
   * sessions than `client` does.
   */
  #makeRoom(client: object | undefined): void {
    const all = [...this.#sessions.values()];
    const leaves = all.find((session) => session.holders.size === 0) ?? idleOfGreediest(all, client);
    if (leaves === undefined) {
      const { size } = this.#sessions;
      throw new CodedError('queue.full', `There are ${size} sessions already: close some first.`, {
        data: { sessions: size, retryAfterSeconds: 60 },
      });
    }
    this.#remove(leaves);
  }

  #abandon(session: Session): void {
    clearTimeout(session.abandoned);
    session.abandoned = setTimeout(() => this.#remove(session), this.#options.abandonedMs);
    session.abandoned.unref();
    // Keeps the map in the order in which sessions were released, for #makeRoom.
    if (this.#sessions.delete(session.id)) this.#sessions.set(session.id, session);
  }

  #remove(session: Session): void {
    session.end();
    this.#sessions.delete(session.id);
  }
}

/**
 * Of the sessions that only the greediest client keeps, the one used the longest time ago that does not generate.
 * Undefined when no client keeps more than `client`.
 */
function idleOfGreediest(sessions: readonly Session[], client: object | undefined): Session | undefined {
  const kept = new Map<object, number>();
  for (const { holders } of sessions) for (const holder of holders) kept.set(holder, (kept.get(holder) ?? 0) + 1);
  const own = (client === undefined ? undefined : kept.get(client)) ?? 0;
  const greedier = [...kept].filter(([, count]) => count > own).sort(([, left], [, right]) => right - left);
  for (const [holder] of greedier) {
    const [oldest] = sessions
      .filter(({ holders, generating }) => holders.size === 1 && holders.has(holder) && !generating)
      .sort((left, right) => left.used - right.used);
    if (oldest !== undefined) return oldest;
  }
  return undefined;
}

function switched(next: string): CodedError {
  const name = fileModelName(next);
  return new CodedError(
    'model.switched',
    `The engine changed to the model ${name}, which ended this turn. Send the message again to go on with it.`,
  );
}

function checkIds(entries: readonly LogEntry[], vocabularySize: number): void {
  for (const [at, { ids }] of entries.entries()) {
    if (ids.every((id) => Number.isInteger(id) && id >= 0 && id < vocabularySize)) continue;
    throw new CodedError(
      'request.invalid',
      `Expected token ids below ${vocabularySize} for entries[${at}].ids: they may be of another model.`,
      { data: { field: `entries[${at}].ids` } },
    );
  }
}
