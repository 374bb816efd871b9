import type { LoadOptions } from '../../native/protocol/methods.ts';
import type { FoundModel, ModelSummary, PlannedModel } from '../../native/protocol/model.ts';
import type { MachineModel } from './machine-models.ts';

/** The daemon, as far as it knows models. */
export interface ModelDaemon {
  list(): Promise<readonly ModelSummary[]>;
  /** The model files on this machine, of the catalogue or not. */
  find(): Promise<readonly FoundModel[]>;
  plan(options: LoadOptions): Promise<PlannedModel>;
  /** The file of the loaded model. */
  loadedPath(): string | undefined;
  /** Whether the files of a found model are Moonwright's. */
  isOwn(model: FoundModel): Promise<boolean>;
}

/**
 * All models of the catalogue and of this machine, and the one that the user chose, each with its plan on this machine.
 * `options` says how the user wants a model loaded. A model that cannot be planned has the reason instead. Throws what
 * `list` and `find` throw.
 */
export async function machineModels(
  daemon: ModelDaemon,
  chosen: string,
  options: (model: string) => LoadOptions,
): Promise<MachineModel[]> {
  const [listed, found] = await Promise.all([daemon.list(), daemon.find()]);
  const isChosen = ({ name, path }: ModelSummary): boolean =>
    name.toLowerCase() === chosen.toLowerCase() || path === chosen;
  const others = found
    .filter(({ path }) => !listed.some((summary) => summary.path === path))
    .map((model) => fileSummary(loadName(model), model.path, daemon.loadedPath() === model.path));
  const known = [...listed, ...others];
  const all = known.some(isChosen) ? known : [...known, fileSummary(chosen, chosen, daemon.loadedPath() === chosen)];
  return Promise.all(
    all.map(async (summary) => {
      const model = await planned(daemon, summary, options, isChosen(summary), listed);
      const file = found.find(({ path }) => path === summary.path);
      if (file === undefined) return model;
      return { ...model, files: { origin: file.origin, own: await daemon.isOwn(file) } };
    }),
  );
}

/** What the engine loads a found model by: Ollama's files have no name of their own. */
export function loadName({ name, path, origin }: FoundModel): string {
  return origin === 'ollama' ? name : path;
}

async function planned(
  daemon: ModelDaemon,
  summary: ModelSummary,
  options: (model: string) => LoadOptions,
  chosen: boolean,
  listed: readonly ModelSummary[],
): Promise<MachineModel> {
  try {
    const plan = await daemon.plan(options(summary.name));
    const entry = listed.find(({ name }) => name === plan.entry);
    return { summary: entry === summary ? summary : described(summary, plan, entry), planned: plan, chosen };
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    return { summary, planned: undefined, problem, chosen };
  }
}

/** A file with what its header says, and what the catalogue knows of the model that it is a copy of. */
function described(summary: ModelSummary, { role }: PlannedModel, entry: ModelSummary | undefined): ModelSummary {
  if (entry === undefined) return { ...summary, role };
  const { family, coding, contextTokens, licence, source } = entry;
  return { ...summary, role, family, coding, contextTokens, licence, source };
}

/** A file that no catalogue lists. */
function fileSummary(name: string, path: string, loaded: boolean): ModelSummary {
  return {
    name,
    role: 'agent',
    family: '',
    sizeClass: '8',
    coding: undefined,
    path,
    sizeBytes: undefined,
    contextTokens: undefined,
    licence: undefined,
    source: undefined,
    loaded,
    description: path,
  };
}
