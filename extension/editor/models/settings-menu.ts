import * as vscode from 'vscode';
import { shownModelName } from '../../daemon-link/model-name.ts';
import type { LoadOptions } from '../../../native/protocol/methods.ts';
import type { ModelSummary, PlannedModel } from '../../../native/protocol/model.ts';
import { typedProblem } from '../../models/model-settings.ts';
import type { ModelSettings } from '../../models/model-settings.ts';
import { planLine } from '../../models/model-words.ts';
import {
  isNumberSetting,
  offeredSettings,
  settingChoices,
  settingText,
  settingTitle,
  withSetting,
} from '../../models/setting-choices.ts';
import type { ModelSetting } from '../../models/setting-choices.ts';
import { nativeText } from '../model-text/native-text.ts';

export interface SettingsMenuParts {
  /** The settings of a model as they are kept. */
  readonly read: (model: string) => ModelSettings;
  readonly write: (model: string, settings: ModelSettings) => Promise<void>;
  /** How a model with these settings is loaded. */
  readonly options: (model: string, settings: ModelSettings) => LoadOptions;
  readonly plan: (options: LoadOptions) => Promise<PlannedModel>;
  /** Whether the engine has a GPU to put layers on. */
  readonly hasGpu: () => boolean;
  readonly use: (model: ModelSummary) => Promise<void>;
}

interface Choice<Value> extends vscode.QuickPickItem {
  readonly value?: Value;
}

type Action = { readonly kind: 'use' } | { readonly kind: 'reset' } | { readonly kind: 'set'; setting: ModelSetting };

/**
 * The menu of one model's settings. It shows the plan that follows from them, and for every value to choose the plan
 * that would follow from it. A value is kept when it is chosen.
 */
export class SettingsMenu {
  readonly #parts: SettingsMenuParts;

  constructor(parts: SettingsMenuParts) {
    this.#parts = parts;
  }

  /** Shows the menu until it is closed. Throws what `plan` throws. */
  async show(model: ModelSummary): Promise<void> {
    for (;;) {
      const settings = this.#parts.read(model.name);
      const planned = await this.#plan(model, settings);
      const action = await this.#pickAction(model, settings, planned);
      if (action === undefined) return;
      if (action.kind === 'use') return this.#parts.use(model);
      const changed = action.kind === 'reset' ? {} : await this.#changed(model, settings, action.setting, planned);
      if (changed !== undefined) await this.#parts.write(model.name, changed);
    }
  }

  async #pickAction(model: ModelSummary, settings: ModelSettings, planned: PlannedModel): Promise<Action | undefined> {
    const rows = offeredSettings(this.#parts.hasGpu()).map((setting): Choice<Action> => ({
      label: settingTitle(setting),
      description: settingText(setting, settings),
      value: { kind: 'set', setting },
    }));
    const isUsable = model.path !== undefined && model.role === 'agent' && !model.loaded;
    const use: Choice<Action> = {
      label: `$(check) ${vscode.l10n.t('Use this model')}`,
      value: { kind: 'use' },
    };
    const reset: Choice<Action> = {
      label: `$(discard) ${vscode.l10n.t('Leave everything to the engine')}`,
      value: { kind: 'reset' },
    };
    const items: Choice<Action>[] = [
      ...(isUsable ? [use] : []),
      separator(vscode.l10n.t('Settings')),
      ...rows,
      ...(Object.keys(settings).length > 0 ? [reset] : []),
    ];
    const picked = await vscode.window.showQuickPick(items, {
      title: nativeText(shownModelName(model.name)),
      placeHolder: planLine(planned),
    });
    return picked?.value;
  }

  /** The settings after the user has chosen a value; undefined when they chose none. */
  async #changed(
    model: ModelSummary,
    settings: ModelSettings,
    setting: ModelSetting,
    planned: PlannedModel,
  ): Promise<ModelSettings | undefined> {
    const choices = settingChoices(setting, planned);
    if (choices.length === 0) return this.#typed(model, settings, setting);
    const items = await Promise.all(
      choices.map(async ({ label, value }): Promise<Choice<ModelSettings | 'other'>> => {
        const changed = withSetting(settings, setting, value);
        const detail = await this.#plan(model, changed).then(planLine, (thrown: unknown) => String(thrown));
        return { label, detail, value: changed };
      }),
    );
    const other: Choice<ModelSettings | 'other'> = { label: vscode.l10n.t('Another number…'), value: 'other' };
    const picked = await vscode.window.showQuickPick([...items, ...(isNumberSetting(setting) ? [other] : [])], {
      title: `${nativeText(shownModelName(model.name))}: ${settingTitle(setting)}`,
      placeHolder: settingText(setting, settings),
    });
    return picked?.value === 'other' ? this.#typed(model, settings, setting) : picked?.value;
  }

  /** Asks for a number. The plan that follows from it is shown while it is typed. */
  async #typed(
    model: ModelSummary,
    settings: ModelSettings,
    setting: ModelSetting,
  ): Promise<ModelSettings | undefined> {
    if (!isNumberSetting(setting)) return undefined;
    const changed = (text: string): ModelSettings =>
      withSetting(settings, setting, text.trim() === '' ? undefined : Number(text));
    const typed = await vscode.window.showInputBox({
      title: `${nativeText(shownModelName(model.name))}: ${settingTitle(setting)}`,
      value: settings[setting] === undefined ? '' : String(settings[setting]),
      prompt: vscode.l10n.t('Leave it empty for: {0}.', settingText(setting, {})),
      validateInput: async (text) => {
        const problem = typedProblem(setting, text);
        if (problem !== undefined) return problem;
        const message = await this.#plan(model, changed(text)).then(planLine, (thrown: unknown) => String(thrown));
        return { message, severity: vscode.InputBoxValidationSeverity.Info };
      },
    });
    return typed === undefined ? undefined : changed(typed);
  }

  #plan(model: ModelSummary, settings: ModelSettings): Promise<PlannedModel> {
    return this.#parts.plan(this.#parts.options(model.name, settings));
  }
}

function separator(label: string): vscode.QuickPickItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
