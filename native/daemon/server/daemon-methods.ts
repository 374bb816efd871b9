import { protocolVersion } from '../../protocol/methods.ts';
import type { HelloResult, StatusResult } from '../../protocol/methods.ts';
import type { HandlerTable } from './handler-table.ts';

/** Facts about this process that do not change. */
export type DaemonFacts = Pick<HelloResult, 'version' | 'engine' | 'backend'>;

export interface DaemonState {
  readonly facts: DaemonFacts;
  status(): StatusResult;
  /** Begins to stop; returns at once. */
  stop(reason: string): void;
}

/** The handlers for methods about the daemon itself. */
export function daemonMethods(daemon: DaemonState): Pick<HandlerTable, 'hello' | 'status' | 'shutdown'> {
  return {
    hello: () => ({ protocol: protocolVersion, pid: process.pid, ...daemon.facts, model: daemon.status().model }),
    status: () => daemon.status(),
    shutdown: () => {
      // Later, so that the answer is sent first.
      setImmediate(() => daemon.stop('A client asked the daemon to stop.'));
      return {};
    },
  };
}
