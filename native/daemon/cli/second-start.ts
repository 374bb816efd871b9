import { CodedError } from '../../protocol/coded-error.ts';
import type { DiscoveryRecord } from '../server/discovery-file.ts';

/**
 * Handles a start while another daemon runs. Does nothing if that daemon serves the wanted model; else throws
 * `daemon.running`. Without `wantedPath` any model will do, or none.
 */
export function checkRunningDaemon(running: DiscoveryRecord, wantedPath: string | undefined): void {
  if (wantedPath === undefined || wantedPath === running.modelPath) return;
  const serves = running.model === null ? 'no model' : `the model ${running.model}`;
  throw new CodedError(
    'daemon.running',
    `A daemon with ${serves} already runs here (process ${running.pid}): stop it first, or choose another --state-dir.`,
    {
      data: { pid: running.pid, model: running.model },
    },
  );
}
