import type * as vscode from 'vscode';
import { addressOrNone, homeAddress, type EngineAddress } from '../../remote-engine/engine-address.ts';
import { isRecord } from '../../workspace/is-record.ts';

/** An engine elsewhere that the user has agreed to use. */
export interface KnownEngine {
  /** The base of its API: identifies it. */
  readonly base: string;
  /** The model that was used last. */
  readonly model: string;
  /** Windows that the user told, by model. */
  readonly contexts: Readonly<Record<string, number>>;
  /** It is the engine of the machine in front of the user, by a forwarded port. */
  readonly home?: boolean;
}

/**
 * The engines that the user has agreed to, and their keys. Kept outside of the settings: no workspace and no settings
 * that are synchronised can agree for the user.
 */
export class EngineMemory {
  readonly #memory: vscode.Memento;
  readonly #secrets: vscode.SecretStorage;
  readonly #place: string;

  /**
   * `place`: where the extension runs; empty on the user's own machine. VS Code keeps one memory for all machines, and
   * an address such as `127.0.0.1:8000` means another server on each of them.
   */
  constructor(memory: vscode.Memento, secrets: vscode.SecretStorage, place: string) {
    this.#memory = memory;
    this.#secrets = secrets;
    this.#place = place === '' ? '' : ` at ${place}`;
  }

  get known(): readonly KnownEngine[] {
    const list: unknown = this.#memory.get(this.#listKey);
    return Array.isArray(list) ? list.filter(isKnown) : [];
  }

  find(base: string): KnownEngine | undefined {
    return this.known.find((engine) => engine.base === base);
  }

  /** The address of an engine, which may be one at home. Undefined where it cannot be read. */
  address(base: string): EngineAddress | undefined {
    const address = addressOrNone(base);
    if (address === undefined || this.find(address.base)?.home !== true) return address;
    return homeAddress(Number(new URL(address.base).port));
  }

  /** Notes that the user agreed to this engine, with the model that they chose and its window where they told it. */
  async remember({ base, reach }: EngineAddress, model: string, contextTokens: number | undefined): Promise<void> {
    const old = this.find(base);
    const contexts = { ...old?.contexts, ...(contextTokens !== undefined && { [model]: contextTokens }) };
    const agreed: KnownEngine = { base, model, contexts, ...(reach === 'home' && { home: true }) };
    await this.#save([agreed, ...this.known.filter((engine) => engine.base !== base)]);
  }

  /** Forgets the engine, its key and that the user agreed to it. */
  async forget(base: string): Promise<void> {
    await this.#save(this.known.filter((engine) => engine.base !== base));
    await this.#secrets.delete(this.#secretOf(base));
  }

  async key(base: string): Promise<string | undefined> {
    return this.#secrets.get(this.#secretOf(base));
  }

  async setKey(base: string, key: string): Promise<void> {
    await this.#secrets.store(this.#secretOf(base), key);
  }

  async #save(list: readonly KnownEngine[]): Promise<void> {
    await this.#memory.update(this.#listKey, list);
  }

  get #listKey(): string {
    return `engines${this.#place}`;
  }

  #secretOf(base: string): string {
    return `engine ${base}${this.#place}`;
  }
}

function isKnown(value: unknown): value is KnownEngine {
  return (
    isRecord(value) && typeof value.base === 'string' && typeof value.model === 'string' && isRecord(value.contexts)
  );
}
