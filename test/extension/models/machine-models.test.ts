// Faked: the machines. The models are those of the catalogue, planned by the daemon's own planner.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceInfo, FoundModel, ModelOrigin } from '../../../native/protocol/model.ts';
import type { ModelFolders } from '../../../native/daemon/models/model-folders.ts';
import { modelSummaries } from '../../../native/daemon/models/resolve.ts';
import { planCandidate } from '../../../native/daemon/plan/plan-candidate.ts';
import { advisedModel, modelGroups } from '../../../extension/models/machine-models.ts';
import type { MachineModel } from '../../../extension/models/machine-models.ts';
import { machineModels } from '../../../extension/models/machine-plans.ts';
import { worthLine } from '../../../extension/models/model-worth.ts';
import { modelLine, planLine, planMarkdown } from '../../../extension/models/model-words.ts';
import { smallModels, writeSmallModel } from '../../support/models/small-models.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const gibibyte = 2 ** 30;
const folders: ModelFolders = { own: [], repositories: () => [], caches: [], ollama: [] };

interface Machine {
  readonly gpu?: number;
  readonly ram: number;
  readonly ramSpeed: number;
  readonly unified?: boolean;
}

/** All models as a machine of so many GiB sees them. */
function modelsOn(
  { gpu, ram, ramSpeed, unified }: Machine,
  { chosen = 'nano', found = [] }: { readonly chosen?: string; readonly found?: readonly FoundModel[] } = {},
): Promise<MachineModel[]> {
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
    {
      list: () => modelSummaries(folders, undefined),
      find: () => Promise.resolve(found),
      plan: (options) => planCandidate(options, machine),
      loadedPath: () => undefined,
      isOwn: ({ origin }) => Promise.resolve(origin === 'moonwright'),
    },
    chosen,
    (model) => ({ model }),
  );
}

const machines: Readonly<Record<string, Machine>> = {
  'no GPU and 8 GB': { ram: 8, ramSpeed: 40 },
  'a GPU of 8 GB and 32 GB': { gpu: 8, ram: 32, ramSpeed: 60 },
  'a GPU of 24 GB and 64 GB': { gpu: 24, ram: 64, ramSpeed: 80 },
  '128 GB for both': { gpu: 96, ram: 128, ramSpeed: 200, unified: true },
  'GPUs of 640 GB and 1 TB': { gpu: 640, ram: 1024, ramSpeed: 400 },
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

  it('begin with what codes best at a usable speed, and not with what is largest', async () => {
    const order = async (machine: Machine): Promise<string[]> => {
      const groups = modelGroups(await modelsOn(machine));
      return named(groups.find(({ name }) => name === 'fitting')?.models ?? []);
    };
    const [laptop, small, workstation, unified, server] = await Promise.all(Object.values(machines).map(order));
    // The larger sister codes better, but slower than one reads, and with a short context.
    expect(laptop?.slice(0, 2)).toEqual(['qwen3.5-4b', 'qwen3.5-9b']);
    // Few active parameters are fast beside a small GPU; a dense model that codes as well would crawl.
    expect(small?.[0]).toBe('qwen3.6-35b-a3b');
    expect(small?.indexOf('qwen3.8-27b')).toBeGreaterThan(small!.indexOf('gpt-oss-20b'));
    expect(workstation?.slice(0, 3)).toEqual(['qwen3.6-35b-a3b', 'qwen3.8-flash-next', 'qwen3.8-27b']);
    expect(workstation?.indexOf('gpt-oss-120b')).toBeGreaterThan(workstation!.indexOf('laguna-xs-2.1'));
    expect(unified?.[0]).toBe('deepseek-v4-flash');
    expect(server?.slice(0, 3)).toEqual(['deepseek-v4-flash', 'kimi-k2.7-code', 'kimi-k2.6']);
  });

  it('say in a line why a model stands where it does', async () => {
    const line = async (machine: Machine, name: string): Promise<string | undefined> =>
      worthLine((await modelsOn(machine)).find(({ summary }) => summary.name === name)!);
    const laptop = machines['no GPU and 8 GB']!;
    expect(await line(laptop, 'qwen3.5-9b')).toBe(
      'Order: coding 3 of 6 · lower for its speed · lower for its short context.',
    );
    expect(await line(laptop, 'kimi-k3')).toBe('Order: what does not fit stands by its size.');
    expect(await line(machines['128 GB for both']!, 'deepseek-v4-flash')).toBe(
      'Order: coding 6 of 6 · lower for its coarse weights.',
    );
    expect(await line(laptop, 'embeddinggemma')).toBeUndefined();
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
    const models = await modelsOn({ ram: 16, ramSpeed: 40 }, { chosen: '/models/absent.gguf' });
    const chosen = models.find((model) => model.chosen)!;
    expect(chosen.planned).toBeUndefined();
    expect(modelLine(chosen)).toContain('absent.gguf');
    expect(modelGroups(models)[0]?.models).toEqual([chosen]);
    expect(advisedModel(models)).toBeDefined();
  });
});

describe('models that other programs have', () => {
  const machine = machines['a GPU of 8 GB and 32 GB']!;
  const file = async (name: string): Promise<string> => {
    const path = join(temporaryFolder(), name);
    await writeSmallModel(path, smallModels['gpt-oss']);
    return path;
  };
  const found = (name: string, path: string, origin: ModelOrigin): FoundModel => ({ name, path, bytes: 1, origin });

  it('are listed with the plan of their file, under the name that they are loaded by', async () => {
    const [studio, blob] = [await file('mine.gguf'), await file('sha256-1')];
    const models = await modelsOn(machine, {
      found: [found('mine', studio, 'lm-studio'), found('llama3:8b', blob, 'ollama')],
    });
    const here = modelGroups(models).find(({ name }) => name === 'here')!.models;
    const [first, second] = [studio, 'llama3:8b'].map((name) => here.find(({ summary }) => summary.name === name)!);
    expect(first?.planned).toMatchObject({ basis: 'file', fit: 'gpu', entry: undefined, role: 'agent' });
    expect(modelLine(first!)).toMatch(/^GPU .* · LM Studio$/);
    expect(planMarkdown(first!)).toContain('belong to another program (LM Studio), so they are not deleted here');
    expect(planMarkdown(first!)).toContain('guessed from its size');
    // Ollama's names are found in its folders, which this machine has not.
    expect(modelLine(second!)).toMatch(/llama3:8b.* · Ollama$/);
  });

  it('are known by what the catalogue says of the model that they are', async () => {
    const path = await file('gpt-oss-20b-Q4_0.gguf');
    const models = await modelsOn(machine, { found: [found('gpt-oss-20b-Q4_0', path, 'llama.cpp')] });
    const model = models.find(({ summary }) => summary.name === path)!;
    expect(model.summary).toMatchObject({ coding: 3, licence: 'Apache-2.0', path });
    expect(model.files).toEqual({ origin: 'llama.cpp', own: false });
  });

  it("are not called another program's where Moonwright brought them", async () => {
    const path = await file('mine.gguf');
    const models = await modelsOn(machine, { chosen: path, found: [found('mine', path, 'moonwright')] });
    const model = models.find(({ summary }) => summary.name === path)!;
    expect(models.filter(({ chosen }) => chosen)).toEqual([model]);
    expect(modelLine(model)).not.toContain('Moonwright');
    expect(planMarkdown(model)).toContain("Its files are Moonwright's.");
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
