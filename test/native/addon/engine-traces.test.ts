import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { commonPrefix, Nano, runAlone } from './engine-harness.ts';

/** A trace that test/native/traces/record.mjs recorded. */
interface Trace {
  readonly microBatch: number;
  readonly stopped: string;
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  readonly margins: readonly number[];
}

/**
 * llama-server was built for the machine that recorded the traces, while the addon's libraries choose kernels at run
 * time. Their sums differ in the last bits, which moves most margins by 0.02, with AMX by up to 0.06. Where
 * the best token was ahead by less than `closeMargin` (in log probability), either may win.
 */
const closeMargin = 0.2;

/** The traces were recorded with micro-batches of this many tokens. */
const microBatch = 128;

const folder = path.resolve(import.meta.dirname, '../../fixtures/traces');
const names = readdirSync(folder);
let nano: Nano;
let engine: NativeEngine;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine({ batchTokens: microBatch });
});

afterAll(() => nano.model.close());

test('there are traces, and few of their steps are too close to compare', () => {
  expect(names.length).toBeGreaterThanOrEqual(8);
  const margins = names.flatMap((name) => readTrace(name).margins);
  expect(margins.filter((margin) => margin >= closeMargin).length).toBeGreaterThan(0.9 * margins.length);
});

test.each(names)('gives the tokens and margins of llama-server: %s', async (name) => {
  const trace = readTrace(name);
  expect(trace.microBatch).toBe(microBatch);
  const reply = await runAlone(engine, {
    tokens: Int32Array.from(trace.prompt),
    generateMax: trace.tokens.length,
    logprobs: 2,
  });

  const firstClose = trace.margins.findIndex((margin) => margin < closeMargin);
  const comparable = firstClose < 0 ? trace.tokens.length : firstClose;
  expect(comparable).toBeGreaterThan(5);
  expect(commonPrefix(reply.tokens, trace.tokens)).toBeGreaterThanOrEqual(comparable);
  if (comparable === trace.tokens.length) expect(reply.done.reason).toBe(trace.stopped === 'eos' ? 'end' : 'length');
  // Not only the same tokens, the same margins. A few steps may be far off, where two experts were equally good.
  const shifts = trace.margins.slice(0, comparable).map((margin, step) => {
    const [first = 0, second = 0] = reply.logprobs[step]?.topLogprobs ?? [];
    return Math.abs(first - second - margin);
  });
  expect(shifts.toSorted((left, right) => left - right)[shifts.length >> 1]).toBeLessThan(0.1);
});

function readTrace(name: string): Trace {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Trace;
}
