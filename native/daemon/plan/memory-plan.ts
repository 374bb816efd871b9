import type { DeviceInfo, KvType, MemoryPlan } from '../../protocol/model.ts';
import type { LoadOptions } from '../../protocol/methods.ts';
import { chooseContext } from './context-choice.ts';
import { allowsQuantisedKv, kvBytesPerToken, paddedCells } from './kv-cost.ts';
import type { KvPool } from './kv-cost.ts';
import { modelFacts } from './model-facts.ts';
import type { ModelFacts, PlannedHeader, YarnFacts } from './model-facts.ts';
import { placeModel, usableGpus } from './placement.ts';
import type { MachineMemory, Placement } from './placement.ts';
import { planNotes } from './plan-notes.ts';
import { estimateSpeed } from './speed.ts';
import type { Bandwidths } from './speed.ts';
import { modelWeights } from './weights.ts';
import type { ModelWeights } from './weights.ts';

export interface PlanRequest {
  readonly model: string; // its name, for people
  readonly header: PlannedHeader;
  readonly devices: readonly DeviceInfo[];
  readonly ram: MachineMemory;
  readonly options: Omit<LoadOptions, 'model'>;
  readonly yarn?: YarnFacts | undefined; // what the catalogue declares
  readonly bandwidths?: Bandwidths | undefined; // undefined: the plan has no speed
}

/** A memory plan with the settings to load the model by it. */
export interface ModelPlan extends MemoryPlan {
  /** Whether KV cache and compute buffers fit. If only they do, weights are read from disk for every token. */
  readonly loadable: boolean;
  readonly tensorPlacement: readonly { readonly pattern: string; readonly device: string }[];
  readonly yarn: YarnFacts | undefined; // positions to stretch; undefined: as the file says
  readonly sequencesMax: number;
  readonly batchTokens: number; // one micro-batch
  readonly weightBytes: number;
  readonly layers: number; // prediction blocks included
}

/** One way to run the model; `placement` says whether it fits. */
export interface Candidate {
  readonly pool: KvPool;
  readonly contextTokens: number;
  readonly placement: Placement;
}

/** Input shared by all candidates of one plan. */
export interface PlanInput extends PlanRequest {
  readonly facts: ModelFacts;
  readonly weights: ModelWeights;
}

const contextFloor = 4096;
const kvShareOfGpu = 0.25;

/**
 * Plans where a model goes. The context comes first; the KV type, experts leaving the GPU and layers leaving the GPU
 * give way before it, and it shrinks only where KV and weights together exceed all memory, with a note that says why.
 * Pure: the same request gives the same plan. Throws option.invalid for an invalid context length.
 */
export function planMemory(request: PlanRequest): ModelPlan {
  const facts = modelFacts(request.header);
  const input: PlanInput = { ...request, facts, weights: modelWeights(request.header, facts) };
  const choice = chooseContext(facts, request.options.contextTokens, request.yarn);
  const first = bestKvType(input, choice.tokens);
  const chosen = widened(input, first.placement.weightsFit ? first : shrunk(input, first));
  const { placement, pool } = chosen;
  return {
    model: request.model,
    contextTokens: chosen.contextTokens,
    poolTokens: pool.cells,
    kvType: pool.type,
    kvBytesPerToken: kvBytesPerToken(facts, pool.type),
    gpuLayers: placement.gpuLayers,
    cpuExpertLayers: placement.cpuExpertLayers.length,
    parts: placement.parts,
    fits: placement.weightsFit,
    loadable: placement.residentFits,
    notes: [...choice.notes, ...planNotes(input, chosen, choice.tokens)],
    speed:
      input.bandwidths === undefined
        ? undefined
        : estimateSpeed({ ...input, bandwidths: input.bandwidths, placement, kvType: pool.type }),
    tensorPlacement: placement.tensorPlacement,
    yarn: chosen.contextTokens > facts.contextTrained ? choice.yarn : undefined,
    sequencesMax: pool.sequences,
    batchTokens: pool.batchTokens,
    weightBytes: input.weights.total,
    layers: facts.blocks,
  };
}

/** The plan without the settings for loading. */
export function publicPlan(plan: ModelPlan): MemoryPlan {
  const {
    loadable: _loadable,
    tensorPlacement: _placement,
    yarn: _yarn,
    sequencesMax: _sequences,
    batchTokens: _batch,
    weightBytes: _weights,
    layers: _layers,
    ...shown
  } = plan;
  return shown;
}

/** f16, or q8_0 if f16 does not fit, leaves fewer layers or experts on the GPU, or takes over a quarter of the GPU. */
function bestKvType(input: PlanInput, contextTokens: number): Candidate {
  const forced = input.options.kvType;
  if (forced === 'f16' || !allowsQuantisedKv(input.facts)) return candidate(input, contextTokens, 'f16');
  if (forced === 'q8_0') return candidate(input, contextTokens, 'q8_0');
  const full = candidate(input, contextTokens, 'f16');
  const noGpu = usableGpus(input.devices).length === 0 || input.options.gpuLayers === 0;
  if (full.placement.weightsFit && (full.placement.allOnGpu || noGpu)) return full;
  const halved = candidate(input, contextTokens, 'q8_0');
  if (halved.placement.allOnGpu && halved.placement.weightsFit) return halved;
  const gpuBudget = full.placement.parts.slice(1).reduce((sum, part) => sum + (part.available ?? 0), 0);
  const modest =
    full.placement.gpuLayers >= halved.placement.gpuLayers && full.placement.kvOnGpu <= gpuBudget * kvShareOfGpu;
  if (full.placement.weightsFit && modest) return full;
  return halved.placement.weightsFit || !full.placement.weightsFit ? halved : full;
}

/** The longest context that fits, when the weights leave room for one; else the wanted one, to be refused or paged. */
function shrunk(input: PlanInput, wanted: Candidate): Candidate {
  const type = wanted.pool.type;
  const fits = (tokens: number): boolean => {
    const placement = candidate(input, tokens, type).placement;
    return wanted.placement.residentFits ? placement.weightsFit : placement.residentFits;
  };
  if (wanted.contextTokens <= contextFloor || !fits(contextFloor)) return wanted;
  let low = 1;
  let high = Math.ceil(wanted.contextTokens / contextFloor);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle * contextFloor)) low = middle;
    else high = middle;
  }
  return candidate(input, low * contextFloor, type);
}

/** Room for several full contexts at once, if layers and experts stay where they are. */
function widened(input: PlanInput, chosen: Candidate): Candidate {
  const parallel = input.options.parallel ?? 1;
  for (let contexts = parallel; contexts > 1; contexts--) {
    const wider = candidate(input, chosen.contextTokens, chosen.pool.type, contexts);
    const same =
      wider.placement.gpuLayers === chosen.placement.gpuLayers &&
      wider.placement.cpuExpertLayers.length === chosen.placement.cpuExpertLayers.length;
    if (same && wider.placement.weightsFit) return wider;
  }
  return chosen;
}

function candidate(input: PlanInput, contextTokens: number, type: KvType, contexts = 1): Candidate {
  const pool: KvPool = {
    type,
    cells: paddedCells(contextTokens) * contexts,
    sequences: sequencesFor(input),
    batchTokens: 512,
  };
  const placement = placeModel({
    ...input,
    pool,
    gpuLayers: input.options.gpuLayers,
    cpuMoeLayers: input.options.cpuMoeLayers,
  });
  return { pool, contextTokens, placement };
}

/** More sequences cost a plain cache nothing; windows and recurrent states take memory for each. */
function sequencesFor(input: PlanInput): number {
  const costly = input.facts.cache.some((layer) => layer.kind !== 'full');
  return Math.max(costly ? 8 : 64, input.options.parallel ?? 1);
}
