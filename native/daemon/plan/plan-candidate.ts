import { existsSync } from 'node:fs';
import type { LoadedModel, LoadOptions } from '../../protocol/methods.ts';
import type { DeviceInfo, ModelFit, ModelRole, PlannedModel } from '../../protocol/model.ts';
import type { GgufHeader } from '../gguf/gguf-header.ts';
import { catalogueEntry, shapeOf } from '../models/catalogue.ts';
import type { CatalogueEntry } from '../models/catalogue.ts';
import { findModelFile } from '../models/model-folders.ts';
import type { ModelFolders } from '../models/model-folders.ts';
import { resolveModel } from '../models/resolve.ts';
import { describedHeader } from './described-header.ts';
import { describedParameters, describedTensors } from './described-weights.ts';
import { machineMemory, measureBandwidths } from './machine.ts';
import { planMemory, publicPlan } from './memory-plan.ts';
import type { ModelPlan } from './memory-plan.ts';
import type { PlannedHeader } from './model-facts.ts';
import type { MachineMemory } from './placement.ts';
import { quantisationSizes } from './quantisation-bits.ts';
import type { Bandwidths } from './speed.ts';

export interface CandidateMachine {
  readonly devices: readonly DeviceInfo[];
  readonly folders: ModelFolders;
  /** The model that would be closed first. */
  readonly loaded?: LoadedModel | undefined;
  readonly ram?: MachineMemory; // default: this machine's
  readonly bandwidths?: Bandwidths; // default: measured here
}

/** More than any model has: the plan shortens it to what fits. */
const contextAsked = 16 * 1024 ** 2;
/** For models whose makers name no context: what the engine gives small ones. */
const contextUnknown = 32_768;
/** A smaller quantisation is advised instead of the recommended one when it is that much faster, and good enough. */
const fasterBy = 2;
const goodBitsMin = 3;

/**
 * The plan of a model that may or may not be on this machine: from its file's header, else from what the catalogue
 * knows of it. Of several quantisations it takes the recommended one that fits. Throws `model.missing` for a name
 * that nobody knows, what readHeader throws for a file, and `option.invalid`.
 */
export async function planCandidate(load: LoadOptions, machine: CandidateMachine): Promise<PlannedModel> {
  const { model, ...options } = load;
  const entry = existsSync(model) ? undefined : catalogueEntry(model);
  const ram = machine.ram ?? (await freedMemory(machine.loaded));
  const bandwidths = machine.bandwidths ?? (await measureBandwidths());
  const plan = (name: string, header: PlannedHeader, yarn: CatalogueEntry['yarn']): Planned => {
    const of = (contextTokens: number | undefined): ModelPlan =>
      planMemory({
        model: name,
        header,
        devices: machine.devices,
        ram,
        options: { ...options, contextTokens },
        yarn,
        bandwidths,
      });
    const chosen = of(options.contextTokens);
    const largest = of(contextAsked);
    return { plan: chosen, contextLargest: largest.fits ? largest.contextTokens : 0 };
  };
  if (entry === undefined || (await findModelFile(entry, machine.folders)) !== undefined) {
    const resolved = await resolveModel(model, machine.folders);
    const { files } = resolved.header;
    const sizeBytes = files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0);
    const planned = plan(resolved.name, resolved.header, resolved.entry?.yarn);
    const role = resolved.entry?.role ?? roleOf(resolved.header);
    const known = { entry: resolved.entry?.name, role };
    return { ...answer(planned), ...known, basis: 'file', quantisation: undefined, sizeBytes, sizeStated: true };
  }
  return bestQuantisation(
    entry.quantisations.map(({ name, bytes }) => {
      const shape = shapeOf(entry);
      const weights = quantisationSizes(name, bytes);
      const contextTokens = entry.contextNative ?? contextUnknown;
      const header = describedHeader({ architecture: entry.architecture, contextTokens, shape, weights });
      const computed = describedTensors(shape, weights).reduce((sum, tensor) => sum + tensor.bytes, 0);
      return {
        ...answer(plan(entry.name, header, entry.yarn)),
        entry: entry.name,
        role: entry.role,
        basis: entry.shapeAssumed === true ? 'assumed' : 'published',
        quantisation: name,
        sizeBytes: bytes ?? Math.round(computed),
        sizeStated: bytes !== undefined,
      } as const;
    }),
    describedParameters(shapeOf(entry)),
  );
}

interface Planned {
  readonly plan: ModelPlan;
  readonly contextLargest: number;
}

function answer({ plan, contextLargest }: Planned): Pick<PlannedModel, 'fit' | 'contextLargest' | 'plan'> {
  return { fit: fitOf(plan), contextLargest, plan: publicPlan(plan) };
}

/** A model that pools its last states makes embeddings. */
function roleOf({ architecture, metadata }: GgufHeader): ModelRole {
  return (metadata.number(`${architecture}.pooling_type`) ?? 0) === 0 ? 'agent' : 'embedding';
}

function fitOf(plan: ModelPlan): ModelFit {
  if (!plan.fits) return 'none';
  if (plan.gpuLayers === 0) return 'ram';
  return plan.gpuLayers > plan.layers && plan.cpuExpertLayers === 0 ? 'gpu' : 'gpu-and-ram';
}

/** The first that fits, or a later one that is much faster and not much worse; else the first. */
function bestQuantisation(candidates: readonly PlannedModel[], parameters: number): PlannedModel {
  const [first] = candidates;
  if (first === undefined) throw new TypeError('Expected a quantisation in the catalogue.');
  const speed = ({ plan }: PlannedModel): number => plan.speed?.decodeTokensPerSecond ?? 0;
  let best: PlannedModel | undefined;
  for (const candidate of candidates.filter(({ fit }) => fit !== 'none')) {
    const isGood = (candidate.sizeBytes * 8) / parameters >= goodBitsMin;
    if (best === undefined || (isGood && speed(candidate) > fasterBy * speed(best))) best = candidate;
  }
  return best ?? first;
}

/** The RAM available once `loaded` is closed. Its weights are in the system's cache, which counts as available. */
async function freedMemory(loaded: LoadedModel | undefined): Promise<MachineMemory> {
  const { totalBytes, availableBytes } = await machineMemory();
  const part = loaded?.plan.parts[0];
  const freed = part === undefined ? 0 : part.kv + part.compute;
  return { totalBytes, availableBytes: Math.min(totalBytes, availableBytes + freed) };
}
