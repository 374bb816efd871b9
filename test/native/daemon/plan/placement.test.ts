// Sizes in MiB, chosen so that every sum can be checked by hand: four layers of 100 shared, 1000 of experts, 64 of KV.
import { describe, expect, it } from 'vitest';
import { computeBufferBytes } from '../../../../native/daemon/plan/compute-buffer.ts';
import type { ModelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import { placeModel, ramBudget, usableGpus } from '../../../../native/daemon/plan/placement.ts';
import type { Placement, PlacementRequest } from '../../../../native/daemon/plan/placement.ts';
import type { ModelWeights } from '../../../../native/daemon/plan/weights.ts';
import type { DeviceInfo } from '../../../../native/protocol/model.ts';

const mebibyte = 2 ** 20;
const facts: ModelFacts = {
  architecture: 'test',
  layers: 4,
  blocks: 4,
  embedding: 0,
  vocabulary: 0,
  heads: 0,
  keySize: 0,
  denseWidth: 0,
  contextTrained: 1024,
  yarn: undefined,
  latent: undefined,
  window: 0,
  experts: undefined,
  cache: Array.from({ length: 4 }, () => ({ kind: 'full', keyElements: 16_384, valueElements: 16_384 })),
  cacheRowElements: [],
};
const pool = { type: 'f16', cells: 1024, sequences: 1, batchTokens: 1 } as const;
const buffer = computeBufferBytes(facts, pool); // about 0.1 MiB
const weights = weightsOf(1000);
const dense = weightsOf(0);

function weightsOf(experts: number, outputOnGpu = 50): ModelWeights {
  return {
    layers: Array.from({ length: 4 }, () => ({ shared: 100 * mebibyte, experts: experts * mebibyte })),
    input: 300 * mebibyte,
    lazy: 0,
    output: 50 * mebibyte,
    outputOnGpu: outputOnGpu * mebibyte,
    total: (750 + 4 * experts) * mebibyte,
    expertTensorLargest: experts === 0 ? 0 : 40 * mebibyte,
  };
}

function device(name: string, free: number | undefined, more: Partial<DeviceInfo> = {}): DeviceInfo {
  const memoryFree = free === undefined ? undefined : free * mebibyte;
  return { name, description: '', kind: 'gpu', memoryFree, memoryTotal: undefined, ...more };
}

const ram = (available: number) => ({ totalBytes: 8192 * mebibyte, availableBytes: available * mebibyte });

function place(gpus: readonly (number | DeviceInfo)[], more: Partial<PlacementRequest> = {}): Placement {
  const devices = gpus.map((each, index) => (typeof each === 'number' ? device(`CUDA${index}`, each) : each));
  return placeModel({
    facts,
    weights,
    pool,
    devices,
    ram: ram(8000),
    gpuLayers: undefined,
    cpuMoeLayers: undefined,
    ...more,
  });
}

/** Weights and KV of every part, in MiB. */
function held(placement: Placement): { device: string; weights: number; kv: number }[] {
  return placement.parts.map((part) => ({
    device: part.device,
    weights: part.weights / mebibyte,
    kv: part.kv / mebibyte,
  }));
}

describe('a model on one GPU', () => {
  it('goes there whole where it fits; the embedding stays in RAM', () => {
    const all = place([5200]);
    expect(all).toMatchObject({ gpuLayers: 5, cpuExpertLayers: [], tensorPlacement: [], allOnGpu: true });
    expect(all).toMatchObject({ residentFits: true, weightsFit: true, kvOnGpu: 256 * mebibyte });
    expect(all.experts).toEqual({ onGpu: 4000 * mebibyte, inRam: 0 });
    expect(held(all)).toEqual([
      { device: 'CPU', weights: 300, kv: 0 },
      { device: 'CUDA0', weights: 4450, kv: 256 },
    ]);
  });

  it('keeps the experts of its last layers there when not all fit', () => {
    const some = place([3500]);
    expect(some).toMatchObject({ gpuLayers: 5, cpuExpertLayers: [0, 1], allOnGpu: false, weightsFit: true });
    expect(some.experts).toEqual({ onGpu: 2000 * mebibyte, inRam: 2000 * mebibyte });
    expect(held(some)).toEqual([
      { device: 'CPU', weights: 2300, kv: 0 },
      { device: 'CUDA0', weights: 2450, kv: 256 },
    ]);
  });

  it('names exactly the expert tensors in RAM to the loader', () => {
    const [only, ...others] = place([3500]).tensorPlacement;
    expect(others).toEqual([]);
    expect(only!.device).toBe('CPU');
    const names = [0, 1, 2, 3, 10].flatMap((layer) =>
      ['ffn_up_exps', 'ffn_gate_up_exps', 'ffn_up_shexp', 'attn_q'].map((name) => `blk.${layer}.${name}.weight`),
    );
    expect(names.filter((name) => new RegExp(only!.pattern).test(name))).toEqual([
      'blk.0.ffn_up_exps.weight',
      'blk.0.ffn_gate_up_exps.weight',
      'blk.1.ffn_up_exps.weight',
      'blk.1.ffn_gate_up_exps.weight',
    ]);
  });

  it('reserves room to copy an expert tensor only while experts are in RAM', () => {
    // 4706 without and 4746 with the room, of 4710.
    const tight = place([5110]);
    expect(tight.allOnGpu).toBe(true);
    expect(tight.parts[1]!.compute).toBeCloseTo(buffer);
    expect(place([3500]).parts[1]!.compute).toBeCloseTo(buffer + 40 * mebibyte);
    // 706 without and 746 with it, of 720.
    expect(place([1120], { weights: dense }).allOnGpu).toBe(true);
  });

  it('leaves its first layers in RAM when not even their shared weights and KV fit', () => {
    const few = place([1100]);
    expect(few).toMatchObject({ gpuLayers: 4, cpuExpertLayers: [1, 2, 3], allOnGpu: false });
    expect(held(few)).toEqual([
      { device: 'CPU', weights: 4400, kv: 64 },
      { device: 'CUDA0', weights: 350, kv: 192 },
    ]);
  });

  it('stays in RAM whole, output included, when the GPU holds not even the output', () => {
    const none = place([300]);
    expect(none).toMatchObject({ gpuLayers: 0, cpuExpertLayers: [], kvOnGpu: 0 });
    expect(held(none)).toEqual([{ device: 'CPU', weights: 4750, kv: 256 }]);
    expect(none).toEqual(place([]));
  });

  it('holds the embedding twice where it is the output matrix too', () => {
    const tied = weightsOf(1000, 350);
    expect(held(place([6000], { weights: tied })).map((part) => part.weights)).toEqual([300, 4750]);
    expect(held(place([], { weights: tied })).map((part) => part.weights)).toEqual([4750]);
  });

  it('counts blocks that only predict among the layers, at no cost', () => {
    const predicting = place([5200], { facts: { ...facts, blocks: 5 } });
    expect(predicting).toMatchObject({ gpuLayers: 6, allOnGpu: true, kvOnGpu: 256 * mebibyte });
  });
});

describe('several GPUs', () => {
  it('share the layers by their free memory, in order', () => {
    expect(held(place([9000, 9000]))).toEqual([
      { device: 'CPU', weights: 300, kv: 0 },
      { device: 'CUDA0', weights: 3300, kv: 192 },
      { device: 'CUDA1', weights: 1150, kv: 64 },
    ]);
    expect(held(place([3000, 9000]))).toEqual([
      { device: 'CPU', weights: 300, kv: 0 },
      { device: 'CUDA0', weights: 2200, kv: 128 },
      { device: 'CUDA1', weights: 2250, kv: 128 },
    ]);
  });

  it('each keep the experts of their own last layers', () => {
    expect(place([2000, 2000]).cpuExpertLayers).toEqual([0, 1]);
    expect(place([1000, 2000])).toMatchObject({ gpuLayers: 5, cpuExpertLayers: [0, 1, 2] });
  });

  it('are no part of the plan when they hold no layer', () => {
    expect(place([9000, 9000], { gpuLayers: 1 }).parts.map((part) => part.device)).toEqual(['CPU', 'CUDA0']);
    // The second has room for 0.1 MiB, less than a compute buffer.
    expect(place([9000, 400.1], { gpuLayers: 1 }).residentFits).toBe(true);
  });
});

describe('a number that the user gives', () => {
  it('decides how many layers are on the GPU, at most all', () => {
    const layers = (gpuLayers: number) => place([5200], { gpuLayers }).gpuLayers;
    expect([0, 2, 5, 99, -1].map(layers)).toEqual([0, 2, 5, 5, 5]);
    expect(place([300], { gpuLayers: 0 })).toMatchObject({ residentFits: true, weightsFit: true });
    expect(held(place([5200], { gpuLayers: 2 }))[1]).toEqual({ device: 'CUDA0', weights: 1150, kv: 64 });
  });

  it('holds for layers even when they do not fit, and the plan says that they do not', () => {
    expect(place([600], { gpuLayers: 5 })).toMatchObject({ gpuLayers: 5, residentFits: false, weightsFit: false });
  });

  it('decides how many layers have their experts in RAM, also when fewer or more would fit', () => {
    expect(place([5200], { cpuMoeLayers: 3 })).toMatchObject({ cpuExpertLayers: [0, 1, 2], residentFits: true });
    expect(place([3500], { cpuMoeLayers: 0 })).toMatchObject({
      gpuLayers: 5,
      cpuExpertLayers: [],
      residentFits: false,
      weightsFit: false,
    });
  });
});

describe('what a plan may use', () => {
  it('of a GPU is its free memory less 4 %, and less 400 MiB at least', () => {
    const available = (gpu: number | DeviceInfo) => place([gpu]).parts[1]!.available! / mebibyte;
    expect([5200, 20_000].map(available)).toEqual([4800, 19_200]);
  });

  it('of a GPU whose free memory is not known is nine tenths of all', () => {
    const silent = device('CUDA0', undefined, { memoryTotal: 10_000 * mebibyte });
    expect(place([silent]).parts[1]!.available).toBe(8600 * mebibyte);
    expect(place([{ ...silent, memoryFree: 0 }]).parts[1]!.available).toBe(8600 * mebibyte);
  });

  it('of RAM is what is available less 5 % of all, and less 512 MiB at least', () => {
    const budget = (total: number, available: number) =>
      ramBudget({ totalBytes: total * mebibyte, availableBytes: available * mebibyte }) / mebibyte;
    expect([budget(8192, 8000), budget(20_000, 8000), budget(8192, 500)]).toEqual([7488, 7000, 0]);
    expect(place([]).parts[0]!.available).toBe(7488 * mebibyte);
  });

  it('tells memory for KV and computing from memory for all weights', () => {
    // 556 resident and 5306 with the weights, of what is available less 512.
    const fits = (available: number) => {
      const { residentFits, weightsFit } = place([], { ram: ram(available) });
      return { residentFits, weightsFit };
    };
    expect(fits(5900)).toEqual({ residentFits: true, weightsFit: true });
    expect(fits(5700)).toEqual({ residentFits: true, weightsFit: false });
    expect(fits(1000)).toEqual({ residentFits: false, weightsFit: false });
  });

  it.each([
    { shared: true, gpu: device('MTL0', 5200) },
    { shared: true, gpu: device('Metal', 5200) },
    { shared: true, gpu: device('Vulkan0', 5200, { kind: 'igpu' }) },
    { shared: false, gpu: device('CUDA0', 5200) },
  ])('of RAM is less what a GPU without memory of its own takes: $gpu.name, $shared', ({ shared, gpu }) => {
    // 4706 on the GPU and 600 beside it, of 5388 and 5288; 300 of the 600 are resident.
    expect(place([gpu], { ram: ram(5900) })).toMatchObject({ allOnGpu: true, weightsFit: true });
    expect(place([gpu], { ram: ram(5800) })).toMatchObject({ residentFits: true, weightsFit: !shared });
    expect(place([gpu], { ram: ram(5400) }).residentFits).toBe(!shared);
  });
});

describe('usable GPUs', () => {
  const names = (...devices: readonly DeviceInfo[]) => usableGpus(devices).map((each) => each.name);
  const integrated = device('igpu', 4000, { kind: 'igpu' });

  it('are integrated ones only where there is no other', () => {
    expect(names(integrated, device('gpu', 2000))).toEqual(['gpu']);
    expect(names(integrated)).toEqual(['igpu']);
    expect(names(integrated, device('hidden', undefined))).toEqual(['igpu']);
  });

  it('are neither processors nor other accelerators, nor a GPU whose memory is unknown', () => {
    expect(names(device('CPU', 9000, { kind: 'cpu' }), device('NPU', 9000, { kind: 'accel' }))).toEqual([]);
    expect(names(device('hidden', undefined), device('empty', 0, { memoryTotal: 0 }))).toEqual([]);
  });
});
