import type * as vscode from 'vscode';
import { isRecord } from '../../workspace/is-record.ts';

/** An engine elsewhere that the user has agreed to use. */
export interface KnownEngine {
  /** The base of its API: identifies it. */
  readonly base: string;
  /** The model that was used last. */
  readonly model: string;
  /** Windows that the user told, by model. */
  readonly contexts: Readonly<Record<string, number>>;
}

const listKey = 'engines';

/**
 * The engines that the user has agreed to, and their keys. Kept outside of the settings: no workspace and no settings
 * that are synchronised can agree for the user.
 */
export class EngineMemory {
  readonly #memory: vscode.Memento;
  readonly #secrets: vscode.SecretStorage;

  constructor(memory: vscode.Memento, secrets: vscode.SecretStorage) {
    this.#memory = memory;
    this.#secrets = secrets;
  }

  get known(): readonly KnownEngine[] {
    const list: unknown = this.#memory.get(listKey);
    return Array.isArray(list) ? list.filter(isKnown) : [];
  }

  find(base: string): KnownEngine | undefined {
    return this.known.find((engine) => engine.base === base);
  }

  /** Notes that the user agreed to this engine, with the model that they chose and its window where they told it. */
  async remember(base: string, model: string, contextTokens: number | undefined): Promise<void> {
    const old = this.find(base);
    const contexts = { ...old?.contexts, ...(contextTokens !== undefined && { [model]: contextTokens }) };
    await this.#save([{ base, model, contexts }, ...this.known.filter((engine) => engine.base !== base)]);
  }

  /** Forgets the engine, its key and that the user agreed to it. */
  async forget(base: string): Promise<void> {
    await this.#save(this.known.filter((engine) => engine.base !== base));
    await this.#secrets.delete(secretOf(base));
  }

  async key(base: string): Promise<string | undefined> {
    return this.#secrets.get(secretOf(base));
  }

  async setKey(base: string, key: string): Promise<void> {
    await this.#secrets.store(secretOf(base), key);
  }

  async #save(list: readonly KnownEngine[]): Promise<void> {
    await this.#memory.update(listKey, list);
  }
}

function isKnown(value: unknown): value is KnownEngine {
  return (
    isRecord(value) && typeof value.base === 'string' && typeof value.model === 'string' && isRecord(value.contexts)
  );
}

function secretOf(base: string): string {
  return `engine ${base}`;
}
