import { CodedError } from '../../protocol/coded-error.ts';
import type { LoadedModel, LoadOptions } from '../../protocol/methods.ts';

/** A loaded model, as `ModelLifecycle` sees it. */
export interface Loadable {
  readonly loaded: LoadedModel;
  close(): Promise<void>;
}

export interface ModelLoader<R extends Loadable> {
  /** Throws those errors of `load` that are cheap to find: a missing model, a damaged file. */
  check(options: LoadOptions): Promise<void>;
  load(options: LoadOptions, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<R>;
  /** Called before the model is closed: ends its sessions and requests. */
  leaving(runtime: R): Promise<void>;
  /** Called after every change of the loaded model. */
  changed(model: LoadedModel | undefined): void;
}

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
   * options; otherwise closes the loaded model first. Rejects with `request.cancelled` when `signal` is aborted; then
   * no model is loaded.
   */
  load(options: LoadOptions, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<R> {
    return this.#inOrder(async () => {
      if (this.#serves(options)) return this.required();
      await this.#loader.check(options);
      await this.#unloadCurrent();
      const either = AbortSignal.any([signal, this.#stopping.signal]);
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
    await this.#unloadCurrent();
  }

  /** Whether the loaded model satisfies `options`; options left out may have any value. */
  #serves(options: LoadOptions): boolean {
    const current = this.#current;
    if (current === undefined) return false;
    const { name, path } = current.runtime.loaded;
    if (![current.options.model, name, path].includes(options.model)) return false;
    const { model: _, ...wanted } = options;
    return Object.entries(wanted).every(
      ([key, value]) => value === undefined || current.options[key as keyof LoadOptions] === value,
    );
  }

  async #unloadCurrent(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    await this.#loader.leaving(current.runtime);
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
