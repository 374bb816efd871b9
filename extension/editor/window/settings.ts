import * as vscode from 'vscode';
import type { LoadOptions } from '../../../native/protocol/methods.ts';
import type { Rule } from '../../permission/policy.ts';
import { readRule } from '../../permission/rule-text.ts';
import type { PermissionMode } from '../../permission/permission-mode.ts';

const section = 'moonwright';
const modes: readonly PermissionMode[] = ['plan', 'ask', 'edit', 'autonomous'];

/** The user's settings, read when they are needed. Those that decide what may run cannot be set by a workspace. */
export class Settings {
  /** The model to load and how; absent numbers are the engine's choice. */
  load(): LoadOptions {
    const contextTokens = this.#number('contextTokens');
    const threads = this.#number('threads');
    return {
      model: this.#text('model') ?? 'nano',
      ...(contextTokens > 0 && { contextTokens }),
      ...(threads > 0 && { threads }),
    };
  }

  get mode(): PermissionMode {
    const value = this.#text('mode');
    return modes.find((mode) => mode === value) ?? 'ask';
  }

  /** Rules of the settings; those that cannot be read are left out, see `brokenRules`. */
  rules(): Rule[] {
    return this.#ruleTexts()
      .map(readRule)
      .filter((rule) => rule !== undefined);
  }

  brokenRules(): string[] {
    return this.#ruleTexts().filter((text) => readRule(text) === undefined);
  }

  get saveAfterEdit(): boolean {
    return this.#of().get<unknown>('saveAfterEdit') !== false;
  }

  /** The Node that runs the engine; undefined: VS Code's own. */
  get nodePath(): string | undefined {
    return this.#text('nodePath');
  }

  /** Where the engine keeps its lock, discovery file and cache; undefined: the user's own. */
  get stateDirectory(): string | undefined {
    return this.#text('stateDirectory');
  }

  async setModel(model: string): Promise<void> {
    await this.#of().update('model', model, vscode.ConfigurationTarget.Global);
  }

  /** Calls back when one of these settings changes. */
  onChange(names: readonly string[], listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (names.some((name) => event.affectsConfiguration(`${section}.${name}`))) listener();
    });
  }

  #ruleTexts(): string[] {
    const value = this.#of().get<unknown>('permission.rules');
    return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
  }

  #text(name: string): string | undefined {
    const value = this.#of().get<unknown>(name);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  }

  #number(name: string): number {
    const value = this.#of().get<unknown>(name);
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
  }

  #of(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration(section);
  }
}
