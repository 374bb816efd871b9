import type { WebSocket } from 'ws';

export interface HangLimits {
  readonly intervalMs: number;
  /** Intervals without a sign of life after which the daemon counts as hung. */
  readonly missedMax: number;
}

/** On a busy machine the daemon may get no time for many seconds; a minute is more than that. */
export const hangLimits: HangLimits = { intervalMs: 10_000, missedMax: 6 };

/**
 * Pings the daemon and calls `onHung` once when nothing has come from it for that many intervals. It counts intervals
 * of this process, not time: while the machine sleeps, or this process hangs itself, none pass.
 */
export function watchForHang(
  socket: Pick<WebSocket, 'on' | 'ping'>,
  { intervalMs, missedMax }: HangLimits,
  onHung: () => void,
): void {
  let missed = 0;
  const alive = (): void => {
    missed = 0;
  };
  for (const sign of ['message', 'ping', 'pong'] as const) socket.on(sign, alive);
  const timer = setInterval(() => {
    if (missed >= missedMax) {
      clearInterval(timer);
      onHung();
      return;
    }
    missed += 1;
    socket.ping();
  }, intervalMs);
  timer.unref();
  socket.on('close', () => clearInterval(timer));
}
