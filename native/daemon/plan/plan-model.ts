import type { LoadOptions } from '../../protocol/methods.ts';
import type { DeviceInfo } from '../../protocol/model.ts';
import type { GgufHeader } from '../gguf/gguf-header.ts';
import { readHeader } from '../gguf/read-header.ts';
import { readRemoteHeader } from '../gguf/read-remote-header.ts';
import type { Fetch } from '../gguf/read-remote-header.ts';
import { entryForFile } from '../models/catalogue.ts';
import type { CatalogueEntry } from '../models/catalogue.ts';
import type { ModelFolders } from '../models/model-folders.ts';
import { fileModelName } from '../models/found-models.ts';
import { resolveModel } from '../models/resolve.ts';
import { machineMemory, measureBandwidths } from './machine.ts';
import { planMemory } from './memory-plan.ts';
import type { ModelPlan } from './memory-plan.ts';
import type { MachineMemory } from './placement.ts';
import { planReport } from './plan-report.ts';
import type { Bandwidths } from './speed.ts';

export interface PlanModelRequest {
  /** A local file, or the header of a local or remote one. */
  readonly model: { readonly path: string } | { readonly header: GgufHeader; readonly name?: string };
  readonly devices: readonly DeviceInfo[];
  readonly ram?: MachineMemory; // default: this machine's
  readonly options: Omit<LoadOptions, 'model'>;
  readonly entry?: CatalogueEntry | undefined;
  readonly bandwidths?: Bandwidths; // undefined: the plan has no speed
}

/** The memory plan of a model on this machine. Loads nothing. Throws the errors of readHeader, and option.invalid. */
export async function planModel(request: PlanModelRequest): Promise<ModelPlan> {
  const header = 'path' in request.model ? await readHeader(request.model.path) : request.model.header;
  const location = header.files[0]?.location ?? '';
  const name = 'name' in request.model ? request.model.name : undefined;
  return planMemory({
    model: request.entry?.name ?? name ?? fileModelName(location),
    header,
    devices: request.devices,
    ram: request.ram ?? (await machineMemory()),
    options: request.options,
    yarn: request.entry?.yarn,
    bandwidths: request.bandwidths,
  });
}

export interface PlanCommand {
  readonly load: LoadOptions; // `model` may also be an https address of a .gguf file
  readonly devices: readonly DeviceInfo[];
  readonly folders: ModelFolders;
  readonly fetch?: Fetch;
}

/** `moonwright-daemon plan MODEL`: the plan as text. Uses the network only for a URL. Throws as resolveModel does. */
export async function runPlanCommand(command: PlanCommand): Promise<string> {
  const { model, ...options } = command.load;
  const report = async (
    found: { readonly header: GgufHeader; readonly name: string },
    entry: CatalogueEntry | undefined,
  ): Promise<string> =>
    planReport(
      await planModel({
        model: found,
        devices: command.devices,
        options,
        entry,
        bandwidths: await measureBandwidths(),
      }),
    );
  if (/^https?:\/\//.test(model)) {
    const header = await readRemoteHeader(model, command.fetch ?? fetch);
    const name = fileModelName(decodeURIComponent(new URL(model).pathname));
    return report({ header, name }, entryForFile(name, header.architecture));
  }
  const { header, name, entry } = await resolveModel(model, command.folders);
  return report({ header, name }, entry);
}
