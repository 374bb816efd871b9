import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { GenerateOptions, GenerateResult } from '../../native/protocol/generation.ts';
import type { LogEntry, PromptSize } from '../../native/protocol/methods.ts';
import type { ModelSession, SessionEvent, SessionOptions } from '../agent/agent-model.ts';
import type { DaemonClient, ModelConnection } from './daemon-model.ts';

/** Where the session is open. */
interface Place {
  readonly client: DaemonClient;
  readonly id: string;
}

/**
 * A session of the daemon that outlives the daemon: it keeps its messages and their token ids. After a crash it opens
 * again from the ids; for another model, from the messages. Owns: the entries. Does not own: the connection.
 */
export class DaemonSession implements ModelSession {
  readonly #connection: ModelConnection;
  #settings: SessionOptions;
  #entries: LogEntry[];
  #fingerprint: string;
  #place: Promise<Place> | undefined;
  #closed = false;

  /** `fingerprint`: the model that the entries' token ids belong to. */
  constructor(
    connection: ModelConnection,
    settings: SessionOptions,
    entries: readonly LogEntry[],
    fingerprint: string,
  ) {
    this.#connection = connection;
    this.#settings = settings;
    this.#entries = [...entries];
    this.#fingerprint = fingerprint;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  get tokens(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.ids.length, 0);
  }

  /** Opens the session at the daemon. */
  async ready(): Promise<void> {
    await this.#open();
  }

  async append(messages: readonly ChatMessage[]): Promise<void> {
    const { ids } = await this.#ask(({ client, id }) => client.request('session.append', { session: id, messages }));
    this.#entries.push(...messages.map((message, at) => ({ message, ids: ids[at] ?? [] })));
  }

  promptSize(messages: readonly ChatMessage[]): Promise<PromptSize> {
    return this.#ask(({ client, id }) => client.request('session.measure', { session: id, messages }));
  }

  async generate(
    options: GenerateOptions,
    onEvent: (event: SessionEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const { client, id } = await this.#open();
    try {
      const result = await client.request(
        'session.generate',
        { session: id, options },
        { signal, onProgress: onEvent },
      );
      const { usage, timings, energy } = result;
      onEvent({ kind: 'spent', usage, timings, energy });
      if (result.finish === 'cancelled') throw new CodedError('request.cancelled', 'Stopped.');
      this.#entries.push({ message: result.message, ids: result.ids });
      // After a crash it is opened at the level that its ids were made at.
      if (options.thinking !== undefined) this.#settings = { ...this.#settings, thinking: options.thinking };
      return result;
    } catch (thrown) {
      const error = toCodedError(thrown);
      if (isGone(error)) this.#place = undefined;
      throw error;
    }
  }

  async rewind(messages: number): Promise<void> {
    this.#entries = this.#entries.slice(0, messages);
    // The entries are cut first: if the daemon is gone, the session opens again from the rest.
    await this.#ask(({ client, id }) => client.request('session.rewind', { session: id, messages }));
  }

  async fork(messages = this.#entries.length): Promise<DaemonSession> {
    const fork = new DaemonSession(
      this.#connection,
      this.#settings,
      this.#entries.slice(0, messages),
      this.#fingerprint,
    );
    fork.#place = this.#ask(async ({ client, id }) => ({
      client,
      id: (await client.request('session.fork', { session: id, messages })).session,
    }));
    await fork.#place;
    return fork;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const place = await this.#place?.catch(() => undefined);
    this.#place = undefined;
    await place?.client.request('session.close', { session: place.id }).catch((error: unknown) => {
      if (!isGone(toCodedError(error))) throw error;
    });
  }

  /** Sends a request. Opens the session again and repeats it once when the daemon or the session is gone. */
  async #ask<T>(request: (place: Place) => Promise<T>): Promise<T> {
    try {
      return await request(await this.#open());
    } catch (thrown) {
      if (!isGone(toCodedError(thrown))) throw thrown;
      this.#place = undefined;
      return request(await this.#open());
    }
  }

  /** The open session. Opens it from the entries if it is not open, or was open on an earlier connection. */
  async #open(): Promise<Place> {
    if (this.#closed) throw new CodedError('session.unknown', 'The conversation is closed.');
    const client = await this.#connection.client();
    const place = await this.#place?.catch(() => undefined);
    if (place?.client === client) return place;
    this.#place = this.#create(client);
    this.#place.catch(() => {
      this.#place = undefined;
    });
    return this.#place;
  }

  async #create(client: DaemonClient): Promise<Place> {
    const fingerprint = this.#connection.loaded?.fingerprint ?? this.#fingerprint;
    if (fingerprint === this.#fingerprint) {
      const { session } = await client.request('session.create', { ...this.#settings, entries: this.#entries });
      return { client, id: session };
    }
    const messages = this.#entries.map((entry) => entry.message);
    const { session, ids } = await client.request('session.create', { ...this.#settings, messages });
    this.#entries = messages.map((message, at) => ({ message, ids: ids[at] ?? [] }));
    this.#fingerprint = fingerprint;
    return { client, id: session };
  }
}

/** True when the daemon or the session no longer exists, so that opening it again may help. */
function isGone(error: CodedError): boolean {
  return (
    error.code === 'daemon.unreachable' ||
    error.code === 'daemon.stopping' ||
    error.code === 'session.unknown' ||
    error.code === 'engine.closed' ||
    error.code === 'model.not-loaded'
  );
}
