// The contents of a real engine's sequences, through the engine's own calls.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { runRequest } from './run-prompts.ts';

/** Number of tokens in an idle sequence: a request at a wrong position is refused with that number. */
export async function heldTokens(engine: NativeEngine, sequence: number): Promise<number> {
  const { prompt: tokens, ...rest } = runRequest(Int32Array.of(0));
  const request = { ...rest, sequence, tokens, position: 2 ** 31 - 1, generateMax: 0, granted: 0 };
  const refusal = await new Promise<string>((resolve) => {
    engine.start(request, (events) => {
      for (const event of events) if (event.kind === 'done') resolve(event.message ?? event.reason);
    });
  });
  const held = /holds (\d+) tokens/.exec(refusal)?.[1];
  if (held === undefined) throw new Error(`sequence ${sequence} cannot be asked: ${refusal}`);
  return Number(held);
}

/** Number of tokens in each non-empty sequence of an engine. */
export async function engineTruth(engine: NativeEngine): Promise<Map<number, number>> {
  const all = Array.from({ length: engine.info.sequencesMax }, (_, sequence) => sequence);
  const held = await Promise.all(all.map(async (sequence) => [sequence, await heldTokens(engine, sequence)] as const));
  return new Map(held.filter(([, tokens]) => tokens > 0));
}

/** The snapshot of a sequence, as `saveSequenceFile` writes it. */
export function savedSequence(
  engine: NativeEngine,
  sequence: number,
  tokens: Int32Array = new Int32Array(0),
): Promise<Uint8Array> {
  return withFile(async (file) => {
    await engine.saveSequenceFile(sequence, tokens, file);
    return new Uint8Array(readFileSync(file));
  });
}

/** Restores a snapshot; the result is that of `restoreSequenceFile`. */
export function restoreSequence(engine: NativeEngine, sequence: number, snapshot: Uint8Array): Promise<Int32Array> {
  return withFile((file) => {
    writeFileSync(file, snapshot);
    return engine.restoreSequenceFile(sequence, file);
  });
}

async function withFile<T>(use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-sequence-'));
  try {
    return await use(path.join(folder, 'sequence.kv'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
