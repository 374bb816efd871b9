import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import type { LinkState, ModelHost } from '../daemon-link/model-host.ts';
import { translate } from '../translation.ts';
import { EngineClient } from './engine-client.ts';
import type { EngineAddress } from './engine-address.ts';
import type { SendRequest } from './http-request.ts';
import { RemoteModel } from './remote-model.ts';
import { contextOf, servedModels, type ServedModel } from './served-models.ts';
import { TokenCounter } from './token-counter.ts';

/** The engine that the user chose. */
export interface ChosenEngine {
  readonly address: EngineAddress;
  /** The model's name there; empty for the only one that is served. */
  readonly model: string;
}

export interface RemoteHostParts {
  readonly engine: ChosenEngine;
  readonly send: SendRequest;
  /** Rejects unless the user has agreed that text is sent there. */
  permit(engine: ChosenEngine): Promise<void>;
  key(engine: ChosenEngine): Promise<string | undefined>;
  /** What the user said about the window of a model whose engine does not tell it. */
  toldContext(engine: ChosenEngine, model: string): number | undefined;
}

/**
 * The models of one engine elsewhere. Connects on first use, and again after a failure. Owns: the connected model and
 * the state that is shown. Does not own: the user's choice, what they agreed to.
 */
export class RemoteHost implements ModelHost {
  readonly #parts: RemoteHostParts;
  readonly #listeners = new Set<(state: LinkState) => void>();
  #state: LinkState;
  #model: RemoteModel | undefined;
  #connecting: Promise<RemoteModel> | undefined;

  constructor(parts: RemoteHostParts) {
    this.#parts = parts;
    const { address, model } = parts.engine;
    this.#state = {
      state: 'stopped',
      model: model === '' ? address.host : model,
      fraction: 0,
      text: '',
      profile: 'full',
      contextTokens: 0,
      elsewhere: { host: address.host, reach: address.reach, estimates: true },
    };
  }

  /** The window may have turned out to be smaller since the state was set. */
  get current(): LinkState {
    const window = this.#model?.facts.contextTokens;
    return window === undefined ? this.#state : { ...this.#state, contextTokens: window };
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Rejects with `auth.denied` when the user has not agreed, and with the engine's error when it cannot be used. */
  async model(signal: AbortSignal): Promise<RemoteModel> {
    if (signal.aborted) throw new CodedError('request.cancelled', 'Stopped.');
    await this.#parts.permit(this.#parts.engine);
    if (this.#model !== undefined) return this.#model;
    this.#connecting ??= this.#connect(signal).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(signal: AbortSignal): Promise<RemoteModel> {
    const { engine, send } = this.#parts;
    this.#set({ state: 'starting', text: '' });
    try {
      // Asked before every request: the user may take the permission back while a turn runs.
      const permitted: SendRequest = async (request, abort) => {
        await this.#parts.permit(engine);
        return send(request, abort);
      };
      const client = new EngineClient(engine.address, await this.#parts.key(engine), permitted);
      const served = chosenModel(await servedModels(client, signal), engine);
      const told = this.#parts.toldContext(engine, served.id);
      const contextTokens = (await contextOf(client, served, signal)) ?? told;
      if (contextTokens === undefined) throw unknownContext(engine, served.id);
      const counter = new TokenCounter(client, served.id);
      await counter.probe(signal);
      const model = new RemoteModel(client, counter, { id: served.id, contextTokens });
      this.#model = model;
      this.#set({ state: 'ready', text: '' });
      return model;
    } catch (thrown) {
      const error = toCodedError(thrown, 'engine.failed');
      this.#set(
        error.code === 'request.cancelled' ? { state: 'stopped', text: '' } : { state: 'failed', text: error.message },
      );
      throw error;
    }
  }

  #set(change: Pick<LinkState, 'state' | 'text'>): void {
    const { host, reach } = this.#parts.engine.address;
    const model = this.#model;
    this.#state = {
      ...this.#state,
      ...change,
      fraction: change.state === 'ready' ? 1 : 0,
      ...(model !== undefined && {
        model: model.id,
        profile: model.facts.profile,
        contextTokens: model.facts.contextTokens,
        ...(model.facts.profile === 'full' && { thinking: askedLevels }),
      }),
      elsewhere: { host, reach, estimates: model?.counter.estimates ?? true },
    };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

/** What most engines take; one that does not says so. */
const askedLevels = ['off', 'low', 'medium', 'high'] as const;

/** The model of the user's choice among those that are served. */
function chosenModel(served: readonly ServedModel[], { address, model }: ChosenEngine): ServedModel {
  const found = served.find(({ id }) => id === model);
  if (found !== undefined) return found;
  const [only] = served;
  if (model === '' && only !== undefined && served.length === 1) return only;
  const { host } = address;
  if (served.length === 0) throw new CodedError('model.missing', translate('{0} serves no model now.', host));
  if (model === '')
    throw new CodedError('model.missing', translate('{0} serves several models: choose one of them.', host));
  throw new CodedError('model.missing', translate('{0} does not serve {1} any more.', host, model));
}

function unknownContext({ address }: ChosenEngine, model: string): CodedError {
  const text = translate(
    '{0} does not tell how many tokens {1} can hold. Choose it again to say it.',
    address.host,
    model,
  );
  return new CodedError('option.invalid', text);
}
