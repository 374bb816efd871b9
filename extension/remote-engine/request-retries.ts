import { setTimeout as delay } from 'node:timers/promises';
import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import { RefusedError } from './engine-client.ts';

/**
 * Milliseconds: the first wait (each further one is twice as long), the longest, and all together, after which a
 * request is given up. An engine that loads its model needs some time.
 */
const waits = { firstMs: 1000, longestMs: 15_000, allMs: 90_000 };

/** Answers of engines and proxies that pass by themselves. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504, 529]);
/** Some engines answer so whenever a template fails: once more is enough to tell. */
const failure = 500;

/** Runs `attempt` again while its failure may pass. It must not have told anything before it fails. */
export async function withRetries<T>(
  host: string,
  attempt: () => Promise<T>,
  notice: (text: string) => void,
  signal: AbortSignal,
): Promise<T> {
  let waited = 0;
  let next = waits.firstMs;
  let failures = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      if (signal.aborted) throw new CodedError('request.cancelled', 'Stopped.', { cause: thrown });
      const refusal = thrown instanceof RefusedError ? thrown.refusal : undefined;
      if (refusal?.status === failure) failures++;
      if (!mayPass(thrown) || failures > 1) throw settled(thrown);
      const pause = refusal?.retryAfterMs ?? next;
      if (waited + pause > waits.allMs) throw settled(thrown);
      notice(waitText(host, refusal?.status, Math.max(1, Math.ceil(pause / 1000))));
      await delay(pause, undefined, { signal }).catch(() => undefined); // the next round sees the abort
      waited += pause;
      next = Math.min(waits.longestMs, next * 2);
    }
  }
}

function mayPass(thrown: unknown): boolean {
  if (thrown instanceof RefusedError) return thrown.code !== 'context.overflow' && passing.has(thrown.refusal.status);
  return toCodedError(thrown).code === 'daemon.unreachable';
}

/** Has been tried often enough: with another code the agent's loop does not try once more. */
function settled(thrown: unknown): CodedError {
  const { code, message, data } = toCodedError(thrown, 'engine.failed');
  return new CodedError(code === 'daemon.unreachable' ? 'engine.failed' : code, message, { data, cause: thrown });
}

function waitText(host: string, status: number | undefined, seconds: number): string {
  if (status === undefined) return translate('{0} does not answer. Asking again in {1} s.', host, seconds);
  return status === 429 || status === 503
    ? translate('{0} is busy. Asking again in {1} s.', host, seconds)
    : translate('{0} failed. Asking again in {1} s.', host, seconds);
}
