import { randomBytes } from 'node:crypto';
import { CodedError } from '../../protocol/coded-error.ts';
import type { GenerateEvent } from '../../protocol/generation.ts';
import type { LogEntry, Params, Result } from '../../protocol/methods.ts';
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
 * without a holder is closed after `abandonedMs`.
 */
export class SessionStore {
  readonly #options: Required<SessionStoreOptions>;
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionStoreOptions) {
    this.#options = { sessionsMax: 256, abandonedMs: 5 * 60_000, ...options };
  }

  /** Throws `model.not-loaded`, `queue.full` when there are too many sessions, `request.invalid`, `template.failed`. */
  async create(params: Params<'session.create'>): Promise<Result<'session.create'>> {
    const { entries = [], messages = [], ...settings } = params;
    const runtime = this.#options.runtime();
    if (runtime === undefined) throw new CodedError('model.not-loaded', 'No model is loaded: load one first.');
    checkIds(entries, runtime.vocabulary.size);
    const conversation = runtime.chatModel.conversation(settings, entries);
    await conversation.prepare(messages);
    const appended = messages.length === 0 ? { ids: [] } : conversation.append(messages);
    if (this.#options.runtime() !== runtime)
      throw new CodedError('model.not-loaded', 'The model was unloaded meanwhile: create the session again.');
    return { ...this.#add(runtime, conversation).state, ...appended };
  }

  attach({ session }: Params<'session.attach'>): Result<'session.attach'> {
    const found = this.#find(session);
    return { ...found.state, entries: [...found.conversation.entries] };
  }

  /** Throws `context.overflow` when the log is already far longer than the context. */
  async append({ session, messages }: Params<'session.append'>): Promise<Result<'session.append'>> {
    const found = this.#find(session);
    return found.inOrder(() => this.#appendTo(found, messages));
  }

  async #appendTo(found: Session, messages: Params<'session.append'>['messages']): Promise<Result<'session.append'>> {
    const conversation = found.idleConversation;
    const { contextTokens } = found.state;
    if (conversation.length >= contextTokens * logContextsMax) {
      const fact = `The session has ${conversation.length} tokens, but the context holds ${contextTokens}`;
      throw new CodedError('context.overflow', `${fact}: shorten the conversation.`, {
        data: { prompt: conversation.length, context: contextTokens },
      });
    }
    // Long texts are tokenised on another thread; a generation may have begun meanwhile.
    await conversation.prepare(messages);
    const appended = found.idleConversation.append(messages);
    return { ...found.state, ...appended };
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

  /** Copies a session. Throws `session.position`. */
  fork({ session, messages }: Params<'session.fork'>): Result<'session.fork'> {
    const { runtime, conversation } = this.#find(session);
    return this.#add(runtime, conversation.fork(messages)).state;
  }

  /** Shortens a session to its first `messages` messages. Throws `session.position`, `session.busy`. */
  async rewind({ session, messages }: Params<'session.rewind'>): Promise<Result<'session.rewind'>> {
    const found = this.#find(session);
    return found.inOrder(async () => {
      found.idleConversation.rewind(messages);
      return found.state;
    });
  }

  /** Removes a session and cancels what it generates. */
  close({ session }: Params<'session.close'>): Result<'session.close'> {
    this.#remove(this.#find(session));
    return {};
  }

  /** Adds a connection that keeps the session; unknown ids are ignored. */
  hold(session: string): void {
    const found = this.#sessions.get(session);
    if (found === undefined) return;
    found.holders++;
    clearTimeout(found.abandoned);
    found.abandoned = undefined;
  }

  /** Removes a connection that kept it. */
  release(session: string): void {
    const found = this.#sessions.get(session);
    if (found === undefined) return;
    found.holders = Math.max(0, found.holders - 1);
    if (found.holders === 0) this.#abandon(found);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Cancels and forgets all sessions, e.g. when the model is unloaded. */
  clear(): void {
    for (const session of this.#sessions.values()) session.end();
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
    return session;
  }

  #add(runtime: ModelRuntime, conversation: Conversation): Session {
    if (this.#sessions.size >= this.#options.sessionsMax) this.#makeRoom();
    const session = new Session(randomBytes(16).toString('hex'), runtime, conversation);
    this.#sessions.set(session.id, session);
    this.#abandon(session);
    return session;
  }

  /** Removes the session that no connection has held for the longest time. */
  #makeRoom(): void {
    const abandoned = [...this.#sessions.values()].find((session) => session.holders === 0);
    if (abandoned === undefined) {
      const { size } = this.#sessions;
      throw new CodedError('queue.full', `There are ${size} sessions already: close some first.`, {
        data: { sessions: size, retryAfterSeconds: 60 },
      });
    }
    this.#remove(abandoned);
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
