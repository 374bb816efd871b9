import type { GenerateEvent } from '../../protocol/generation.ts';

const paceMs = 500;

/**
 * Tells now and then how many tokens a reply has, and for how long they have been coming. Call the result for every
 * batch of tokens; `now` is in milliseconds.
 */
export function decodeProgress(
  onEvent: (event: GenerateEvent) => void,
  now: () => number = () => performance.now(),
): (tokens: number) => void {
  let generated = 0;
  let first = 0;
  let told = 0;
  return (tokens) => {
    const time = now();
    if (generated === 0) first = told = time;
    generated += tokens;
    if (time - told < paceMs) return;
    told = time;
    onEvent({ kind: 'decode', generated, ms: time - first });
  };
}
