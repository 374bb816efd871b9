import { setMaxListeners } from 'node:events';
import { CodedError } from '../../../protocol/coded-error.ts';

/**
 * Runs the choices of one request at the same time, so that the engine computes their prompt once. If one fails, the
 * others are cancelled and its error is thrown. `run` gets the choice's index and a signal that ends it.
 */
export async function runChoices<T>(
  count: number,
  signal: AbortSignal,
  run: (choice: number, signal: AbortSignal) => Promise<T>,
): Promise<T[]> {
  const others = new AbortController();
  const either = AbortSignal.any([signal, others.signal]);
  setMaxListeners(0, either); // every choice listens, and Node warns of a leak above ten
  let failure: { readonly thrown: unknown } | undefined;
  const guarded = Array.from({ length: count }, async (_, choice) => {
    try {
      return await run(choice, either);
    } catch (thrown) {
      failure ??= { thrown };
      others.abort();
      throw thrown;
    }
  });
  const settled = await Promise.allSettled(guarded);
  if (failure !== undefined) throw failure.thrown;
  return settled.map((result) => (result as PromiseFulfilledResult<T>).value);
}

/** Throws request.cancelled when an answer was cut off by anything but its own limits. */
export function assertComplete(reason: string): void {
  if (reason === 'cancelled')
    throw new CodedError('request.cancelled', 'The request was cancelled before its answer was complete.');
}
