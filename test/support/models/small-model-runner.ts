// The runner on the real engine with a small model, and the same engine's reply to a prompt that it computes alone.
import { join } from 'node:path';
import type { NativeEngine, NativeEngineOptions, NativeLogprob, NativeModel } from '../../../native/addon/contract.ts';
import { PromptRunner } from '../../../native/daemon/kv/prompt-runner.ts';
import type { RunnerOptions, RunRequest, RunResult } from '../../../native/daemon/kv/run-request.ts';
import { LoneEngine, parting } from '../engine/lone-engine.ts';
import type { ModelShape } from './model-shapes.ts';
import { cpuDeps } from './nano-runtime.ts';
import { runRequest } from '../engine/run-prompts.ts';
import { seeded } from '../extension/seeded-edits.ts';
import { writeSmallModel } from './small-models.ts';

export interface SmallTurn {
  readonly prompt: Int32Array;
  readonly ids: Int32Array;
  readonly logprobs: readonly NativeLogprob[];
  readonly result: RunResult;
}

export interface SmallOptions {
  readonly engine?: Partial<NativeEngineOptions>;
  readonly runner?: Partial<RunnerOptions>;
}

/** Ordinary tokens, the same for the same `seed`. */
export function noise(seed: number, count: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => random.below(128));
}

/** One written model, loaded once for all tests of its architecture. */
export class SmallModel {
  readonly #model: NativeModel;
  readonly #lone: LoneEngine;
  readonly #engines: { readonly runner: PromptRunner; readonly engine: NativeEngine }[] = [];

  private constructor(model: NativeModel, lone: LoneEngine) {
    this.#model = model;
    this.#lone = lone;
  }

  static async of(folder: string, name: string, shape: ModelShape): Promise<SmallModel> {
    const path = join(folder, `${name.replaceAll(' ', '-')}.gguf`);
    await writeSmallModel(path, shape);
    const model = await cpuDeps().addon.loadModel({ path, gpuLayers: 0 }, () => undefined).model;
    return new SmallModel(model, await LoneEngine.of({ model }, { cells: 2048, batchTokens: 512 }));
  }

  async setUp({ engine: more = {}, runner: options = {} }: SmallOptions = {}): Promise<SmallSetUp> {
    const { info } = this.#model;
    const engine = await this.#model.createEngine({
      cells: 2048,
      sequencesMax: 8,
      batchTokens: 64,
      threads: 1,
      threadsBatch: 1,
      kvType: 'f16',
      flashAttention: 'auto',
      fingerprint: new Uint8Array(32),
      ...more,
    });
    const runner = new PromptRunner(engine, {
      contextTokens: engine.info.cells,
      parallel: 4,
      queueMax: 64,
      rewindable: !info.recurrent && !info.hybrid && info.slidingWindow === 0,
      slidingWindow: info.slidingWindow,
      ...options,
    });
    this.#engines.push({ runner, engine });
    return new SmallSetUp(engine, runner, this.#lone);
  }

  /** Closes the engines, not the model. */
  async rest(): Promise<void> {
    for (const { runner, engine } of this.#engines.splice(0)) {
      await runner.close();
      await engine.close();
    }
  }

  async close(): Promise<void> {
    await this.rest();
    await this.#model.close();
  }
}

export class SmallSetUp {
  readonly engine: NativeEngine;
  readonly runner: PromptRunner;
  readonly #lone: LoneEngine;

  constructor(engine: NativeEngine, runner: PromptRunner, lone: LoneEngine) {
    this.engine = engine;
    this.runner = runner;
    this.#lone = lone;
  }

  /** Runs a prompt. `cancelAfter`: cancels it after that many tokens of its prompt or, if negative, of its reply. */
  async turn(
    prompt: readonly number[],
    more: Partial<RunRequest> & { readonly cancelAfter?: number } = {},
  ): Promise<SmallTurn> {
    const { cancelAfter, ...rest } = more;
    const request = runRequest(prompt, { maxTokens: 12, ignoreEndOfGeneration: true, logprobs: 20, ...rest });
    const logprobs: NativeLogprob[] = [];
    const controller = new AbortController();
    const result = await this.runner.run(
      request,
      (event) => {
        if (event.kind === 'tokens') logprobs.push(...(event.logprobs ?? []));
        if (cancelAfter === undefined) return;
        if (
          event.kind === 'prefill'
            ? cancelAfter >= 0 && event.computed >= cancelAfter
            : logprobs.length > 0 && logprobs.length >= -cancelAfter && cancelAfter < 0
        )
          controller.abort();
      },
      controller.signal,
    );
    return { prompt: request.prompt, ids: result.ids, logprobs, result };
  }

  /** Largest difference in log probability between a token of the reply and the same token computed alone. */
  async strangeness({ prompt, ids, logprobs }: SmallTurn): Promise<number> {
    if (ids.length === 0) return 0;
    const request = runRequest(prompt, { ignoreEndOfGeneration: true });
    const alone = await this.#lone.reply(request, ids.length);
    const parts = parting(request, ids, alone);
    let most = parts?.margin ?? 0;
    for (let step = 0; step < (parts?.step ?? ids.length); step++)
      most = Math.max(most, Math.abs((logprobs[step]?.logprob ?? 9) - (alone.logprobs[step]?.logprob ?? -9)));
    return most;
  }
}
