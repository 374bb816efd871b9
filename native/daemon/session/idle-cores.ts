import { cpus } from 'node:os';

/** Two clocks whose difference between two readings tells how many cores were idle. */
export interface IdleReading {
  readonly seconds: number; // of some clock
  readonly idleSeconds: number; // since the start, of all processors together; 0 where the system does not say
}

/** Reads how long the machine's processors have been idle. */
export function readIdle(): IdleReading {
  const idle = cpus().reduce((sum, { times }) => sum + times.idle, 0);
  return { seconds: performance.now() / 1000, idleSeconds: idle / 1000 };
}
