import * as vscode from 'vscode';
import type { EngineSwitch } from '../../remote-engine/engine-switch.ts';
import type { ChosenEngine } from '../../remote-engine/remote-host.ts';
import type { Settings } from '../window/settings.ts';
import type { EngineHosts } from './engine-hosts.ts';
import type { EngineMemory } from './engine-memory.ts';
import type { EngineRow, EngineTarget } from './engine-target.ts';

/** The engine that answers the chat, as the settings name it. Owns: when the switch is thrown. */
export class EngineChoice implements EngineTarget {
  readonly #settings: Settings;
  readonly #memory: EngineMemory;
  readonly #hosts: EngineHosts;
  readonly #engines: EngineSwitch;
  #used: string | undefined;

  constructor(settings: Settings, memory: EngineMemory, hosts: EngineHosts, engines: EngineSwitch) {
    this.#settings = settings;
    this.#memory = memory;
    this.#hosts = hosts;
    this.#engines = engines;
  }

  get title(): string {
    return vscode.l10n.t('Use an engine elsewhere');
  }

  /** The engine elsewhere that is chosen; undefined for this machine's, also where the workspace refuses others. */
  get chosen(): ChosenEngine | undefined {
    if (this.#settings.refusesElsewhere) return undefined;
    const { address, model } = this.#settings.engine;
    const read = this.#memory.address(address);
    return read === undefined ? undefined : { address: read, model };
  }

  nearer(): EngineRow[] {
    const here: EngineRow = {
      label: `$(chip) ${vscode.l10n.t("Use this machine's own engine")}`,
      run: () => this.reset(),
    };
    return this.chosen === undefined ? [] : [here];
  }

  async use(base: string, model: string): Promise<void> {
    await this.#settings.setEngine(base, model);
    this.apply(true);
  }

  async reset(): Promise<void> {
    await this.#settings.setEngine('', '');
  }

  /** Uses the chosen engine, unless it is in use already. `again`: also then, because more is known about it. */
  apply(again = false): void {
    const { chosen } = this;
    const name = chosen === undefined ? '' : `${chosen.address.host} ${chosen.address.base} ${chosen.model}`;
    if (name === this.#used && !again) return;
    this.#used = name;
    this.#engines.use(chosen === undefined ? undefined : this.#hosts(chosen));
  }
}
