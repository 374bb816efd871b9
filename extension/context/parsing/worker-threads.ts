import { Worker } from 'node:worker_threads';
import type { FromWorker, WorkerStart } from './thread-messages.ts';
import type { StartThread } from './thread-link.ts';

/** Heap limit of a thread; the memory of its parsers comes on top. */
const heapMb = 1024;

/** Starts parsing threads from the built file `entry`. */
export function workerThreads(entry: string, start: Omit<WorkerStart, 'background'>): StartThread {
  return ({ background }) => {
    const worker = new Worker(entry, {
      workerData: { ...start, background } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      execArgv: [],
      name: 'moonwright-parser',
    });
    worker.unref();
    let reason = 'it exited';
    worker.on('error', (error) => {
      reason = error.message;
    });
    return {
      post: (message) => worker.postMessage(message, []),
      onMessage: (listener) => worker.on('message', (message: FromWorker) => listener(message)),
      onEnd: (listener) => worker.on('exit', () => listener(reason)),
      end: () => void worker.terminate(),
    };
  };
}
