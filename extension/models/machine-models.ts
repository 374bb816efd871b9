import type { ModelOrigin, ModelSummary, PlannedModel } from '../../native/protocol/model.ts';
import { worthOf } from './model-worth.ts';

/** A model of the catalogue or of this machine, with its plan on this machine. */
export interface MachineModel {
  /** Of a file that no catalogue knows, `name` is what the engine loads it by: its path, or Ollama's name. */
  readonly summary: ModelSummary;
  /** Undefined where planning failed, for example because the file is damaged. */
  readonly planned: PlannedModel | undefined;
  /** Why it could not be planned. */
  readonly problem?: string;
  /** Whether it is the one that the user chose, loaded or not. */
  readonly chosen: boolean;
  /** Whose its files are, where they were found. */
  readonly files?: ModelFiles;
}

export interface ModelFiles {
  readonly origin: ModelOrigin;
  /** Whether Moonwright imported or downloaded them, and may delete them. */
  readonly own: boolean;
}

export type ModelGroupName = 'inUse' | 'here' | 'fitting' | 'tooLarge';

export interface ModelGroup {
  readonly name: ModelGroupName;
  readonly models: readonly MachineModel[];
}

/** The groups of the view, each from the best for this machine to the least, without empty ones. */
export function modelGroups(models: readonly MachineModel[]): ModelGroup[] {
  const names: readonly ModelGroupName[] = ['inUse', 'here', 'fitting', 'tooLarge'];
  const sorted = bestFirst(models);
  return names
    .map((name) => ({ name, models: sorted.filter((model) => groupOf(model) === name) }))
    .filter((group) => group.models.length > 0);
}

/** The model to advise: the best that fits and holds a conversation, among those that are here or can be fetched. */
export function advisedModel(models: readonly MachineModel[]): MachineModel | undefined {
  return bestFirst(
    models.filter(
      ({ summary, planned }) => summary.role === 'agent' && planned !== undefined && planned.fit !== 'none',
    ),
  )[0];
}

/** Of two that serve equally well, the smaller one first: it leaves more of the machine. */
function bestFirst(models: readonly MachineModel[]): MachineModel[] {
  const rated = models.map((model) => ({
    model,
    worth: worthOf(model).total,
    bytes: model.planned?.sizeBytes ?? Infinity,
  }));
  rated.sort((a, b) => {
    if (a.worth !== b.worth) return b.worth - a.worth;
    if (a.bytes !== b.bytes) return a.bytes - b.bytes;
    return a.model.summary.name.localeCompare(b.model.summary.name);
  });
  return rated.map(({ model }) => model);
}

function groupOf({ summary, planned, chosen }: MachineModel): ModelGroupName {
  if (summary.loaded || chosen) return 'inUse';
  if (summary.path !== undefined) return 'here';
  return planned === undefined || planned.fit === 'none' ? 'tooLarge' : 'fitting';
}
