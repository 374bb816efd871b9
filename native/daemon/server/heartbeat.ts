import type { WebSocket } from 'ws';

/**
 * Pings one socket every `intervalMs` and destroys it when a whole interval passes without a pong or a message. A
 * paused socket is spared, because the daemon does not read its pongs; `Outbound` has its own time limit for that case.
 */
export function startHeartbeat(socket: WebSocket, intervalMs: number): void {
  let alive = true;
  const live = (): void => {
    alive = true;
  };
  socket.on('pong', live);
  socket.on('message', live);
  const timer = setInterval(() => {
    if (!alive && !socket.isPaused) {
      socket.terminate();
      return;
    }
    alive = socket.isPaused;
    socket.ping();
  }, intervalMs);
  timer.unref();
  socket.on('close', () => clearInterval(timer));
}
