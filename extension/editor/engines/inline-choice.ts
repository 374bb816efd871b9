import * as vscode from 'vscode';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { LinkState, ModelHost } from '../../daemon-link/model-host.ts';
import { shownModel } from '../../daemon-link/model-name.ts';
import type { EngineSwitch } from '../../remote-engine/engine-switch.ts';
import { inlineRoleText, readInlineRole, type InlineRole } from '../../remote-engine/inline-role.ts';
import type { ChosenEngine } from '../../remote-engine/remote-host.ts';
import { nativeText } from '../model-text/native-text.ts';
import type { Settings } from '../window/settings.ts';
import type { EngineHosts } from './engine-hosts.ts';
import type { EngineMemory } from './engine-memory.ts';
import type { EngineRow, EngineTarget } from './engine-target.ts';

/**
 * The model that answers inline chat and the commands for code, as the setting names it. Owns: when its switch is
 * thrown. Does not own: the chat's model, which answers where nothing else is chosen.
 */
export class InlineChoice implements EngineTarget {
  readonly #settings: Settings;
  readonly #memory: EngineMemory;
  readonly #hosts: EngineHosts;
  readonly #local: ModelHost;
  readonly #chat: ModelHost;
  readonly #inline: EngineSwitch;
  #used = '';

  /** `inline`: the switch of inline chat, whose usual host is `chat`. `local`: this machine's engine. */
  constructor(
    settings: Settings,
    memory: EngineMemory,
    hosts: EngineHosts,
    { local, chat, inline }: { readonly local: ModelHost; readonly chat: ModelHost; readonly inline: EngineSwitch },
  ) {
    this.#settings = settings;
    this.#memory = memory;
    this.#hosts = hosts;
    this.#local = local;
    this.#chat = chat;
    this.#inline = inline;
  }

  get title(): string {
    return vscode.l10n.t('Model of inline chat');
  }

  /** The engine elsewhere that is chosen; undefined also where the workspace refuses it: then this machine answers. */
  get chosen(): ChosenEngine | undefined {
    const role = this.#role();
    const address = role.kind === 'elsewhere' ? this.#memory.address(role.address) : undefined;
    return role.kind !== 'elsewhere' || address === undefined ? undefined : { address, model: role.model };
  }

  /** The state of what answers inline chat, where it is not the chat's; else undefined. */
  get own(): LinkState | undefined {
    return this.#role().kind === 'chat' ? undefined : this.#inline.current;
  }

  /** The chat's model and this machine's stand in a menu before this one. */
  nearer(): readonly EngineRow[] {
    return [];
  }

  /** Lets the user choose between the chat's model, this machine's, and what `elsewhere` offers. */
  async choose(elsewhere: () => Promise<void>): Promise<void> {
    const { kind } = this.#role();
    const mark = (role: InlineRole['kind'], icon: string): string => `$(${kind === role ? 'check' : icon})`;
    const rows: readonly EngineRow[] = [
      {
        label: `${mark('chat', 'comment-discussion')} ${vscode.l10n.t("The chat's model")}`,
        description: nativeText(shownModel(this.#chat.current)),
        run: () => this.#set({ kind: 'chat' }),
      },
      {
        label: `${mark('local', 'chip')} ${vscode.l10n.t('The model that is loaded on this machine')}`,
        description: nativeText(shownModel(this.#local.current)),
        run: () => this.#set({ kind: 'local' }),
      },
      {
        label: `${mark('elsewhere', 'remote')} ${vscode.l10n.t('A model of an engine elsewhere…')}`,
        ...(kind === 'elsewhere' && { description: nativeText(shownModel(this.#inline.current)) }),
        run: elsewhere,
      },
    ];
    const picked = await vscode.window.showQuickPick(rows, {
      title: this.title,
      placeHolder: vscode.l10n.t('It answers inline chat and the commands for code'),
    });
    await picked?.run?.();
  }

  async use(address: string, model: string): Promise<void> {
    await this.#set({ kind: 'elsewhere', address, model });
    this.apply(true);
  }

  async reset(): Promise<void> {
    await this.#set({ kind: 'chat' });
  }

  /** Uses what the setting names, unless it is in use already. `again`: also then, because more is known about it. */
  apply(again = false): void {
    const role = this.#role();
    const name = JSON.stringify(role);
    if (name === this.#used && !again) return;
    this.#used = name;
    this.#inline.use(this.#hostOf(role));
  }

  #role(): InlineRole {
    const role = readInlineRole(this.#settings.inlineModel);
    return role.kind === 'elsewhere' && this.#settings.refusesElsewhere ? { kind: 'local' } : role;
  }

  #hostOf(role: InlineRole): ModelHost | undefined {
    if (role.kind === 'chat') return undefined;
    if (role.kind === 'local') return this.#local;
    const { chosen } = this;
    return chosen === undefined ? refusing(this.#settings.inlineModel) : this.#hosts(chosen);
  }

  async #set(role: Exclude<InlineRole, { readonly kind: 'unreadable' }>): Promise<void> {
    await this.#settings.setInlineModel(inlineRoleText(role));
  }
}

/** Answers nothing: it is not known where the user wants the text to go. */
function refusing(setting: string): ModelHost {
  const text = vscode.l10n.t(
    '"{0}" in moonwright.inlineModel is neither empty nor local nor MODEL@ADDRESS: one model is loaded at a time.',
    setting,
  );
  return {
    current: { state: 'failed', model: setting, fraction: 0, text, profile: 'full', contextTokens: 0 },
    onState: () => () => undefined,
    model: () => Promise.reject(new CodedError('option.invalid', text)),
  };
}
