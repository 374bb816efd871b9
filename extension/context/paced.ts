/** Longest slice of work, in milliseconds, before other work gets a turn. */
const sliceMs = 8;

/**
 * Returns a function to await between pieces of work: it yields to other work whenever a slice of time is over, and
 * rejects with the signal's reason once that is aborted.
 */
export function paced(signal?: AbortSignal): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < sliceMs) return;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    signal?.throwIfAborted();
    began = performance.now();
  };
}
