import path from 'node:path';
import { grammarFilesByName } from '../../../extension/context/grammar-files.ts';
import { grammarsOfPackages } from './package-grammars.ts';
import type { FromWorker, ToWorker } from '../../../extension/context/parsing/thread-messages.ts';
import { ParsingThread } from '../../../extension/context/parsing/parsing-thread.ts';
import type { StartThread } from '../../../extension/context/parsing/thread-link.ts';

const grammars = grammarsOfPackages(path.resolve(import.meta.dirname, '../../..'));

export interface InProcessThreads {
  readonly start: StartThread;
  /** Every message that was sent to a thread. */
  readonly sent: ToWorker[];
  /** Number of threads that have not ended. */
  readonly count: () => number;
}

/**
 * Parsing threads without threads: messages are copied and arrive later, as between threads. `dies` tells which message
 * ends a thread.
 */
export function inProcessThreads(
  saved: string | undefined,
  dies: (message: ToWorker) => boolean = () => false,
): InProcessThreads {
  const sent: ToWorker[] = [];
  const alive = new Set<object>();
  return {
    sent,
    count: () => alive.size,
    start: ({ background }) => {
      let ended = false;
      let listener: (message: FromWorker) => void = () => undefined;
      let endListener: (reason: string) => void = () => undefined;
      const thread = new ParsingThread(
        { runtime: grammars.runtime, grammars: grammarFilesByName(grammars), saved, background },
        (message) => {
          const copy = structuredClone(message);
          setImmediate(() => ended || listener(copy));
        },
      );
      alive.add(thread);
      const end = (reason: string): void => {
        ended = true;
        alive.delete(thread);
        setImmediate(() => endListener(reason));
      };
      return {
        post(message) {
          sent.push(message);
          const copy = structuredClone(message);
          setImmediate(() => {
            if (ended) return;
            if (dies(message)) end('out of memory');
            else void thread.handle(copy).catch((error: unknown) => end(String(error)));
          });
        },
        onMessage: (to) => {
          listener = to;
        },
        onEnd: (to) => {
          endListener = to;
        },
        end: () => end('ended'),
      };
    },
  };
}
