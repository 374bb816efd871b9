import { protocolVersion } from '../../protocol/methods.ts';
import type { HelloResult, StatusResult } from '../../protocol/methods.ts';
import type { HandlerTable } from './handler-table.ts';

/** What this process is; fixed from its start. */
export type DaemonFacts = Pick<HelloResult, 'version' | 'engine' | 'backend'>;

export interface DaemonState {
  readonly facts: DaemonFacts;
  status(): StatusResult;
  /** Begins to stop; returns at once. */
  stop(reason: string): void;
}

export function daemonMethods(daemon: DaemonState): Pick<HandlerTable, 'hello' | 'status' | 'shutdown'> {
  return {
    hello: () => ({ protocol: protocolVersion, pid: process.pid, ...daemon.facts, model: daemon.status().model }),
    status: () => daemon.status(),
    shutdown: () => {
      // The answer leaves first.
      setImmediate(() => daemon.stop('A client asked the daemon to stop.'));
      return {};
    },
  };
}
