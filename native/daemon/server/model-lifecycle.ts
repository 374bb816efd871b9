import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { CodedError } from '../../protocol/coded-error.ts';
import type { LoadedModel, LoadManner, LoadOptions } from '../../protocol/methods.ts';

/** A loaded model, as `ModelLifecycle` sees it. */
export interface Loadable {
  readonly loaded: LoadedModel;
  close(): Promise<void>;
}

export interface ModelLoader<R extends Loadable> {
  /** Throws those errors of `load` that are cheap to find: a missing model, a damaged file. */
  check(options: LoadOptions): Promise<void>;
  load(options: LoadOptions, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<R>;
  /** Whose turns run on the model: a label for each, empty where the client gave none. */
  turns(runtime: R): readonly string[];
  /** Called before the model is closed: ends its sessions and requests. `next`: the model that takes its place. */
  leaving(runtime: R, next: string | undefined): Promise<void>;
  /** Called after every change of the loaded model. */
  changed(model: LoadedModel | undefined): void;
}

/** How often a load that waits looks whether turns still run. */
const waitStepMs = 100;

/**
 * Owns: the daemon's loaded model. Loads, switches and closes it, one change at a time, in the order of the calls.
 * Does not own: its sessions.
 */
export class ModelLifecycle<R extends Loadable> {
  readonly #loader: ModelLoader<R>;
  readonly #stopping = new AbortController();
  #current: { readonly options: LoadOptions; readonly runtime: R } | undefined;
  #loading: { readonly model: string; fraction: number } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(loader: ModelLoader<R>) {
    this.#loader = loader;
  }

  get runtime(): R | undefined {
    return this.#current?.runtime;
  }

  get loading(): { readonly model: string; readonly fraction: number } | undefined {
    return this.#loading;
  }

  /** The loaded model. Throws `model.not-loaded`, or `daemon.stopping` once `close` was called. */
  required(): R {
    this.#refuseWhenStopping();
    if (this.#current === undefined)
      throw new CodedError(
        'model.not-loaded',
        'No model is loaded: load one with model.load, or start the daemon with --model.',
      );
    return this.#current.runtime;
  }

  /**
   * Makes `options.model` the loaded model and returns it. Changes nothing when it is loaded already with the given
   * options; otherwise closes the loaded model first, and `manner` says what becomes of turns that run on it. Rejects
   * with `model.busy` when they are not to be ended, and with `request.cancelled` when `signal` is aborted.
   */
  load(
    options: LoadOptions,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
    manner: LoadManner = {},
  ): Promise<R> {
    return this.#inOrder(async () => {
      if (this.#serves(options, manner.exactly === true)) return this.required();
      await this.#loader.check(options);
      const either = AbortSignal.any([signal, this.#stopping.signal]);
      await this.#turnsEnd(manner, either);
      await this.#unloadCurrent(options.model);
      either.throwIfAborted();
      this.#loading = { model: options.model, fraction: 0 };
      try {
        const runtime = await this.#loader.load(options, (fraction) => this.#advance(fraction, onProgress), either);
        this.#current = { options, runtime };
      } catch (error) {
        this.#refuseWhenStopping();
        throw error;
      } finally {
        this.#loading = undefined;
      }
      this.#loader.changed(this.#current.runtime.loaded);
      return this.#current.runtime;
    }, signal);
  }

  /** Cancels a running load, closes the model, and refuses all later calls. Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort(new CodedError('daemon.stopping', 'The daemon is stopping.'));
    await this.#last.catch(() => undefined);
    await this.#unloadCurrent(undefined);
  }

  /** Whether the loaded model satisfies `options`; unless `exactly`, options left out may have any value. */
  #serves(options: LoadOptions, exactly: boolean): boolean {
    const current = this.#current;
    if (current === undefined) return false;
    const { name, path } = current.runtime.loaded;
    if (![current.options.model, name, path].includes(options.model)) return false;
    const { model: _, ...wanted } = options;
    const { model: __, ...has } = current.options;
    const names = Object.keys({ ...wanted, ...(exactly ? has : {}) }) as (keyof typeof wanted)[];
    return names.every((name) => {
      if (wanted[name] === undefined && !exactly) return true;
      return isDeepStrictEqual(has[name], wanted[name]);
    });
  }

  /** Resolves when the loaded model may be closed. */
  async #turnsEnd({ running = 'end' }: LoadManner, signal: AbortSignal): Promise<void> {
    const turns = (): readonly string[] =>
      this.#current === undefined ? [] : this.#loader.turns(this.#current.runtime);
    if (running === 'end') return;
    if (running === 'refuse') {
      const labels = turns();
      if (labels.length === 0) return;
      const whose = [...new Set(labels)].filter((label) => label !== '').join(', ');
      throw new CodedError('model.busy', 'A turn runs on the loaded model: wait for its end, or end it.', {
        data: { turns: labels.length, whose },
      });
    }
    while (turns().length > 0)
      await delay(waitStepMs, undefined, { signal }).catch(() => {
        throw new CodedError('request.cancelled', 'The request was cancelled.');
      });
  }

  async #unloadCurrent(next: string | undefined): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    await this.#loader.leaving(current.runtime, next);
    await current.runtime.close();
    this.#loader.changed(undefined);
  }

  #inOrder<T>(change: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const next = this.#last
      .catch(() => undefined)
      .then(() => {
        this.#refuseWhenStopping();
        if (signal.aborted) throw new CodedError('request.cancelled', 'The request was cancelled.');
        return change();
      });
    this.#last = next;
    return next;
  }

  #advance(fraction: number, onProgress: (fraction: number) => void): void {
    if (this.#loading !== undefined) this.#loading.fraction = fraction;
    onProgress(fraction);
  }

  #refuseWhenStopping(): void {
    if (this.#stopping.signal.aborted) throw new CodedError('daemon.stopping', 'The daemon is stopping.');
  }
}
