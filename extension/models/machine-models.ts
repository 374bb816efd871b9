import type { ModelFit, ModelSummary, PlannedModel } from '../../native/protocol/model.ts';

/** A model of the catalogue or of this machine, with its plan on this machine. */
export interface MachineModel {
  readonly summary: ModelSummary;
  /** Undefined where planning failed, for example because the file is damaged. */
  readonly planned: PlannedModel | undefined;
  /** Why it could not be planned. */
  readonly problem?: string;
  /** Whether it is the one that the user chose, loaded or not. */
  readonly chosen: boolean;
}

export type ModelGroupName = 'inUse' | 'here' | 'fitting' | 'tooLarge';

export interface ModelGroup {
  readonly name: ModelGroupName;
  readonly models: readonly MachineModel[];
}

/** Tokens per second below which waiting is felt: about as fast as one reads. */
const readingSpeed = 15;
const contextForProjects = 32_768;
/** What a model that only completes or embeds is worth beside one that holds a conversation. */
const otherRolePenalty = 8;

const fitBonus: Readonly<Record<ModelFit, number>> = { gpu: 1, 'gpu-and-ram': 0.5, ram: 0, none: 0 };

/** The groups of the view, each from the best for this machine to the least, without empty ones. */
export function modelGroups(models: readonly MachineModel[]): ModelGroup[] {
  const names: readonly ModelGroupName[] = ['inUse', 'here', 'fitting', 'tooLarge'];
  const sorted = [...models].sort((a, b) => worth(b) - worth(a) || a.summary.name.localeCompare(b.summary.name));
  return names
    .map((name) => ({ name, models: sorted.filter((model) => groupOf(model) === name) }))
    .filter((group) => group.models.length > 0);
}

/** The model to advise: the best that fits and holds a conversation, among those that are here or can be fetched. */
export function advisedModel(models: readonly MachineModel[]): MachineModel | undefined {
  return [...models]
    .filter(({ summary, planned }) => summary.role === 'agent' && planned !== undefined && planned.fit !== 'none')
    .sort((a, b) => worth(b) - worth(a))[0];
}

function groupOf({ summary, planned, chosen }: MachineModel): ModelGroupName {
  if (summary.loaded || chosen) return 'inUse';
  if (summary.path !== undefined) return 'here';
  return planned === undefined || planned.fit === 'none' ? 'tooLarge' : 'fitting';
}

/**
 * What a model is worth on this machine, on a scale of doublings. Its size stands for what it can do; a model slower
 * than one reads loses as much for each halving of its speed, and twice that below a quarter. What fits nowhere is
 * ordered by how little is missing.
 */
function worth({ summary, planned }: MachineModel): number {
  const role = summary.role === 'agent' ? 0 : -otherRolePenalty;
  if (planned === undefined) return Number.NEGATIVE_INFINITY;
  const size = Math.log2(planned.sizeBytes / 1e9);
  if (planned.fit === 'none') return role - 100 - size;
  const speed = planned.plan.speed?.decodeTokensPerSecond ?? readingSpeed;
  const pace = Math.log2(speed / readingSpeed);
  const felt = pace < -2 ? 2 * pace + 2 : Math.min(1, pace);
  const short = planned.contextLargest < contextForProjects ? 2 : 0;
  return role + size + felt + fitBonus[planned.fit] - short;
}
