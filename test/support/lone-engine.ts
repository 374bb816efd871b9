// What a prompt gives where nothing else runs and nothing is reused: what every reply of a busy engine is compared with.
import type { NativeEngine, NativeLogprob } from '../../native/addon/contract.ts';
import { nativeRequest } from '../../native/daemon/kv/native-request.ts';
import { PromptRun } from '../../native/daemon/kv/prompt-run.ts';
import type { RunRequest } from '../../native/daemon/kv/run-request.ts';
import type { ModelRuntime } from '../../native/daemon/session/model-runtime.ts';
import { firstLayerRows } from './kv-rows.ts';
import { greedy, runRequest } from './run-prompts.ts';

export interface LoneReply {
  readonly ids: readonly number[];
  readonly reason: string;
  readonly logprobs: readonly NativeLogprob[];
}

/** An engine of its own, emptied after each prompt. */
export class LoneEngine {
  readonly #engine: NativeEngine;

  private constructor(engine: NativeEngine) {
    this.#engine = engine;
  }

  static async of({ model }: Pick<ModelRuntime, 'model'>, options: { readonly cells: number; readonly batchTokens: number }): Promise<LoneEngine> {
    return new LoneEngine(await model.createEngine({ ...options, sequencesMax: 1, threads: 1, threadsBatch: 1, kvType: 'f16', flashAttention: 'auto', fingerprint: new Uint8Array(32) }));
  }

  async reply(request: RunRequest, generateMax: number): Promise<LoneReply> {
    const reply = await this.#run({ ...request, logprobs: 20 }, generateMax);
    await this.#engine.removeSequence(0, 0, -1);
    return reply;
  }

  /** What the first layer keeps of each token. */
  async rows(tokens: Int32Array): Promise<readonly Uint8Array[]> {
    await this.#run(runRequest(tokens, { sampling: greedy }), 0);
    const rows = firstLayerRows(await this.#engine.saveSequence(0, new Int32Array(0)));
    await this.#engine.removeSequence(0, 0, -1);
    return rows;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #run(request: RunRequest, generateMax: number): Promise<LoneReply> {
    const run = new PromptRun(request, () => undefined, { order: 0, generateMax });
    run.granted = generateMax;
    const ids: number[] = [];
    const logprobs: NativeLogprob[] = [];
    const reason = await new Promise<string>((resolve) => {
      this.#engine.start({ ...nativeRequest(run), sequence: 0 }, (events) => {
        for (const event of events) {
          if (event.kind === 'tokens') {
            ids.push(...event.tokens);
            logprobs.push(...(event.logprobs ?? []));
          } else if (event.kind === 'done') resolve(event.reason);
        }
      });
    });
    return { ids, reason, logprobs };
  }
}

/** Where `ids` leaves what the lone engine said, and by how much (in log probability) what it says was behind. */
export function parting(ids: ArrayLike<number>, { ids: alone, logprobs }: LoneReply): { readonly step: number; readonly margin: number } | undefined {
  for (let step = 0; step < Math.min(ids.length, alone.length); step++) {
    if (ids[step] === alone[step]) continue;
    const { topTokens = new Int32Array(0), topLogprobs = new Float32Array(0), logprob = 0 } = logprobs[step] ?? {};
    const at = topTokens.indexOf(ids[step] ?? -1);
    return { step, margin: at < 0 ? Number.POSITIVE_INFINITY : Math.abs(logprob - (topLogprobs[at] ?? 0)) };
  }
  return undefined;
}
