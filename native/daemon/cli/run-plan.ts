import { homedir } from 'node:os';
import type { LoadOptions } from '../../protocol/methods.ts';
import type { BackendName } from '../../protocol/model.ts';
import { chooseBackend } from '../backend/backend-choice.ts';
import { userModelFolders } from '../models/model-folders.ts';
import { runPlanCommand } from '../plan/plan-model.ts';
import { defaultStateDirectory } from '../../local/state-directory.ts';
import type { DaemonLog } from './daemon-log.ts';

/** `moonwright-daemon plan MODEL`: the memory plan as text, nothing loaded. */
export async function runPlan(load: LoadOptions, backend: BackendName | 'auto', log: DaemonLog): Promise<string> {
  const { report } = await chooseBackend({ forced: backend, log: (level, text) => log.write(level, text) });
  return await runPlanCommand({
    load,
    devices: report.devices,
    folders: userModelFolders(defaultStateDirectory(process.platform, process.env, homedir())),
  });
}
