import type { SamplingOptions } from '../../native/protocol/generation.ts';
import { isJsonObject } from '../../native/protocol/json-object.ts';
import { isWithin, limitText, modelLimits, samplingLimits } from '../../native/protocol/limits.ts';
import type { Limit } from '../../native/protocol/limits.ts';
import type { LoadOptions } from '../../native/protocol/methods.ts';
import { translate } from '../translation.ts';

/** How one model is loaded and sampled; what is left out the engine chooses. */
export type ModelSettings = Partial<Record<NumberSetting, number>> & { readonly kvType?: 'f16' | 'q8_0' };

const loadLimits = {
  contextTokens: modelLimits.contextTokens,
  gpuLayers: modelLimits.gpuLayers,
  cpuMoeLayers: modelLimits.cpuMoeLayers,
  parallel: modelLimits.parallel,
} as const;
const sampled = {
  temperature: samplingLimits.temperature,
  topP: samplingLimits.topP,
  topK: samplingLimits.topK,
  minP: samplingLimits.minP,
  repeatPenalty: samplingLimits.repeatPenalty,
} as const;

type LoadSetting = keyof typeof loadLimits;
type SamplingSetting = keyof typeof sampled;
export type NumberSetting = LoadSetting | SamplingSetting;

/** The numbers that a model's settings may have. */
const settingLimits: Readonly<Record<NumberSetting, Limit>> = { ...loadLimits, ...sampled };

export interface ModelSettingsList {
  /** By the model's name in small letters, or the path of its file. */
  readonly models: ReadonlyMap<string, ModelSettings>;
  /** What is wrong with the rest, in sentences. */
  readonly problems: readonly string[];
}

/** Reads the setting `moonwright.models`. A wrong value is left out and told; the others count. */
export function readModelSettings(value: unknown): ModelSettingsList {
  const models = new Map<string, ModelSettings>();
  const problems: string[] = [];
  if (value !== undefined && !isJsonObject(value)) {
    const text = translate('Expected an object with the names of models for {0}.', 'moonwright.models');
    return { models, problems: [text] };
  }
  for (const [name, fields] of Object.entries(value ?? {})) {
    if (!isJsonObject(fields)) {
      problems.push(translate('Expected an object with settings for {0}.', at(name)));
      continue;
    }
    const settings: Record<string, number | string> = {};
    for (const [field, found] of Object.entries(fields)) {
      const problem = problemOf(field, found);
      if (problem !== undefined) problems.push(`${at(name, field)}: ${problem}`);
      else settings[field] = found as number | string;
    }
    models.set(settingsKey(name), settings);
  }
  return { models, problems };
}

/** The key of a model's settings: names ignore case, paths do not. */
export function settingsKey(model: string): string {
  return /[\\/]/.test(model) ? model : model.toLowerCase();
}

/** Why text that was typed for a setting cannot be it; undefined when it can. Empty text means: the engine chooses. */
export function typedProblem(setting: NumberSetting, text: string): string | undefined {
  return text.trim() === '' ? undefined : problemOf(setting, Number(text));
}

/** What `model.load` takes for these settings, beside the model itself. */
export function settingOptions(settings: ModelSettings): Omit<LoadOptions, 'model'> {
  const { temperature, topP, topK, minP, repeatPenalty, ...load } = settings;
  const sampling: SamplingOptions = { temperature, topP, topK, minP, repeatPenalty };
  const given = Object.entries(sampling).filter(([, value]) => value !== undefined);
  return given.length === 0 ? load : { ...load, sampling: Object.fromEntries(given) };
}

function problemOf(field: string, value: unknown): string | undefined {
  if (field === 'kvType')
    return value === 'f16' || value === 'q8_0' ? undefined : translate('expected {0}.', '"f16" | "q8_0"');
  if (!Object.hasOwn(settingLimits, field)) return translate('there is no such setting.');
  const limit = settingLimits[field as NumberSetting];
  if (typeof value === 'number' && isWithin(limit, value)) return undefined;
  return translate('expected {0} but found {1}.', limitText(limit), JSON.stringify(value) ?? String(value));
}

function at(name: string, field?: string): string {
  return `moonwright.models[${JSON.stringify(name)}]${field === undefined ? '' : `.${field}`}`;
}
