import type { PlannedModel } from '../../native/protocol/model.ts';
import { translate } from '../translation.ts';
import type { ModelSettings, NumberSetting } from './model-settings.ts';
import { tokensText } from './model-words.ts';

export type ModelSetting = keyof ModelSettings;

/** A value to choose for a setting; undefined: the engine chooses. */
export interface SettingChoice {
  readonly label: string;
  readonly value: ModelSettings[ModelSetting];
}

/** More layers than any model has: all of them. */
export const allLayers = 100_000;
const contextSteps = [4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576];

/** The settings of a model in the order of the menu. Those of the GPU are left out where there is none. */
export function offeredSettings(hasGpu: boolean): ModelSetting[] {
  const gpu: readonly ModelSetting[] = ['gpuLayers', 'cpuMoeLayers'];
  const sampling: readonly ModelSetting[] = ['temperature', 'topP', 'topK', 'minP', 'repeatPenalty'];
  return ['contextTokens', 'kvType', ...(hasGpu ? gpu : []), 'parallel', ...sampling];
}

/** What a setting is called. */
export function settingTitle(setting: ModelSetting): string {
  switch (setting) {
    case 'contextTokens':
      return translate('Context');
    case 'kvType':
      return translate('KV cache');
    case 'gpuLayers':
      return translate('Layers on the GPU');
    case 'cpuMoeLayers':
      return translate('Layers with experts in RAM');
    case 'parallel':
      return translate('Full contexts at once');
    case 'temperature':
      return translate('Temperature');
    case 'topP':
      return translate('Top P');
    case 'topK':
      return translate('Top K');
    case 'minP':
      return translate('Min P');
    case 'repeatPenalty':
      return translate('Repeat penalty');
  }
}

/** A setting's value in words. */
export function settingText(setting: ModelSetting, { [setting]: value }: ModelSettings): string {
  if (value === undefined) return automatic(setting);
  if (setting === 'contextTokens') return tokensText(Number(value));
  if (setting === 'gpuLayers' && value === 0) return translate('none, everything in RAM');
  if (setting === 'cpuMoeLayers' && value === 0) return translate('none');
  return value === allLayers ? translate('all') : String(value);
}

/** The values worth choosing for a setting of this model. None: it is typed. */
export function settingChoices(setting: ModelSetting, planned: PlannedModel): SettingChoice[] {
  const choice = (value: ModelSettings[ModelSetting]): SettingChoice => ({
    label: settingText(setting, { [setting]: value }),
    value,
  });
  switch (setting) {
    case 'contextTokens':
      return [undefined, ...contextSteps.filter((step) => step <= planned.contextLargest)].map(choice);
    case 'kvType':
      return [undefined, 'f16' as const, 'q8_0' as const].map(choice);
    case 'gpuLayers':
    case 'cpuMoeLayers':
      return [undefined, 0, allLayers].map(choice);
    case 'parallel':
      return [undefined, 1, 2, 4].map(choice);
    default:
      return [];
  }
}

/** Whether another number than the choices can be typed for it. */
export function isNumberSetting(setting: ModelSetting): setting is NumberSetting {
  return setting !== 'kvType';
}

/** The settings with one of them changed; undefined takes it out. */
export function withSetting(
  settings: ModelSettings,
  setting: ModelSetting,
  value: ModelSettings[ModelSetting],
): ModelSettings {
  const { [setting]: _, ...others } = settings;
  return value === undefined ? others : { ...others, [setting]: value };
}

function automatic(setting: ModelSetting): string {
  const isSampling = ['temperature', 'topP', 'topK', 'minP', 'repeatPenalty'].includes(setting);
  return isSampling ? translate('as its makers recommend') : translate('automatic');
}
