import * as vscode from 'vscode';
import type { LoadOptions } from '../../../native/protocol/methods.ts';
import { isJsonObject } from '../../../native/protocol/json-object.ts';
import { readOneShotThinking, type OneShotThinking } from '../../agent/one-shot-thinking.ts';
import { readModelSettings, settingOptions, settingsKey } from '../../models/model-settings.ts';
import type { ModelSettings, ModelSettingsList } from '../../models/model-settings.ts';
import { readRules, type RuleList } from '../../permission/rule-text.ts';
import type { TokenPrice } from '../../metering/spending.ts';
import type { PermissionMode } from '../../permission/permission-mode.ts';

const section = 'moonwright';
const modes: readonly PermissionMode[] = ['plan', 'ask', 'edit', 'autonomous'];

/** The user's settings, read at every use. A workspace cannot set those that decide what may run. */
export class Settings {
  /** The model to load and how; the engine chooses absent numbers. */
  load(): LoadOptions {
    const model = this.#text('model') ?? 'nano';
    return this.loadOptions(model, this.ofModel(model));
  }

  /** How a model with these settings is loaded: what they leave out is as it is for all models. */
  loadOptions(model: string, settings: ModelSettings): LoadOptions {
    const contextTokens = this.#number('contextTokens');
    const threads = this.#number('threads');
    return {
      model,
      ...(contextTokens > 0 && { contextTokens }),
      ...(threads > 0 && { threads }),
      ...settingOptions(settings),
    };
  }

  /** The settings of single models, and what is wrong with them. */
  models(): ModelSettingsList {
    return readModelSettings(this.#of().get<unknown>('models'));
  }

  /** The settings of one model. */
  ofModel(model: string): ModelSettings {
    return this.models().models.get(settingsKey(model)) ?? {};
  }

  /** Keeps the settings of one model; none at all takes it out of the list. */
  async setOfModel(model: string, settings: ModelSettings): Promise<void> {
    const found = this.#of().get<unknown>('models');
    const key = settingsKey(model);
    const others = Object.entries(isJsonObject(found) ? found : {}).filter(([name]) => settingsKey(name) !== key);
    const own = Object.keys(settings).length === 0 ? [] : [[key, settings] as const];
    await this.#of().update('models', Object.fromEntries([...others, ...own]), vscode.ConfigurationTarget.Global);
  }

  get mode(): PermissionMode {
    const value = this.#text('mode');
    return modes.find((mode) => mode === value) ?? 'ask';
  }

  /** The permission rules, and the texts that cannot be read. */
  rules(): RuleList {
    return readRules(this.#texts('permission.rules'));
  }

  /** Globs of files whose change is asked for; with `!` before it, of files whose change is not. */
  get guardedFiles(): readonly string[] {
    return this.#texts('permission.guardedFiles');
  }

  get readOnlyCommands(): boolean {
    return this.#of().get<unknown>('permission.readOnlyCommands') !== false;
  }

  get saveAfterEdit(): boolean {
    return this.#of().get<unknown>('saveAfterEdit') !== false;
  }

  /** Watts that a computing processor core is taken to draw; 0: no estimate of energy. */
  get wattsPerCore(): number {
    return this.#amount(this.#of().get<unknown>('energy.watts'));
  }

  /** Price of tokens to compare with; undefined when none is set. */
  get price(): TokenPrice | undefined {
    const value = this.#of().get<unknown>('price');
    if (!isJsonObject(value)) return undefined;
    const { currency } = value;
    const [prompt, completion] = [this.#amount(value['prompt']), this.#amount(value['completion'])];
    if (prompt === 0 && completion === 0) return undefined;
    return {
      prompt,
      completion,
      cachedPrompt: value['cachedPrompt'] === undefined ? prompt : this.#amount(value['cachedPrompt']),
      currency: typeof currency === 'string' && currency.trim() !== '' ? currency.trim() : '$',
    };
  }

  /** The port for other programs on this machine; 0: none. */
  get servePort(): number {
    const port = this.#number('servePort');
    return port <= 65_535 ? port : 0;
  }

  /** Whether other agents on this machine may use our tools. */
  get offersTools(): boolean {
    return this.#of().get<unknown>('offerTools') === true;
  }

  /** The Node.js that runs the engine; undefined for the one in VS Code. */
  get nodePath(): string | undefined {
    return this.#text('nodePath');
  }

  /** The folder of the engine's lock, discovery file and cache; undefined for the default. */
  get stateDirectory(): string | undefined {
    return this.#text('stateDirectory');
  }

  /** The address of the hub that models are downloaded from. */
  get hubEndpoint(): string {
    return this.#text('hubEndpoint') ?? 'https://huggingface.co';
  }

  async setServePort(port: number): Promise<void> {
    await this.#of().update('servePort', port, vscode.ConfigurationTarget.Global);
  }

  async setOffersTools(on: boolean): Promise<void> {
    await this.#of().update('offerTools', on, vscode.ConfigurationTarget.Global);
  }

  /** A model of this machine's own engine: it is used from now on. */
  async setModel(model: string): Promise<void> {
    await this.#of().update('model', model, vscode.ConfigurationTarget.Global);
    if (this.engine.address !== '') await this.setEngine('', '');
  }

  /** The engine elsewhere and its model; empty for this machine's own engine. */
  get engine(): { readonly address: string; readonly model: string } {
    return { address: this.#text('engine.address') ?? '', model: this.#text('engine.model') ?? '' };
  }

  async setEngine(address: string, model: string): Promise<void> {
    // The model first: with the address the engine is used.
    await this.#of().update('engine.model', model === '' ? undefined : model, vscode.ConfigurationTarget.Global);
    await this.#of().update('engine.address', address === '' ? undefined : address, vscode.ConfigurationTarget.Global);
  }

  /** What answers inline chat and the commands for code, as `readInlineRole` reads it. */
  get inlineModel(): string {
    return this.#text('inlineModel') ?? '';
  }

  async setInlineModel(role: string): Promise<void> {
    await this.#of().update('inlineModel', role === '' ? undefined : role, vscode.ConfigurationTarget.Global);
  }

  /** How much the model thinks in inline chat and for the commands for code. */
  get inlineThinking(): OneShotThinking {
    return readOneShotThinking(this.#of().get<unknown>('inlineThinking'));
  }

  /** True if the user or the workspace has said no: neither can allow what the other forbids. */
  get refusesElsewhere(): boolean {
    const set = this.#of().inspect<unknown>('engine.allowElsewhere');
    const values = [set?.globalValue, set?.workspaceValue, set?.workspaceFolderValue];
    return this.#of().get<unknown>('engine.allowElsewhere') === false || values.includes(false);
  }

  /** In a window without a folder: for the user. */
  async refuseElsewhere(): Promise<void> {
    const { Global, Workspace } = vscode.ConfigurationTarget;
    const target = vscode.workspace.workspaceFolders === undefined ? Global : Workspace;
    await this.#of().update('engine.allowElsewhere', false, target);
  }

  /** Calls back when one of these settings changes. */
  onChange(names: readonly string[], listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (names.some((name) => event.affectsConfiguration(`${section}.${name}`))) listener();
    });
  }

  #texts(name: string): string[] {
    const value = this.#of().get<unknown>(name);
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

  #amount(value: unknown): number {
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
  }

  #of(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration(section);
  }
}
