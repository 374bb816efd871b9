import type { WebSocket } from 'ws';

/**
 * Pings one socket every `intervalMs` and destroys it when a whole interval passes without a sign of life. A socket
 * that is not being read (`isPaused`) cannot show one; back-pressure has its own limit for that.
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
