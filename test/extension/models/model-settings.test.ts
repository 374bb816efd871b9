import { describe, expect, it } from 'vitest';
import {
  readModelSettings,
  settingOptions,
  settingsKey,
  typedProblem,
} from '../../../extension/models/model-settings.ts';
import {
  allLayers,
  offeredSettings,
  settingChoices,
  settingText,
  withSetting,
} from '../../../extension/models/setting-choices.ts';
import type { PlannedModel } from '../../../native/protocol/model.ts';
import { fakePlan } from '../../support/daemon/fake-daemon.ts';

describe('the settings of single models', () => {
  it('are read by name, ignoring case, and by path', () => {
    const { models, problems } = readModelSettings({
      'Qwen3.8-27B': { contextTokens: 65_536, kvType: 'q8_0' },
      '/models/My.gguf': { gpuLayers: 0, temperature: 0.2 },
    });
    expect(problems).toEqual([]);
    expect(models.get(settingsKey('qwen3.8-27b'))).toEqual({ contextTokens: 65_536, kvType: 'q8_0' });
    expect(models.get(settingsKey('/models/My.gguf'))).toEqual({ gpuLayers: 0, temperature: 0.2 });
  });

  it('tell what is wrong, and keep the rest', () => {
    const { models, problems } = readModelSettings({
      nano: { contextTokens: 'much', kvType: 'q4', parallel: 2, colour: 'red', topP: 3 },
      other: 5,
    });
    expect(models.get('nano')).toEqual({ parallel: 2 });
    expect(problems).toEqual([
      'moonwright.models["nano"].contextTokens: expected a whole number from 256 to 16777216 but found "much".',
      'moonwright.models["nano"].kvType: expected "f16" | "q8_0".',
      'moonwright.models["nano"].colour: there is no such setting.',
      'moonwright.models["nano"].topP: expected a number from 0 to 1 but found 3.',
      'Expected an object with settings for moonwright.models["other"].',
    ]);
    expect(readModelSettings([]).problems).toHaveLength(1);
    expect(readModelSettings(undefined)).toEqual({ models: new Map(), problems: [] });
  });

  it('become what a load takes, with sampling apart, and nothing when there are none', () => {
    expect(settingOptions({})).toEqual({});
    expect(settingOptions({ contextTokens: 4096, cpuMoeLayers: 10, temperature: 0, topK: 20 })).toEqual({
      contextTokens: 4096,
      cpuMoeLayers: 10,
      sampling: { temperature: 0, topK: 20 },
    });
  });
});

describe('the choices of a setting', () => {
  const planned: PlannedModel = {
    entry: undefined,
    role: 'agent',
    fit: 'ram',
    basis: 'file',
    quantisation: undefined,
    sizeBytes: 1,
    sizeStated: true,
    contextLargest: 40_000,
    plan: fakePlan,
  };

  it('offer contexts up to the largest that fits, and the engine\u2019s own choice first', () => {
    expect(settingChoices('contextTokens', planned).map(({ label }) => label)).toEqual([
      'automatic',
      '4096',
      '8192',
      '16k',
      '32k',
    ]);
  });

  it('offer the GPU only where there is one', () => {
    expect(offeredSettings(false)).not.toContain('gpuLayers');
    expect(offeredSettings(true)).toEqual(expect.arrayContaining(['gpuLayers', 'cpuMoeLayers']));
    expect(settingText('gpuLayers', { gpuLayers: 0 })).toBe('none, everything in RAM');
    expect(settingText('gpuLayers', { gpuLayers: allLayers })).toBe('all');
  });

  it('take a setting out when the engine shall choose', () => {
    expect(withSetting({ kvType: 'f16', topK: 1 }, 'kvType', undefined)).toEqual({ topK: 1 });
    expect(withSetting({}, 'topK', 5)).toEqual({ topK: 5 });
  });

  it('check what is typed', () => {
    expect(typedProblem('temperature', '')).toBeUndefined();
    expect(typedProblem('temperature', '0.5')).toBeUndefined();
    expect(typedProblem('temperature', 'hot')).toMatch(/^expected a number from 0 to 2/);
    expect(typedProblem('contextTokens', '100')).toMatch(/^expected a whole number from 256/);
  });
});
