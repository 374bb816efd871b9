// Devices and RAM are simulated; models are shapes of published numbers. No file is read.
import { describe, expect, it } from 'vitest';
import type { DeviceInfo } from '../../../../native/protocol/model.ts';
import { planMemory } from '../../../../native/daemon/plan/memory-plan.ts';
import type { ModelPlan, PlanRequest } from '../../../../native/daemon/plan/memory-plan.ts';
import { shapeHeader, shapes } from '../../../support/models/model-shapes.ts';
import type { ModelShape } from '../../../support/models/model-shapes.ts';

const gibibyte = 2 ** 30;
const cpu: DeviceInfo = { name: 'CPU', description: '', kind: 'cpu', memoryFree: undefined, memoryTotal: undefined };
const gpu = (gibibytes: number, name = 'CUDA0'): DeviceInfo => ({
  name,
  description: 'simulated',
  kind: 'gpu',
  memoryFree: (gibibytes - 0.5) * gibibyte,
  memoryTotal: gibibytes * gibibyte,
});
const ram = (gibibytes: number) => ({ totalBytes: gibibytes * gibibyte, availableBytes: (gibibytes - 4) * gibibyte });
const bandwidths = { ram: 60e9, ramMeasured: false };

function plan(
  shape: ModelShape,
  gpus: readonly number[],
  options: PlanRequest['options'] = {},
  ramGibibytes = 64,
): ModelPlan {
  const devices = [cpu, ...gpus.map((size, index) => gpu(size, `CUDA${index}`))];
  return planMemory({
    model: shape.name,
    header: shapeHeader(shape),
    devices,
    ram: ram(ramGibibytes),
    options,
    bandwidths,
  });
}

function expectWithinBudgets(result: ModelPlan): void {
  for (const part of result.parts) expect(part.weights + part.kv + part.compute).toBeLessThanOrEqual(part.available!);
}

const big = [shapes.qwen3Coder, shapes.gptOss20b, shapes.kimiLinear, shapes.qwen3Next, shapes.moonlight];

describe('planMemory', () => {
  it.each(big.flatMap((shape) => [0, 8, 16, 24].map((size) => ({ name: shape.name, shape, size }))))(
    'keeps the context of $name with a GPU of $size GB and 64 GB of RAM, within every budget',
    ({ shape, size }) => {
      const result = plan(shape, size === 0 ? [] : [size]);
      expect(result.fits).toBe(true);
      expect(result.contextTokens).toBe(Math.min(131_072, shape.context));
      expectWithinBudgets(result);
      const bytes = shapeHeader(shape).tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
      expect(result.parts.reduce((sum, part) => sum + part.weights, 0)).toBe(bytes);
    },
  );

  it('puts attention, shared weights and KV on the GPU before any expert', () => {
    const result = plan(shapes.qwen3Coder, [16]);
    expect(result.gpuLayers).toBe(49);
    expect(result.cpuExpertLayers).toBeGreaterThan(0);
    expect(result.cpuExpertLayers).toBeLessThan(48);
    expect(result.parts[0]!.kv).toBe(0);
    const layers = Array.from({ length: result.cpuExpertLayers }, (_, layer) => layer);
    expect(result.tensorPlacement).toEqual([
      { pattern: `blk\\.(${layers.join('|')})\\.ffn_(up|down|gate|gate_up)_(ch|)exps`, device: 'CPU' },
    ]);
    const pattern = new RegExp(result.tensorPlacement[0]!.pattern);
    expect(pattern.test('blk.0.ffn_down_exps.weight')).toBe(true);
    expect(pattern.test('blk.47.ffn_down_exps.weight')).toBe(false);
    expect(pattern.test('blk.0.ffn_down_shexp.weight')).toBe(false);
    expect(result.notes).toContainEqual(expect.stringContaining('attention, shared weights and KV cache come first'));
  });

  it('puts more experts on a larger GPU, and all of a model that fits', () => {
    const kept = [8, 16, 24].map((size) => plan(shapes.qwen3Next, [size]).cpuExpertLayers);
    expect([...kept].sort((a, b) => b - a)).toEqual(kept);
    const whole = plan(shapes.gptOss20b, [24]);
    expect(whole).toMatchObject({ gpuLayers: 25, cpuExpertLayers: 0, tensorPlacement: [], kvType: 'f16' });
  });

  it('leaves layers in RAM before it shortens the context', () => {
    const result = plan(shapes.qwen3Coder, [8]);
    expect(result.contextTokens).toBe(131_072);
    expect(result.gpuLayers).toBeGreaterThan(0);
    expect(result.gpuLayers).toBeLessThan(49);
    expect(result.parts[0]!.kv).toBeGreaterThan(0);
    expect(result.notes).toContainEqual(expect.stringContaining('a shorter context would bring more of them there'));
  });

  it('keeps KV in f16 where it costs nothing and in q8_0 where it makes room', () => {
    expect(plan(shapes.qwen3Coder, []).kvType).toBe('f16');
    const tight = plan(shapes.qwen3Coder, [16]);
    expect(tight.kvType).toBe('q8_0');
    expect(tight.kvBytesPerToken).toBe((98_304 / 64) * 34);
    expect(tight.notes).toContainEqual(expect.stringContaining('q8_0'));
    expect(plan(shapes.qwen3Coder, [16], { kvType: 'f16' }).kvType).toBe('f16');
    expect(plan(shapes.qwen3Coder, [], { kvType: 'q8_0' })).toMatchObject({ kvType: 'q8_0', notes: [] });
  });

  it('takes q8_0 in RAM before it shortens the context', () => {
    expect(plan(shapes.qwen3Coder, [], {}, 31)).toMatchObject({ kvType: 'q8_0', contextTokens: 131_072, fits: true });
  });

  it('shortens the context last, and says why and what would help', () => {
    const result = plan(shapes.qwen3Coder, [], {}, 24);
    expect(result.fits).toBe(true);
    expect(result.kvType).toBe('q8_0');
    expect(result.contextTokens).toBeLessThan(131_072);
    expect(result.contextTokens).toBeGreaterThan(4096);
    expect(result.contextTokens % 4096).toBe(0);
    expectWithinBudgets(result);
    expect(result.notes[0]).toMatch(
      /^The context is \d+ tokens and not 131072: .* do not fit together; .* would help\.$/,
    );
  });

  it('never shortens the context for weights that do not fit anyway', () => {
    const result = plan(shapes.kimiK2, [24]);
    expect(result).toMatchObject({
      contextTokens: 131_072,
      fits: false,
      loadable: true,
      gpuLayers: 62,
      cpuExpertLayers: 60,
    });
    expect(result.notes.at(-1)).toContain('read from disk for every token');
  });

  it('runs Kimi K2 with its experts in RAM where there is RAM for them', () => {
    const result = plan(shapes.kimiK2, [24], {}, 640);
    expect(result).toMatchObject({ fits: true, contextTokens: 131_072, gpuLayers: 62 });
    expect(result.cpuExpertLayers).toBe(60);
    expectWithinBudgets(result);
  });

  it('says so when not even the KV cache fits', () => {
    const result = plan(shapes.glm45Air, [], { contextTokens: 131_072 }, 5);
    expect(result).toMatchObject({ fits: false, loadable: false });
    expect(result.notes.at(-1)).toMatch(/would help/);
  });

  it('obeys forced layers and forced experts', () => {
    expect(plan(shapes.qwen3Coder, [24], { gpuLayers: 0 })).toMatchObject({
      gpuLayers: 0,
      cpuExpertLayers: 0,
      kvType: 'f16',
    });
    expect(plan(shapes.qwen3Coder, [24], { gpuLayers: 10 }).gpuLayers).toBe(10);
    expect(plan(shapes.qwen3Coder, [24], { gpuLayers: -1 }).gpuLayers).toBe(49);
    const forced = plan(shapes.qwen3Coder, [24], { cpuMoeLayers: 30 });
    expect(forced).toMatchObject({ gpuLayers: 49, cpuExpertLayers: 30, fits: true });
    const much = plan(shapes.gptOss120b, [24], { gpuLayers: 99, cpuMoeLayers: 0 });
    expect(much.fits).toBe(false);
    expect(much.notes.at(-1)).toMatch(/CUDA0 would need .* --cpu-moe would help/);
  });

  it('counts prediction blocks as llama.cpp does, so that the last layers and the output are on the GPU', () => {
    const predicting = { ...shapes.glm45Air, nextn: 1 };
    const result = plan(predicting, [80]);
    expect(result).toMatchObject({ gpuLayers: 48, cpuExpertLayers: 0, layers: 47 });
    expect(result.parts[0]!.kv).toBe(0);
    expect(result.parts[1]!.kv).toBe(plan(predicting, [], { kvType: result.kvType }, 256).parts[0]!.kv);
  });

  it('shares layers between GPUs by their memory', () => {
    const result = plan(shapes.gptOss120b, [24, 16]);
    expect(result.parts.map((part) => part.device)).toEqual(['CPU', 'CUDA0', 'CUDA1']);
    expect(result.fits).toBe(true);
    expectWithinBudgets(result);
    expect(result.parts[1]!.kv).toBeGreaterThan(result.parts[2]!.kv);
    expect(result.cpuExpertLayers).toBeLessThan(plan(shapes.gptOss120b, [24]).cpuExpertLayers);
  });

  it('does not use a GPU that hides its memory, and says how to', () => {
    const silent: DeviceInfo = {
      name: 'Vulkan0',
      description: '',
      kind: 'gpu',
      memoryFree: undefined,
      memoryTotal: undefined,
    };
    const result = planMemory({
      model: 'm',
      header: shapeHeader(shapes.moonlight),
      devices: [cpu, silent],
      ram: ram(64),
      options: {},
      bandwidths,
    });
    expect(result.gpuLayers).toBe(0);
    expect(result.notes).toContainEqual(expect.stringContaining('--gpu-layers N'));
  });

  it('counts memory that a GPU shares with the machine once for both', () => {
    const apple = (total: number): ModelPlan => {
      const metal: DeviceInfo = {
        name: 'MTL0',
        description: 'Apple',
        kind: 'gpu',
        memoryFree: total * 0.75 * gibibyte,
        memoryTotal: total * 0.75 * gibibyte,
      };
      return planMemory({
        model: 'm',
        header: shapeHeader(shapes.qwen3Coder),
        devices: [cpu, metal],
        ram: ram(total),
        options: {},
        bandwidths,
      });
    };
    expect(apple(64)).toMatchObject({ fits: true, gpuLayers: 49, cpuExpertLayers: 0 });
    const small = apple(24);
    const used = small.parts.reduce((sum, part) => sum + part.weights + part.kv + part.compute, 0);
    if (small.fits) expect(used).toBeLessThanOrEqual(20 * gibibyte);
  });

  it('gives several conversations a context each where that costs nothing, else a shared pool', () => {
    expect(plan(shapes.kimiLinear, [], { parallel: 4 })).toMatchObject({
      poolTokens: 4 * 131_072,
      contextTokens: 131_072,
    });
    const shared = plan(shapes.qwen3Coder, [16], { parallel: 8 });
    expect(shared.poolTokens).toBeLessThan(8 * 131_072);
    expect(shared.notes).toContainEqual(expect.stringContaining('share a pool'));
  });

  it('allows many sequences where they are free and few where they cost memory', () => {
    expect(plan(shapes.kimiK2, []).sequencesMax).toBe(64);
    expect(plan(shapes.gptOss20b, []).sequencesMax).toBe(8);
    expect(plan(shapes.qwen3Next, [], { parallel: 12 }).sequencesMax).toBe(12);
  });

  it('stretches a short model only when the catalogue declares how', () => {
    const request = {
      model: 'm',
      header: shapeHeader(shapes.moonlight),
      devices: [cpu],
      ram: ram(64),
      options: {},
      bandwidths,
    };
    expect(planMemory(request)).toMatchObject({ contextTokens: 8192, yarn: undefined });
    const yarn = { factor: 4, originalContext: 8192 };
    expect(planMemory({ ...request, yarn })).toMatchObject({ contextTokens: 32_768, yarn });
  });
});
