import type { DeviceInfo, MemoryPart } from '../../protocol/model.ts';
import { computeBufferBytes } from './compute-buffer.ts';
import { kvLayerBytes } from './kv-cost.ts';
import type { KvPool } from './kv-cost.ts';
import type { ModelFacts } from './model-facts.ts';
import { expertTensorPattern } from './weights.ts';
import type { ModelWeights } from './weights.ts';

const mebibyte = 1024 * 1024;
/** The process, its JavaScript, the engine's tables and the vocabulary. */
const processBytes = 300 * mebibyte;

export interface MachineMemory {
  readonly totalBytes: number;
  readonly availableBytes: number; // free, or held by caches that give way
}

export interface PlacementRequest {
  readonly facts: ModelFacts;
  readonly weights: ModelWeights;
  readonly pool: KvPool;
  readonly devices: readonly DeviceInfo[];
  readonly ram: MachineMemory;
  readonly gpuLayers: number | undefined; // forced
  readonly cpuMoeLayers: number | undefined; // forced
}

export interface Placement {
  readonly gpuLayers: number; // as llama.cpp counts, from the end: all blocks + 1 for the output is everything
  readonly cpuExpertLayers: readonly number[]; // layers on a GPU with their experts in RAM
  readonly tensorPlacement: readonly { readonly pattern: string; readonly device: string }[];
  readonly parts: readonly MemoryPart[];
  readonly allOnGpu: boolean;
  readonly residentFits: boolean; // KV cache and compute buffers do
  readonly weightsFit: boolean; // and so do all weights; else they are read from disk again and again
  readonly experts: { readonly onGpu: number; readonly inRam: number }; // bytes
  readonly kvOnGpu: number;
}

interface Gpu {
  readonly device: DeviceInfo;
  readonly budget: number;
  readonly blocks: number[]; // layers it owns; the one after the last is the output
  used: number;
  readonly experts: number[];
}

/**
 * Puts attention, shared weights and KV on the GPUs first, then as many layers' experts as fit, the rest in RAM. Layers
 * leave the GPU only when not even that fits. GPUs share layers by free memory, as llama.cpp does.
 */
export function placeModel(request: PlacementRequest): Placement {
  const gpus = usableGpus(request.devices);
  const most = request.facts.blocks + 1;
  const forced = request.gpuLayers;
  if (gpus.length === 0 || forced === 0) return placed(request, [], 0);
  if (forced !== undefined) return filled(request, gpus, forced < 0 ? most : Math.min(forced, most));
  for (let count = most; count > 0; count--) {
    const result = tryFill(request, gpus, count);
    if (result !== undefined) return result;
  }
  return placed(request, [], 0);
}

/** GPUs with a known amount of memory; integrated ones only if there is no other. */
export function usableGpus(devices: readonly DeviceInfo[]): DeviceInfo[] {
  const known = devices.filter((device) => memoryOf(device) > 0);
  const discrete = known.filter((device) => device.kind === 'gpu');
  return discrete.length > 0 ? discrete : known.filter((device) => device.kind === 'igpu');
}

/** Whether the device's memory is the machine's: integrated graphics and Apple silicon. */
function sharesRam(device: DeviceInfo): boolean {
  return device.kind === 'igpu' || /^(MTL|Metal)/i.test(device.name);
}

/** Bytes of RAM that a plan may use: the available RAM less a margin for everything else on the machine. */
export function ramBudget(ram: MachineMemory): number {
  return Math.max(0, ram.availableBytes - Math.max(512 * mebibyte, ram.totalBytes * 0.05));
}

function memoryOf(device: DeviceInfo): number {
  return device.memoryFree !== undefined && device.memoryFree > 0 ? device.memoryFree : (device.memoryTotal ?? 0) * 0.9;
}

function filled(request: PlacementRequest, gpus: readonly DeviceInfo[], count: number): Placement {
  const owners = ownersOf(request, gpus, count);
  for (const owner of owners) owner.used = baseBytes(request, owner);
  addExperts(request, owners);
  return placed(request, owners, count);
}

function tryFill(request: PlacementRequest, gpus: readonly DeviceInfo[], count: number): Placement | undefined {
  const owners = ownersOf(request, gpus, count);
  for (const owner of owners) {
    owner.used = baseBytes(request, owner);
    if (owner.used > owner.budget) return undefined;
  }
  addExperts(request, owners);
  const overfull = owners.some((owner) => owner.used > owner.budget);
  return overfull && request.cpuMoeLayers === undefined ? undefined : placed(request, owners, count);
}

/** Assigns the last `count` of layers and output to the GPUs by memory, as llama_model_base::load_tensors does. */
function ownersOf(request: PlacementRequest, gpus: readonly DeviceInfo[], count: number): Gpu[] {
  const owners = gpus.map((device) => {
    const memory = memoryOf(device);
    const budget = memory - Math.max(400 * mebibyte, memory * 0.04);
    const blocks: number[] = [];
    const experts: number[] = [];
    return { device, budget, blocks, used: 0, experts };
  });
  const sum = gpus.reduce((total, device) => total + memoryOf(device), 0);
  const first = request.facts.blocks + 1 - count;
  for (let block = first; block <= request.facts.blocks; block++) {
    const fraction = (block - first) / count;
    let upTo = 0;
    const owner = owners.find((each) => {
      upTo += memoryOf(each.device) / sum;
      return fraction < upTo;
    });
    (owner ?? owners.at(-1))?.blocks.push(block);
  }
  return owners;
}

/** Bytes that a GPU must hold before any expert: its layers' shared weights and KV, the output, and compute buffers. */
function baseBytes(request: PlacementRequest, owner: Gpu): number {
  if (owner.blocks.length === 0) return 0;
  const { facts, pool } = request;
  const kv = kvOf(request, owner.blocks);
  const shared = owner.blocks.reduce((sum, block) => sum + sharedBytes(request, block), 0);
  return kv + shared + computeBufferBytes(facts, pool) + copiedExperts(request, owner);
}

/** Experts in RAM are copied to the GPU, a tensor at a time, for prompts of more than 32 tokens (op offload). */
function copiedExperts(request: PlacementRequest, owner: Gpu): number {
  const every = owner.blocks.every((block) => (request.weights.layers[block]?.experts ?? 0) === 0);
  return every ? 0 : request.weights.expertTensorLargest;
}

function sharedBytes({ facts, weights }: PlacementRequest, block: number): number {
  return block === facts.blocks ? weights.outputOnGpu : (weights.layers[block]?.shared ?? 0);
}

/** Fills each GPU with its layers' experts, last layer first: llama.cpp's --n-cpu-moe keeps the first in RAM. */
function addExperts(request: PlacementRequest, owners: readonly Gpu[]): void {
  for (const owner of owners) {
    const candidates = owner.blocks.filter((block) => (request.weights.layers[block]?.experts ?? 0) > 0).reverse();
    const total = candidates.reduce((sum, block) => sum + expertBytes(request, block), 0);
    const copied = copiedExperts(request, owner);
    // With all experts on the GPU nothing is copied to it, so the room for copies is free as well.
    if (request.cpuMoeLayers === undefined && owner.used - copied + total <= owner.budget) {
      owner.used += total - copied;
      owner.experts.push(...candidates);
      continue;
    }
    for (const block of candidates) {
      const bytes = expertBytes(request, block);
      const wanted =
        request.cpuMoeLayers === undefined ? owner.used + bytes <= owner.budget : block >= request.cpuMoeLayers;
      if (!wanted) break;
      owner.used += bytes;
      owner.experts.push(block);
    }
  }
}

function expertBytes(request: PlacementRequest, block: number): number {
  return request.weights.layers[block]?.experts ?? 0;
}

function kvOf(request: PlacementRequest, blocks: readonly number[]): number {
  const perBlock = kvLayerBytes(request.facts, request.pool);
  return blocks.reduce((sum, block) => sum + (perBlock[block] ?? 0), 0);
}

function placed(request: PlacementRequest, owners: readonly Gpu[], count: number): Placement {
  const { facts, weights, pool, ram } = request;
  const onGpu = new Set(owners.flatMap((owner) => owner.blocks));
  const expertsOnGpu = new Set(owners.flatMap((owner) => owner.experts));
  const gpuParts = owners.filter((owner) => owner.blocks.length > 0).map((owner) => gpuPart(request, owner));
  const cpuBlocks = Array.from({ length: facts.blocks }, (_, block) => block).filter((block) => !onGpu.has(block));
  const cpuExpertLayers = [...onGpu]
    .filter((block) => expertBytes(request, block) > 0 && !expertsOnGpu.has(block))
    .sort((a, b) => a - b);
  const inRam = [...cpuBlocks, ...cpuExpertLayers].reduce((sum, block) => sum + expertBytes(request, block), 0);
  const shared = cpuBlocks.reduce((sum, block) => sum + sharedBytes(request, block), 0);
  const output = onGpu.has(facts.blocks) ? 0 : weights.output;
  const cpuWeights = weights.input + output + shared + inRam;
  const cpuKv = kvOf(request, cpuBlocks);
  const compute = computeBufferBytes(facts, pool) + processBytes;
  const unified = owners.filter((owner) => sharesRam(owner.device)).reduce((sum, owner) => sum + owner.used, 0);
  const budget = ramBudget(ram) - unified;
  const fitsGpu = owners.every((owner) => owner.used <= owner.budget);
  return {
    gpuLayers: count,
    cpuExpertLayers,
    tensorPlacement:
      cpuExpertLayers.length === 0
        ? []
        : [{ pattern: `blk\\.(${cpuExpertLayers.join('|')})\\.${expertTensorPattern}`, device: 'CPU' }],
    parts: [{ device: 'CPU', weights: cpuWeights, kv: cpuKv, compute, available: ramBudget(ram) }, ...gpuParts],
    allOnGpu: count > facts.blocks && inRam === 0,
    residentFits: fitsGpu && cpuKv + compute <= budget,
    weightsFit: fitsGpu && cpuKv + compute + cpuWeights <= budget,
    experts: { onGpu: [...expertsOnGpu].reduce((sum, block) => sum + expertBytes(request, block), 0), inRam },
    kvOnGpu: gpuParts.reduce((sum, part) => sum + part.kv, 0),
  };
}

function gpuPart(request: PlacementRequest, owner: Gpu): MemoryPart {
  const kv = kvOf(request, owner.blocks);
  const shared = owner.blocks.reduce((sum, block) => sum + sharedBytes(request, block), 0);
  const weights = shared + owner.experts.reduce((sum, block) => sum + expertBytes(request, block), 0);
  return { device: owner.device.name, weights, kv, compute: owner.used - weights - kv, available: owner.budget };
}
