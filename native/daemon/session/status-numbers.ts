import type { StatusResult } from '../../protocol/methods.ts';
import type { ModelRuntime } from './model-runtime.ts';
import type { SessionStore } from './session-store.ts';

export type StatusNumbers = Pick<StatusResult, 'sessions' | 'running' | 'waiting' | 'cells' | 'shelf' | 'totals'>;

/** The counts of sessions, requests, cells and tokens in a status; all zero while no model is loaded. */
export function statusNumbers(
  runtime: Pick<ModelRuntime, 'runner'> | undefined,
  sessions: Pick<SessionStore, 'size'>,
): StatusNumbers {
  const stats = runtime?.runner.stats();
  return {
    sessions: sessions.size,
    running: stats?.running ?? 0,
    waiting: stats?.waiting ?? 0,
    cells: { used: stats?.cellsUsed ?? 0, total: stats?.cellsTotal ?? 0 },
    shelf: stats?.shelf ?? { used: 0, total: 0 },
    totals: stats?.totals ?? { reused: 0, computed: 0, generated: 0 },
  };
}
