import type { LoadOptions } from '../../native/protocol/methods.ts';
import type { ModelSummary, PlannedModel } from '../../native/protocol/model.ts';
import type { MachineModel } from './machine-models.ts';

/** The daemon, as far as it knows models. */
export interface ModelDaemon {
  list(): Promise<readonly ModelSummary[]>;
  plan(options: LoadOptions): Promise<PlannedModel>;
}

/**
 * All models of the catalogue and the one that the user chose, each with its plan on this machine. `options` says how
 * the user wants a model loaded. A model that cannot be planned has the reason instead. Throws what `list` throws.
 */
export async function machineModels(
  daemon: ModelDaemon,
  chosen: string,
  options: (model: string) => LoadOptions,
): Promise<MachineModel[]> {
  const listed = await daemon.list();
  const isChosen = ({ name, path }: ModelSummary): boolean => name === chosen.toLowerCase() || path === chosen;
  const summaries = listed.some(isChosen) ? listed : [...listed, fileSummary(chosen)];
  return Promise.all(summaries.map((summary) => planned(daemon, summary, options, isChosen(summary))));
}

async function planned(
  daemon: ModelDaemon,
  summary: ModelSummary,
  options: (model: string) => LoadOptions,
  chosen: boolean,
): Promise<MachineModel> {
  try {
    return { summary, planned: await daemon.plan(options(summary.name)), chosen };
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    return { summary, planned: undefined, problem, chosen };
  }
}

/** A file that the user chose and no catalogue knows. It goes by its path. */
function fileSummary(path: string): ModelSummary {
  return {
    name: path,
    role: 'agent',
    family: '',
    sizeClass: '8',
    path,
    sizeBytes: undefined,
    contextTokens: undefined,
    licence: undefined,
    source: undefined,
    loaded: false,
    description: path,
  };
}
