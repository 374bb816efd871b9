// The socket is an emitter; time is the test's.
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hangLimits, watchForHang } from '../../../extension/daemon-link/hang-watch.ts';

class Socket extends EventEmitter {
  pings = 0;
  answers = true;

  ping(): void {
    this.pings += 1;
    if (this.answers) this.emit('pong');
  }
}

let socket: Socket;
let hung: number;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new Socket();
  hung = 0;
  watchForHang(socket as never, hangLimits, () => (hung += 1));
});
afterEach(() => vi.useRealTimers());

const { intervalMs, missedMax } = hangLimits;

describe('the watch for a daemon that hangs', () => {
  it('lets a daemon that answers live, and asks at every interval', () => {
    vi.advanceTimersByTime(100 * intervalMs);
    expect({ hung, pings: socket.pings }).toEqual({ hung: 0, pings: 100 });
  });

  it('waits a minute for one that is silent, and tells it once', () => {
    socket.answers = false;
    vi.advanceTimersByTime(60_000);
    expect(hung).toBe(0);
    vi.advanceTimersByTime(10 * intervalMs);
    expect(hung).toBe(1);
  });

  it.each(['message', 'ping', 'pong'])('takes a late %s for a sign of life', (sign) => {
    socket.answers = false;
    for (let round = 0; round < 5; round++) {
      vi.advanceTimersByTime(missedMax * intervalMs);
      socket.emit(sign);
    }
    expect(hung).toBe(0);
  });

  it('does not count the time in which this process did not run', () => {
    socket.answers = false;
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(intervalMs);
    expect(hung).toBe(0);
  });

  it('ends with the connection', () => {
    socket.emit('close');
    vi.advanceTimersByTime(10 * missedMax * intervalMs);
    expect({ hung, pings: socket.pings }).toEqual({ hung: 0, pings: 0 });
  });
});
