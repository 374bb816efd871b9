// The reply to a prompt when nothing else runs and nothing is reused. Every reply of a busy engine is compared with it.
import type { NativeEngine, NativeEvent, NativeLogprob, NativeSampling } from '../../../native/addon/contract.ts';
import { PromptRun } from '../../../native/daemon/kv/prompt-run.ts';
import type { RunRequest } from '../../../native/daemon/kv/run-request.ts';
import type { ModelRuntime } from '../../../native/daemon/session/model-runtime.ts';
import { savedSequence } from './engine-sequences.ts';
import { layerRows } from './kv-rows.ts';
import { greedy, runRequest } from './run-prompts.ts';

/** Number of likeliest tokens to compare by log probability. */
export const logprobsCompared = 20;
const logprobsAll = 1 << 20;

export interface LoneReply {
  readonly ids: readonly number[];
  readonly reason: string;
  readonly logprobs: readonly NativeLogprob[];
}

/**
 * A separate engine, emptied after each prompt. Flash attention is off: it adds in half precision, so its results
 * depend on the order of the cells.
 */
export class LoneEngine {
  readonly #engine: NativeEngine;

  private constructor(engine: NativeEngine) {
    this.#engine = engine;
  }

  static async of(
    { model }: Pick<ModelRuntime, 'model'>,
    options: { readonly cells: number; readonly batchTokens: number },
  ): Promise<LoneEngine> {
    return new LoneEngine(
      await model.createEngine({
        ...options,
        sequencesMax: 1,
        threads: 1,
        threadsBatch: 1,
        kvType: 'f16',
        flashAttention: 'off',
        fingerprint: new Uint8Array(32),
      }),
    );
  }

  async reply(request: RunRequest, generateMax: number): Promise<LoneReply> {
    // A grammar or a penalty may leave only unlikely tokens.
    const isFree = request.grammar === undefined && request.sampling.frequencyPenalty === 0;
    const reply = await this.#run({ ...request, logprobs: isFree ? logprobsCompared : logprobsAll }, generateMax);
    await this.#engine.removeSequence(0, 0, -1);
    return reply;
  }

  /** KV rows of each layer for each token. */
  async rows(tokens: Int32Array): Promise<readonly (readonly Uint8Array[])[]> {
    await this.#run(runRequest(tokens, { sampling: greedy }), 0);
    const rows = layerRows(await savedSequence(this.#engine, 0));
    await this.#engine.removeSequence(0, 0, -1);
    return rows;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #run(request: RunRequest, generateMax: number): Promise<LoneReply> {
    const run = new PromptRun(request, () => undefined, { order: 0, generateMax });
    const ids: number[] = [];
    const logprobs: NativeLogprob[] = [];
    const reason = await new Promise<string>((resolve) => {
      const onEvents = (events: readonly NativeEvent[]): void => {
        for (const event of events) {
          if (event.kind === 'tokens') {
            ids.push(...event.tokens);
            logprobs.push(...(event.logprobs ?? []));
          } else if (event.kind === 'done') resolve(event.reason);
        }
      };
      run.start(generateMax, (native) => this.#engine.start({ ...native, sequence: 0 }, onEvents));
    });
    return { ids, reason, logprobs };
  }
}

/** Where `ids` differs from the lone engine's reply to `request`, and by how much its token was behind (logprob). */
export function parting(
  request: RunRequest,
  ids: Int32Array,
  { ids: alone, logprobs }: LoneReply,
): { readonly step: number; readonly margin: number } | undefined {
  const step = ids.findIndex((id, at) => at < alone.length && id !== alone[at]);
  const [said, wanted, known] = [ids[step], alone[step], logprobs[step]];
  if (said === undefined || wanted === undefined || known === undefined) return undefined;
  const before = Int32Array.from([...request.prompt, ...ids.subarray(0, step)]).subarray(-request.sampling.repeatLastN);
  const score = (id: number): number => {
    const at = known.topTokens.indexOf(id);
    return (at < 0 ? Number.NEGATIVE_INFINITY : (known.topLogprobs[at] ?? 0)) - penalty(request.sampling, id, before);
  };
  return { step, margin: Math.abs(score(wanted) - score(said)) };
}

function penalty({ frequencyPenalty, presencePenalty }: NativeSampling, id: number, before: Int32Array): number {
  const count = before.filter((each) => each === id).length;
  return count * frequencyPenalty + (count > 0 ? presencePenalty : 0);
}

/** Largest difference in log probability of the same tokens, up to the first differing id. */
export function logprobDifference(logprobs: readonly NativeLogprob[], { logprobs: alone }: LoneReply): number {
  let most = 0;
  for (const [step, { token, topTokens, topLogprobs }] of logprobs.entries()) {
    const there = alone[step];
    if (there === undefined) return most;
    const known = new Map(Array.from(there.topTokens, (id, at) => [id, there.topLogprobs[at] ?? 0]));
    for (const [at, id] of topTokens.entries()) {
      const difference = Math.abs((topLogprobs[at] ?? 0) - (known.get(id) ?? topLogprobs[at] ?? 0));
      if (!(difference <= most)) most = difference;
    }
    if (token !== there.token) return most;
  }
  return most;
}
