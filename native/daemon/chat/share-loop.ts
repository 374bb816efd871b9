/** Milliseconds of work between two turns of the event loop. */
const turnMsMax = 20;

let since = 0;

/**
 * To be awaited between pieces of long work on the main thread: lets other requests run when this turn of the event
 * loop has taken a while.
 */
export async function shareLoop(): Promise<void> {
  if (performance.now() - since < turnMsMax) return;
  await new Promise((resolve) => setImmediate(resolve));
  since = performance.now();
}
