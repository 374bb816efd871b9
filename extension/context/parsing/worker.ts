import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker, WorkerStart } from './thread-messages.ts';
import { ParsingThread } from './parsing-thread.ts';

const start = workerData as WorkerStart;
// On Linux this sets the priority of the calling thread; elsewhere it would set that of the whole process.
if (start.background && process.platform === 'linux') setPriority(0, 10);

const port = parentPort;
if (port !== null) {
  const thread = new ParsingThread(start, (message) => port.postMessage(message));
  port.on('message', (message: ToWorker) => {
    void thread.handle(message).catch((error: unknown) => {
      // Thrown outside of the promise, it ends the thread, as it must.
      setImmediate(() => {
        throw error;
      });
    });
  });
}
