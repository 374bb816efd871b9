import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker, WorkerStart } from './thread-messages.ts';
import { ParsingThread } from './parsing-thread.ts';

const start = workerData as WorkerStart;
// On Linux this is the priority of the calling thread alone; elsewhere it would be the whole process's.
if (start.background && process.platform === 'linux') setPriority(0, 10);

const port = parentPort;
if (port !== null) {
  const thread = new ParsingThread(start, (message) => port.postMessage(message));
  port.on('message', (message: ToWorker) => {
    void thread.handle(message).catch((error: unknown) => {
      // Unhandled, it ends the thread, which is what must happen.
      setImmediate(() => {
        throw error;
      });
    });
  });
}
