// Sessions on the real engine in pools that are too small for them: sharing, waiting, parking, shelving, cancels and
// stopped batches, all at once and from a seed. MOONWRIGHT_SEED repeats a program; a full run takes new ones.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NativeEngine, NativeLogprob } from '../../../../native/addon/contract.ts';
import { PromptRunner } from '../../../../native/daemon/kv/prompt-runner.ts';
import type { RunEvent, RunRequest, RunResult } from '../../../../native/daemon/kv/run-request.ts';
import { commonPrefix } from '../../../../native/daemon/kv/token-log.ts';
import type { ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { casesOf, firstSeed } from '../../../support/case-counts.ts';
import { writeAllExpertsModel } from '../../../support/models/all-experts-model.ts';
import { layerRows, rowDifference } from '../../../support/engine/kv-rows.ts';
import { LoneEngine, logprobDifference, logprobsCompared, parting } from '../../../support/engine/lone-engine.ts';
import { engineTruth, savedSequence } from '../../../support/engine/engine-sequences.ts';
import { loadNano } from '../../../support/models/nano-runtime.ts';
import { runRequest } from '../../../support/engine/run-prompts.ts';
import { seeded } from '../../../support/extension/seeded-edits.ts';
import { runSessionProgram } from '../../../support/engine/session-program.ts';

const programs = process.env.MOONWRIGHT_SEED === undefined ? casesOf('session programs') : 1;
const cellsMax = 1024;
/**
 * Tolerances, because sums depend on the batch and the place in the pool: log probabilities, and KV rows relative to
 * their maximum.
 */
const logprobsApart = 0.02;
const rowsApart = 1 / 64;
const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-test-'));

let runtime: ModelRuntime;
let lone: LoneEngine;

beforeAll(async () => {
  const model = path.join(folder, 'all-experts.gguf');
  await writeAllExpertsModel(model);
  runtime = await loadNano({ model, contextTokens: cellsMax });
  lone = await LoneEngine.of(runtime, { cells: cellsMax, batchTokens: 512 });
});
afterAll(async () => {
  await runtime.close();
  rmSync(folder, { recursive: true });
});

interface RecordedRun {
  readonly request: RunRequest;
  readonly result: RunResult;
  readonly logprobs: readonly NativeLogprob[];
}

/** A runner that remembers what it was asked and what it answered. */
class RecordingRunner extends PromptRunner {
  readonly runs: RecordedRun[] = [];

  override async run(request: RunRequest, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunResult> {
    const logprobs: NativeLogprob[] = [];
    const record = (event: RunEvent): void => {
      if (event.kind === 'tokens') logprobs.push(...(event.logprobs ?? []));
      onEvent(event);
    };
    const result = await super.run({ ...request, logprobs: logprobsCompared }, record, signal);
    this.runs.push({ request, result, logprobs });
    return result;
  }
}

/**
 * How far the KV of a resident sequence is from the lone engine's KV for the same ids; undefined: no log has these ids.
 */
async function kvDifference(
  engine: NativeEngine,
  { sequence, tokens }: { readonly sequence: number; readonly tokens: number },
  logs: readonly Int32Array[],
): Promise<number | undefined> {
  const layers = layerRows(await savedSequence(engine, sequence));
  expect(layers.map((rows) => rows.length)).toEqual(layers.map(() => tokens));
  for (let candidates = logs.filter((log) => log.length >= tokens); ;) {
    const [log] = candidates;
    if (log === undefined) return undefined;
    const expected = await lone.rows(log.subarray(0, tokens));
    const apart = layers.map((rows, layer) =>
      rows.map((row, at) => rowDifference(row, expected[layer]?.[at] ?? new Uint8Array(0))),
    );
    // Rows of the first layer depend on a token and its position alone.
    const foreign = apart[0]?.findIndex((difference) => difference > rowsApart) ?? 0;
    if (foreign < 0) return Math.max(...apart.flat());
    candidates = candidates.filter((other) => commonPrefix(other, log) <= foreign);
  }
}

/** How many tokens find room beside what is there, as the engine has it. */
async function fits(engine: NativeEngine, sequence: number, count: number): Promise<boolean> {
  const runner = runRequest(new Int32Array(0));
  const reason = await new Promise<string>((resolve) => {
    engine.start(
      {
        ...runner,
        sequence,
        position: 0,
        tokens: Int32Array.from({ length: count }, (_, at) => 300 + at),
        generateMax: 0,
        granted: 1,
      },
      (events) => {
        for (const event of events) if (event.kind === 'done') resolve(event.reason);
      },
    );
  });
  await engine.removeSequence(sequence, 0, -1);
  return reason === 'prefilled';
}

/** Where a reply is not what the lone engine says to the same prompt; undefined: it is. */
async function strangeness({ request, result, logprobs }: RecordedRun, cells: number): Promise<object | undefined> {
  if (result.ids.length === 0) return undefined;
  const isCancelled = result.reason === 'cancelled';
  const alone = await lone.reply(
    request,
    isCancelled ? result.ids.length : Math.min(request.maxTokens ?? cells, cells - request.prompt.length),
  );
  const difference = logprobDifference(logprobs, alone);
  const parts = parting(request, result.ids, alone);
  const ends = isCancelled
    ? result.ids.length <= alone.ids.length
    : result.ids.length === alone.ids.length && result.reason === alone.reason;
  if (difference <= logprobsApart && (parts === undefined ? ends : parts.margin <= logprobsApart)) return undefined;
  return {
    difference,
    ...parts,
    length: result.ids.length,
    reason: result.reason,
    lengthAlone: alone.ids.length,
    reasonAlone: alone.reason,
  };
}

it.each(Array.from({ length: programs }, (_, at) => firstSeed + at))(
  'every program ends, says what each session says alone, and leaves the pool as it is told (MOONWRIGHT_SEED=%i)',
  async (seed) => {
    const random = seeded(seed);
    const sequencesMax = random.pick([3, 5, 16]);
    const engine = await runtime.model.createEngine({
      cells: random.pick([512, cellsMax]),
      sequencesMax,
      batchTokens: random.pick([64, 512]),
      threads: 1,
      threadsBatch: 1,
      kvType: 'f16',
      flashAttention: 'off',
      fingerprint: new Uint8Array(32),
    });
    const { cells } = engine.info;
    const runner = new RecordingRunner(engine, {
      contextTokens: cells,
      parallel: random.pick([1, 2, 3]),
      queueMax: random.pick([3, 64]),
      rewindable: true,
      sliceTokens: random.pick([8, 32, 256]),
      shareMin: random.pick([8, 64]),
      shelf: random.pick([undefined, { limitBytes: 120_000 }, { limitBytes: 2 ** 30 }]),
    });
    expect(
      await runSessionProgram(
        { ...runtime, engine, runner, loaded: { ...runtime.loaded, contextTokens: cells } },
        seed,
        { clients: 3, steps: 12 },
      ),
    ).toEqual([]);
    await expect.poll(() => runner.stats()).toMatchObject({ running: 0, waiting: 0 });

    const residents = runner.residents();
    expect(await engineTruth(engine)).toEqual(new Map(residents.map(({ sequence, tokens }) => [sequence, tokens])));
    const free = cells - runner.stats().cellsUsed;
    const spare = Array.from({ length: sequencesMax }, (_, at) => at).find((at) =>
      residents.every(({ sequence }) => sequence !== at),
    );
    if (spare !== undefined)
      expect([free === 0 || (await fits(engine, spare, free)), await fits(engine, spare, free + 1)]).toEqual([
        true,
        false,
      ]);
    const logs = runner.runs.map(({ request, result }) => Int32Array.from([...request.prompt, ...result.ids]));
    for (const resident of residents) expect(await kvDifference(engine, resident, logs)).toBeLessThanOrEqual(rowsApart);

    for (const { request, result } of runner.runs) {
      const { reused, computed, generated } = result.usage;
      expect(generated).toBe(result.ids.length);
      if (result.reason !== 'cancelled') expect(reused + computed).toBe(request.prompt.length);
    }
    for (const run of runner.runs) expect(await strangeness(run, cells)).toBeUndefined();
    await runner.close();
    await engine.close();
  },
  180_000,
);
