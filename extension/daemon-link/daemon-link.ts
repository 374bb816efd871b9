import { setTimeout as delay } from 'node:timers/promises';
import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import type { LoadedModel, LoadManner, LoadOptions } from '../../native/protocol/methods.ts';
import type { DeviceInfo } from '../../native/protocol/model.ts';
import type { AgentModel } from '../agent/agent-model.ts';
import { DaemonModel } from './daemon-model.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { hangLimits, watchForHang } from './hang-watch.ts';
import type { HangLimits } from './hang-watch.ts';
import type { LinkState, ModelHost } from './model-host.ts';
import { RpcClient, type Endpoint } from './rpc-client.ts';

export interface LinkParts {
  /** Starts or finds the daemon. */
  launch(signal: AbortSignal): Promise<Endpoint>;
  /** The model the user wants now. */
  wanted(): LoadOptions;
  /**
   * Asks what becomes of turns that run on the model that `model` would replace, here or in other windows. `whose`:
   * their labels, as far as they have some. Undefined: the loaded model is kept.
   */
  askAboutTurns(model: string, turns: number, whose: string): Promise<'end' | 'wait' | undefined>;
  /** The last lines of the log, for the message after giving up. */
  logTail(): string;
  now(): number;
  readonly process: DaemonProcess;
  readonly limits?: LinkLimits;
}

export interface LinkLimits {
  readonly hang: HangLimits;
  /** Milliseconds for a daemon that is told to stop to close its connections; then it is killed. */
  readonly stopMs: number;
  /** Milliseconds for its process to end after that. A daemon that ends in order takes up to ten seconds. */
  readonly endMs: number;
}

const usualLimits: LinkLimits = { hang: hangLimits, stopMs: 5000, endMs: 15_000 };

const restartsMax = 5;
const restartWindowMs = 10 * 60_000;

/**
 * The connection to the daemon: starts or finds it, keeps the wanted model loaded, reconnects after a crash. A daemon
 * that hangs is killed, which is a crash, too, for every other window. Owns: the connection and its state. Does not
 * own: sessions, how the state is shown. The daemon outlives it.
 */
export class DaemonLink implements ModelHost {
  readonly #parts: LinkParts;
  readonly #limits: LinkLimits;
  readonly #listeners = new Set<(state: LinkState) => void>();
  readonly #disposed = new AbortController();
  #state: LinkState;
  #connecting: Promise<RpcClient> | undefined;
  /** A change of the model while another one is loaded. */
  #reloading: Promise<RpcClient> | undefined;
  #client: RpcClient | undefined;
  #loaded: { readonly facts: LoadedModel; readonly model: DaemonModel } | undefined;
  #restarts: number[] = [];

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? usualLimits;
    this.#state = {
      state: 'stopped',
      model: parts.wanted().model,
      fraction: 0,
      text: '',
      profile: 'full',
      contextTokens: 0,
    };
  }

  get current(): LinkState {
    return this.#state;
  }

  /** The daemon's loaded model, as far as this window knows. */
  get loaded(): LoadedModel | undefined {
    return this.#loaded?.facts;
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The loaded model: the same object until another one is loaded. Rejects with `request.cancelled` after an abort. */
  async model(signal: AbortSignal): Promise<AgentModel> {
    await raceAbort(this.client(), signal);
    if (this.#loaded === undefined) throw new CodedError('model.not-loaded', 'No model is loaded.');
    return this.#loaded.model;
  }

  /** The connection, with the wanted model loaded. Connects and loads first if needed. */
  async client(): Promise<RpcClient> {
    if (this.#disposed.signal.aborted) throw new CodedError('engine.closed', 'The window is closing.');
    if (this.#client !== undefined && this.#loaded !== undefined) return this.#client;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /** The connection, with any model or none: for asking about models. */
  async connection(): Promise<RpcClient> {
    if (this.#client !== undefined) return this.#client;
    try {
      return await this.client();
    } catch (thrown) {
      // A model that cannot be loaded is no reason not to show the others.
      if (this.#client !== undefined) return this.#client;
      throw thrown;
    }
  }

  /** What the engine can compute on; empty before the first connection. */
  get devices(): readonly DeviceInfo[] {
    return this.#client?.hello.backend.devices ?? [];
  }

  /**
   * Loads the wanted model: the user chose another one, or other options. While a turn runs, the user is asked first;
   * until the model is changed, all goes on with the loaded one.
   */
  async reload(): Promise<void> {
    this.#restarts = [];
    const client = this.#client;
    if (client === undefined || this.#loaded === undefined) {
      this.#loaded = undefined;
      await this.client();
      return;
    }
    const reloading = this.#replace(client);
    this.#reloading = reloading;
    try {
      await reloading;
    } finally {
      if (this.#reloading === reloading) this.#reloading = undefined;
    }
  }

  /** Ends the daemon for all windows and starts it again. Kills it when it does not end by itself. */
  async restart(): Promise<void> {
    this.#restarts = [];
    const client = this.#client;
    if (client !== undefined) {
      this.#client = undefined;
      await this.#stop(client);
    }
    this.#loaded = undefined;
    await this.client();
  }

  /** Disconnects. The daemon ends by itself when no window needs it. */
  async dispose(): Promise<void> {
    this.#disposed.abort();
    this.#listeners.clear();
    await this.#client?.close();
  }

  async #connect(): Promise<RpcClient> {
    try {
      const fresh = this.#client === undefined;
      const client = this.#client ?? (await this.#open());
      const { model } = this.#parts.wanted();
      if (this.#loaded === undefined) {
        // Only a new connection's hello is current: later another model may have been loaded.
        const running = fresh && this.#restarts.length === 0 ? client.hello.model : undefined;
        this.#use(running?.name === model ? running : await this.#load(client));
      }
      this.#set({ state: 'ready', model, fraction: 1, text: '' });
      return client;
    } catch (thrown) {
      const error = toCodedError(thrown, 'daemon.unreachable');
      if (!this.#disposed.signal.aborted)
        this.#set({ state: 'failed', model: this.#parts.wanted().model, fraction: 0, text: error.message });
      throw error;
    }
  }

  async #open(): Promise<RpcClient> {
    this.#set({ state: 'starting', model: this.#parts.wanted().model, fraction: 0, text: '' });
    const endpoint = await this.#parts.launch(this.#disposed.signal);
    const client = await RpcClient.connect(endpoint).catch(async (thrown: unknown) => {
      // It ended or hung after it was found. The next launch starts one, or replaces it.
      if (toCodedError(thrown, 'daemon.unreachable').code !== 'daemon.unreachable') throw thrown;
      return RpcClient.connect(await this.#parts.launch(this.#disposed.signal));
    });
    this.#client = client;
    client.onNotification('model.changed', ({ model }) => {
      // Another window chose another model. This one follows; its sessions open again from their messages.
      if (this.#client !== client) return;
      if (model !== undefined) this.#use(model);
      else if (this.#reloading !== undefined) this.#waitFor(this.#reloading);
    });
    void client.closed.then(() => this.#lost(client));
    watchForHang(client.socket, this.#limits.hang, () => this.#kill(client, 'it does not answer any more.'));
    return client;
  }

  async #stop(client: RpcClient): Promise<void> {
    const { stopMs, endMs } = this.#limits;
    const closed = client
      .request('shutdown', {})
      .catch((error: unknown) => this.#ignoreGone(error))
      .then(() => client.closed);
    const timer = new AbortController();
    const late = delay(stopMs, true, { signal: timer.signal }).catch(() => false);
    // Native code may hang after the connection has ended; until its end the process keeps the lock.
    const inTime =
      !(await Promise.race([closed.then(() => false), late])) &&
      (await this.#parts.process.ended(client.hello.pid, endMs));
    timer.abort();
    if (!inTime) this.#kill(client, 'it was told to stop, and did not.');
    await closed;
  }

  /** Kills the daemon. The connection ends also if that fails. */
  #kill(client: RpcClient, why: string): void {
    this.#parts.process.kill(client.hello.pid, why);
    client.socket.terminate();
  }

  async #load(client: RpcClient): Promise<LoadedModel> {
    const wanted = this.#parts.wanted();
    const { model } = wanted;
    const load = (running: LoadManner['running']): Promise<LoadedModel> => {
      this.#set({ state: 'loading', model, fraction: 0, text: '' });
      return client.request(
        'model.load',
        { ...wanted, running, exactly: true },
        { onProgress: ({ fraction }) => this.#set({ state: 'loading', model, fraction, text: '' }) },
      );
    };
    try {
      return await load('refuse');
    } catch (thrown) {
      const error = toCodedError(thrown);
      if (error.code !== 'model.busy') throw error;
      const loaded = this.#loaded?.facts ?? (await client.request('status', {})).model;
      // Nothing runs any more.
      if (loaded === undefined) return load('end');
      this.#set({ state: 'ready', model: loaded.name, fraction: 1, text: '' });
      const { turns, whose } = error.data ?? {};
      const answer = await this.#parts.askAboutTurns(model, Number(turns), String(whose ?? ''));
      return answer === undefined ? loaded : load(answer);
    }
  }

  /** Changes the loaded model. If that fails, the window has none, until it is told to load one again. */
  async #replace(client: RpcClient): Promise<RpcClient> {
    try {
      const facts = await this.#load(client);
      if (facts !== this.#loaded?.facts) this.#use(facts);
      this.#set({ state: 'ready', model: facts.name, fraction: 1, text: '' });
      return client;
    } catch (thrown) {
      const error = toCodedError(thrown, 'daemon.unreachable');
      this.#loaded = undefined;
      if (!this.#disposed.signal.aborted && this.#client === client)
        this.#set({ state: 'failed', model: this.#parts.wanted().model, fraction: 0, text: error.message });
      throw error;
    }
  }

  /** The loaded model was closed for another one: whoever needs a model waits for that. */
  #waitFor(reloading: Promise<RpcClient>): void {
    this.#loaded = undefined;
    const connecting = reloading.finally(() => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    });
    connecting.catch(() => undefined); // `reload` throws it
    this.#connecting = connecting;
  }

  #use(facts: LoadedModel): void {
    this.#loaded = { facts, model: new DaemonModel(this, facts) };
  }

  /** The connection ended unasked: connects again, up to a limit. */
  async #lost(client: RpcClient): Promise<void> {
    if (this.#client !== client || this.#disposed.signal.aborted) return;
    this.#client = undefined;
    this.#loaded = undefined;
    const now = this.#parts.now();
    this.#restarts = [...this.#restarts.filter((at) => now - at < restartWindowMs), now];
    const { model } = this.#parts.wanted();
    if (this.#restarts.length > restartsMax) {
      this.#set({
        state: 'failed',
        model,
        fraction: 0,
        text: this.#gaveUp(),
      });
      return;
    }
    this.#set({ state: 'starting', model, fraction: 0, text: '' });
    await delay(250 * 2 ** (this.#restarts.length - 1), undefined, { signal: this.#disposed.signal }).catch(
      () => undefined,
    );
    if (this.#disposed.signal.aborted) return;
    await this.client().catch(() => undefined); // the state holds the error
  }

  #gaveUp(): string {
    const ends = `The engine ended ${this.#restarts.length} times within ${restartWindowMs / 60_000} minutes.`;
    return `${ends} Its log ends with:\n${this.#parts.logTail()}`;
  }

  #ignoreGone(thrown: unknown): void {
    const error = toCodedError(thrown);
    if (error.code !== 'daemon.unreachable' && error.code !== 'daemon.stopping') throw error;
  }

  #set(change: Pick<LinkState, 'state' | 'model' | 'fraction' | 'text'>): void {
    const levels = this.#loaded?.facts.thinking.levels ?? [];
    this.#state = {
      ...change,
      profile: this.#loaded?.facts.profile ?? 'full',
      contextTokens: this.#loaded?.facts.contextTokens ?? 0,
      ...(levels.length > 0 && { thinking: levels }),
    };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new CodedError('request.cancelled', 'Stopped while waiting for the model.'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
