// Sessions on the real engine in pools that are too small for them: sharing, waiting, parking, shelving and cancels, all
// at once and from a seed. MOONWRIGHT_SEED repeats a program; without it each run takes new ones.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NativeEngine } from '../../../../native/addon/contract.ts';
import { PromptRunner } from '../../../../native/daemon/kv/prompt-runner.ts';
import type { RunEvent, RunRequest, RunResult } from '../../../../native/daemon/kv/run-request.ts';
import { commonPrefix } from '../../../../native/daemon/kv/token-log.ts';
import type { ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { firstLayerRows, sameRow } from '../../../support/kv-rows.ts';
import { LoneEngine, parting } from '../../../support/lone-engine.ts';
import { engineTruth, loadNano } from '../../../support/nano-runtime.ts';
import { runRequest } from '../../../support/run-prompts.ts';
import { seeded } from '../../../support/seeded-edits.ts';
import { runSessionProgram } from '../../../support/session-program.ts';

const firstSeed = Number(process.env.MOONWRIGHT_SEED ?? Date.now() % 1_000_000);
const programs = Number(process.env.MOONWRIGHT_PROGRAMS ?? (process.env.MOONWRIGHT_SEED === undefined ? 6 : 1));
const cellsMax = 1024;

let runtime: ModelRuntime;
let lone: LoneEngine;

beforeAll(async () => {
  runtime = await loadNano({ contextTokens: cellsMax });
  lone = await LoneEngine.of(runtime, { cells: cellsMax, batchTokens: 512 });
});
afterAll(() => runtime.close());

/** A runner that remembers what it was asked and what it answered. */
class RecordingRunner extends PromptRunner {
  readonly runs: { readonly request: RunRequest; readonly result: RunResult }[] = [];

  override async run(request: RunRequest, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunResult> {
    const result = await super.run(request, onEvent, signal);
    this.runs.push({ request, result });
    return result;
  }
}

/** The beginning of a sequence of ids whose KV a resident sequence has; undefined: it holds what nobody asked for. */
async function contentOf(engine: NativeEngine, { sequence, tokens }: { readonly sequence: number; readonly tokens: number }, logs: readonly Int32Array[]): Promise<Int32Array | undefined> {
  const rows = firstLayerRows(await engine.saveSequence(sequence, new Int32Array(0)));
  expect(rows).toHaveLength(tokens);
  for (const log of logs) {
    if (log.length < tokens) continue;
    const expected = await lone.rows(log.subarray(0, tokens));
    if (rows.every((row, at) => sameRow(row, expected[at] ?? row.subarray(0, 0)))) return log;
  }
  return undefined;
}

/** How many tokens find room beside what is there, as the engine has it. */
async function fits(engine: NativeEngine, sequence: number, count: number): Promise<boolean> {
  const runner = runRequest(new Int32Array(0));
  const reason = await new Promise<string>((resolve) => {
    engine.start({ ...runner, sequence, position: 0, tokens: Int32Array.from({ length: count }, (_, at) => 300 + at), generateMax: 0, granted: 1 }, (events) => {
      for (const event of events) if (event.kind === 'done') resolve(event.reason);
    });
  });
  await engine.removeSequence(sequence, 0, -1);
  return reason === 'prefilled';
}

/** Replies that alone would have been others, where that can be told; how close a call may be is for the caller. */
async function strangeReplies(runs: RecordingRunner['runs'], cells: number): Promise<number> {
  let strange = 0;
  for (const { request, result } of runs) {
    if (result.ids.length === 0) continue;
    const generateMax = result.reason === 'cancelled' ? result.ids.length : Math.min(request.maxTokens ?? cells, cells - request.prompt.length);
    const alone = await lone.reply(request, generateMax);
    const parts = parting(result.ids, alone);
    // Which expert is best may be a close call, too, and one that goes otherwise moves everything after it.
    if (parts === undefined ? commonPrefix(result.ids, Int32Array.from(alone.ids)) < Math.min(result.ids.length, alone.ids.length) : parts.margin >= 1) strange++;
    if (parts === undefined && result.reason !== 'cancelled') expect([result.ids.length, result.reason]).toEqual([alone.ids.length, alone.reason]);
  }
  return strange;
}

it.each(Array.from({ length: programs }, (_, at) => firstSeed + at))('every program ends, says what each session says alone, and leaves the pool as it is told (MOONWRIGHT_SEED=%i)', async (seed) => {
  const random = seeded(seed);
  const sequencesMax = random.pick([3, 5, 16]);
  const engine = await runtime.model.createEngine({
    cells: random.pick([512, cellsMax]), sequencesMax, batchTokens: random.pick([64, 512]), threads: 1, threadsBatch: 1, kvType: 'f16', flashAttention: 'auto', fingerprint: new Uint8Array(32),
  });
  const { cells } = engine.info;
  const runner = new RecordingRunner(engine, {
    contextTokens: cells, parallel: random.pick([1, 2, 3]), queueMax: random.pick([3, 64]), rewindable: true, sliceTokens: random.pick([8, 32, 256]), shareMin: random.pick([8, 64]),
    shelf: random.pick([undefined, { limitBytes: 300_000 }, { limitBytes: 2 ** 30 }]),
  });
  expect(await runSessionProgram({ ...runtime, engine, runner, loaded: { ...runtime.loaded, contextTokens: cells } }, seed, { clients: 3, steps: 12 })).toEqual([]);
  await expect.poll(() => runner.stats()).toMatchObject({ running: 0, waiting: 0 });

  const residents = runner.residents();
  expect(await engineTruth(engine)).toEqual(new Map(residents.map(({ sequence, tokens }) => [sequence, tokens])));
  const free = cells - runner.stats().cellsUsed;
  const spare = Array.from({ length: sequencesMax }, (_, at) => at).find((at) => residents.every(({ sequence }) => sequence !== at));
  if (spare !== undefined) expect([free === 0 || (await fits(engine, spare, free)), await fits(engine, spare, free + 1)]).toEqual([true, false]);
  const logs = runner.runs.map(({ request, result }) => Int32Array.from([...request.prompt, ...result.ids]));
  for (const resident of residents) expect(await contentOf(engine, resident, logs)).toBeDefined();

  for (const { request, result } of runner.runs) {
    const { reused, computed, generated } = result.usage;
    expect(generated).toBe(result.ids.length);
    if (result.reason !== 'cancelled') expect(reused + computed).toBe(request.prompt.length);
  }
  expect(await strangeReplies(runner.runs, cells)).toBeLessThanOrEqual(1 + runner.runs.length / 10);
  await runner.close();
  await engine.close();
});
