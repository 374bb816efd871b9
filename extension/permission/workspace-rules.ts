import type { Rule } from './policy.ts';
import { formatRule, parseRule } from './rules.ts';

/** A small key-value store, for example the editor's workspace state. */
export interface RuleMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const key = 'allowed';

/** The rules the user added in this workspace. Kept outside of its files, so that a repository cannot bring rules. */
export class WorkspaceRules {
  readonly #memory: RuleMemory;

  constructor(memory: RuleMemory) {
    this.#memory = memory;
  }

  /** The rules as text, e.g. `run(npm test)`. */
  get texts(): readonly string[] {
    const stored = this.#memory.get(key);
    return Array.isArray(stored) ? stored.filter((text) => typeof text === 'string') : [];
  }

  get rules(): readonly Rule[] {
    return this.texts.map((text) => parseRule('allow', text)).filter((rule) => rule !== undefined);
  }

  async add(rules: readonly Rule[]): Promise<void> {
    const known = this.texts;
    const texts = new Set([...known, ...rules.map(formatRule)]);
    if (texts.size > known.length) await this.#memory.update(key, [...texts]);
  }

  async remove(texts: readonly string[]): Promise<void> {
    await this.#memory.update(
      key,
      this.texts.filter((text) => !texts.includes(text)),
    );
  }
}
