import * as vscode from 'vscode';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { addressOrNone } from '../../remote-engine/engine-address.ts';
import type { EngineSwitch } from '../../remote-engine/engine-switch.ts';
import type { SendRequest } from '../../remote-engine/http-request.ts';
import { RemoteHost, type ChosenEngine } from '../../remote-engine/remote-host.ts';
import type { Settings } from '../window/settings.ts';
import type { EngineMemory } from './engine-memory.ts';

/** The engine that settings and memory name. Owns: when the switch is thrown. */
export class EngineChoice {
  readonly #settings: Settings;
  readonly #memory: EngineMemory;
  readonly #send: SendRequest;
  readonly #engines: EngineSwitch;
  #used: string | undefined;

  constructor(settings: Settings, memory: EngineMemory, send: SendRequest, engines: EngineSwitch) {
    this.#settings = settings;
    this.#memory = memory;
    this.#send = send;
    this.#engines = engines;
  }

  /** The engine elsewhere that is chosen; undefined for this machine's, also where the workspace refuses others. */
  get chosen(): ChosenEngine | undefined {
    if (this.#settings.refusesElsewhere) return undefined;
    const { address, model } = this.#settings.engine;
    const read = addressOrNone(address);
    return read === undefined ? undefined : { address: read, model };
  }

  /** Uses the chosen engine, unless it is in use already. `again`: also then, because more is known about it. */
  apply(again = false): void {
    const { chosen } = this;
    const name = chosen === undefined ? '' : `${chosen.address.base} ${chosen.model}`;
    if (name === this.#used && !again) return;
    this.#used = name;
    this.#engines.use(chosen === undefined ? undefined : this.#host(chosen));
  }

  #host(engine: ChosenEngine): RemoteHost {
    return new RemoteHost({
      engine,
      send: this.#send,
      key: ({ address }) => this.#memory.key(address.base),
      toldContext: ({ address }, model) => this.#memory.find(address.base)?.contexts[model],
      permit: async ({ address }) => {
        // Read at every use: both may have changed in another window.
        if (this.#settings.refusesElsewhere)
          throw new CodedError('auth.denied', vscode.l10n.t('This workspace uses no engine elsewhere.'));
        if (this.#memory.find(address.base) === undefined)
          throw new CodedError(
            'auth.denied',
            vscode.l10n.t('Nothing was sent to {0}: run "Use an Engine Elsewhere…" and agree first.', address.host),
          );
      },
    });
  }
}
