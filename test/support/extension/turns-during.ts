import { setImmediate as turn } from 'node:timers/promises';

/** Turns of the event loop that others got until the work was done. */
export async function turnsDuring(work: Promise<unknown>): Promise<number> {
  const state = { isDone: false };
  void work.finally(() => {
    state.isDone = true;
  });
  let turns = 0;
  for (; !state.isDone; turns++) await turn();
  return turns;
}
