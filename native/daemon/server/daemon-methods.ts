import { protocolVersion } from '../../protocol/methods.ts';
import type { HelloResult, StatusResult } from '../../protocol/methods.ts';
import type { SharedEndpoint } from './shared-endpoint.ts';
import type { HandlerTable } from './handler-table.ts';

/** Facts about this process that do not change. */
export type DaemonFacts = Pick<HelloResult, 'version' | 'engine' | 'backend'>;

export interface DaemonState {
  readonly facts: DaemonFacts;
  status(): StatusResult;
  /** Begins to stop; returns at once. */
  stop(reason: string): void;
  readonly shared: SharedEndpoint;
}

type DaemonMethod = 'hello' | 'status' | 'shutdown' | Extract<keyof HandlerTable, `endpoint.${string}`>;

/** The handlers for methods about the daemon itself. */
export function daemonMethods(daemon: DaemonState): Pick<HandlerTable, DaemonMethod> {
  return {
    hello: () => ({ protocol: protocolVersion, pid: process.pid, ...daemon.facts, model: daemon.status().model }),
    status: () => daemon.status(),
    'endpoint.open': ({ port, token }) => daemon.shared.open(port, token),
    'endpoint.close': async () => {
      await daemon.shared.close();
      return {};
    },
    'endpoint.state': () => daemon.shared.state(),
    shutdown: () => {
      // Later, so that the answer is sent first.
      setImmediate(() => daemon.stop('A client asked the daemon to stop.'));
      return {};
    },
  };
}
