// Faked: the machines. The models are those of the catalogue, planned by the daemon's own planner.
import { describe, expect, it } from 'vitest';
import type { DeviceInfo } from '../../../native/protocol/model.ts';
import type { ModelFolders } from '../../../native/daemon/models/model-folders.ts';
import { modelSummaries } from '../../../native/daemon/models/resolve.ts';
import { planCandidate } from '../../../native/daemon/plan/plan-candidate.ts';
import { advisedModel, modelGroups } from '../../../extension/models/machine-models.ts';
import type { MachineModel } from '../../../extension/models/machine-models.ts';
import { machineModels } from '../../../extension/models/machine-plans.ts';
import { modelLine, planLine, planMarkdown } from '../../../extension/models/model-words.ts';

const gibibyte = 2 ** 30;
const folders: ModelFolders = { own: [], repositories: () => [], caches: [], ollama: [] };

interface Machine {
  readonly gpu?: number;
  readonly ram: number;
  readonly ramSpeed: number;
  readonly unified?: boolean;
}

/** All models as a machine of so many GiB sees them. */
function modelsOn({ gpu, ram, ramSpeed, unified }: Machine, chosen = 'nano'): Promise<MachineModel[]> {
  const device: DeviceInfo = {
    name: unified === true ? 'MTL0' : 'CUDA0',
    description: '',
    kind: 'gpu',
    memoryFree: (gpu ?? 0) * gibibyte * 0.95,
    memoryTotal: (gpu ?? 0) * gibibyte,
  };
  const machine = {
    devices: gpu === undefined ? [] : [device],
    folders,
    ram: { totalBytes: ram * gibibyte, availableBytes: ram * 0.85 * gibibyte },
    bandwidths: { ram: ramSpeed * 1e9, ramMeasured: true },
  };
  return machineModels(
    { list: () => modelSummaries(folders, undefined), plan: (options) => planCandidate(options, machine) },
    chosen,
    (model) => ({ model }),
  );
}

const machines: Readonly<Record<string, Machine>> = {
  'no GPU and 16 GB': { ram: 16, ramSpeed: 40 },
  'a GPU of 8 GB and 32 GB': { gpu: 8, ram: 32, ramSpeed: 60 },
  'a GPU of 24 GB and 64 GB': { gpu: 24, ram: 64, ramSpeed: 80 },
  '128 GB for both': { gpu: 96, ram: 128, ramSpeed: 200, unified: true },
};

const named = (models: readonly MachineModel[]): string[] => models.map(({ summary }) => summary.name);

describe('the groups of models', () => {
  it.each(Object.entries(machines))('have every model once on a machine with %s', async (_, machine) => {
    const models = await modelsOn(machine);
    const groups = modelGroups(models);
    expect(groups.flatMap((group) => named(group.models)).sort()).toEqual(named(models).sort());
    expect(groups[0]).toMatchObject({ name: 'inUse', models: [{ summary: { name: 'nano' } }] });
    for (const { name, models: members } of groups) {
      if (name === 'fitting') expect(members.every(({ planned }) => planned?.fit !== 'none')).toBe(true);
      if (name === 'tooLarge') expect(members.every(({ planned }) => planned?.fit === 'none')).toBe(true);
    }
  });

  it('begin with what serves the machine best, and leave out what it cannot hold', async () => {
    const first = async (machine: Machine): Promise<string[]> => {
      const groups = modelGroups(await modelsOn(machine));
      return named(groups.find(({ name }) => name === 'fitting')?.models ?? []).slice(0, 3);
    };
    const [laptop, small, large, unified] = await Promise.all(Object.values(machines).map(first));
    // Few active parameters are fast without a GPU; a dense model of the same size would crawl.
    expect(laptop?.[0]).toBe('gpt-oss-20b');
    expect(small).toContain('qwen3.6-35b-a3b');
    expect(large).not.toContain('qwen3.5-4b');
    expect(unified?.[0]).toMatch(/^(gpt-oss-120b|glm-4.5-air|qwen3.8-flash-next|qwen3-coder-next)$/);
  });

  it('put models that hold no conversation behind others, and what is far too large last', async () => {
    const groups = modelGroups(await modelsOn({ gpu: 8, ram: 32, ramSpeed: 60 }));
    const fitting = groups.find(({ name }) => name === 'fitting')!.models;
    const firstOther = fitting.findIndex(({ summary }) => summary.role !== 'agent');
    expect(fitting.slice(firstOther).every(({ summary }) => summary.role !== 'agent')).toBe(true);
    const tooLarge = groups.find(({ name }) => name === 'tooLarge')!.models;
    expect(tooLarge.at(-1)?.summary.name).toMatch(/^kimi-k/);
  });

  it('keep a file that no catalogue knows, and a model that cannot be planned with the reason', async () => {
    const models = await modelsOn({ ram: 16, ramSpeed: 40 }, '/models/absent.gguf');
    const chosen = models.find((model) => model.chosen)!;
    expect(chosen.planned).toBeUndefined();
    expect(modelLine(chosen)).toContain('absent.gguf');
    expect(modelGroups(models)[0]?.models).toEqual([chosen]);
    expect(advisedModel(models)).toBeDefined();
  });
});

describe('the words of a model', () => {
  it('say where it runs, how fast, how far and how large', async () => {
    const models = await modelsOn({ gpu: 8, ram: 32, ramSpeed: 60 });
    const line = (name: string): string => modelLine(models.find(({ summary }) => summary.name === name)!);
    expect(line('qwen3.6-35b-a3b')).toMatch(/^GPU \+ RAM · ≤ \d+ tok\/s · \d+k context · 22\.1 GB$/);
    expect(line('kimi-k2')).toMatch(/^does not fit · ~\d+ GB$/);
    expect(line('qwen2.5-coder-1.5b')).toMatch(/^GPU · .* · 1\.6 GB · only completes code$/);
  });

  it('show the plan with its memory, its licence and where its numbers are from', async () => {
    const models = await modelsOn({ gpu: 24, ram: 64, ramSpeed: 80 });
    const model = models.find(({ summary }) => summary.name === 'qwen3.8-27b')!;
    const text = planMarkdown(model);
    expect(text).toMatch(/^\*\*qwen3\.8-27b\*\*\n/);
    expect(text).toMatch(/\| RAM \| [\d.]+ [GM]B \| [\d.]+ GB \|\n\| CUDA0 \|/);
    expect(text).toContain('Licence: Apache-2.0');
    expect(text).toContain('An estimate: not all of its numbers are published.');
    expect(text).toMatch(/Size: 17\.1 GB \(Q4_K_M\)/);
    const line = /^GPU · ≤ \d+ tok\/s · \d+k context · KV cache \w+ · RAM/;
    expect(planLine(model.planned!)).toMatch(line);
  });

  it('take a smaller quantisation where the recommended one does not fit', async () => {
    const models = await modelsOn({ ram: 20, ramSpeed: 60 });
    const { planned } = models.find(({ summary }) => summary.name === 'qwen3.8-27b')!;
    expect(planned).toMatchObject({ quantisation: 'IQ4_XS', fit: 'ram', sizeBytes: 13_900_000_000 });
  });
});
