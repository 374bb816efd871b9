import { CodedError } from '../../protocol/coded-error.ts';
import type { DiscoveryRecord } from '../server/discovery-file.ts';

/**
 * What a start means while another daemon runs: nothing when that one serves what is wanted. Throws `daemon.running`
 * when it does not. Without `wantedPath` every model will do, and none.
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
