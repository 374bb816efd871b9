import type { GenerateEvent } from '../../protocol/generation.ts';

const paceMs = 500;

/**
 * Sends a `decode` event every half second: how many tokens the reply has, and the milliseconds since its first. Call
 * the returned function with the size of every batch of tokens; `now` is in milliseconds.
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
