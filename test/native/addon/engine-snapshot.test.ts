import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { heldTokens, restoreSequence, savedSequence } from '../../support/engine/engine-sequences.ts';
import { filler, Nano, run, runAlone } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;
let folder: string;
let snapshot: Uint8Array;
const prompt = filler(300);

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
  folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-snapshot-'));
  await run(engine, { tokens: prompt, generateMax: 0 });
  snapshot = await savedSequence(engine, 0, prompt);
});

afterAll(async () => {
  await nano.model.close();
  rmSync(folder, { recursive: true });
});

const onward = { tokens: filler(5, 77), position: prompt.length, generateMax: 20, ignoreEndOfGeneration: true };

async function corruptionOf(change: (bytes: Uint8Array) => Uint8Array): Promise<unknown> {
  return restoreSequence(engine, 4, change(Uint8Array.from(snapshot))).then(
    () => 'restored',
    (error: { code: string }) => error.code,
  );
}

const headerSize = 112;

/** The snapshot with its size and checksums corrected. */
function signed(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  view.setBigUint64(88, BigInt(bytes.length - headerSize) - view.getBigUint64(80, true) * 4n, true);
  view.setBigUint64(96, xxh64(bytes.subarray(headerSize)), true);
  view.setBigUint64(104, xxh64(bytes.subarray(0, 104)), true);
  return bytes;
}

function xxh64(bytes: Uint8Array): bigint {
  const [p1, p2, p3, p4, p5] = [
    0x9e3779b185ebca87n,
    0xc2b2ae3d27d4eb4fn,
    0x165667b19e3779f9n,
    0x85ebca77c2b2ae63n,
    0x27d4eb2f165667c5n,
  ] as const;
  const cut = (value: bigint): bigint => BigInt.asUintN(64, value);
  const turn = (value: bigint, by: bigint): bigint => cut(value << by) | (value >> (64n - by));
  const round = (lane: bigint, word: bigint): bigint => cut(turn(cut(lane + word * p2), 31n) * p1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let lanes = [cut(p1 + p2), p2, 0n, cut(-p1)];
  for (; bytes.length - at >= 32; at += 32)
    lanes = lanes.map((lane, index) => round(lane, view.getBigUint64(at + 8 * index, true)));
  let hash =
    bytes.length < 32
      ? p5
      : cut(turn(lanes[0]!, 1n) + turn(lanes[1]!, 7n) + turn(lanes[2]!, 12n) + turn(lanes[3]!, 18n));
  if (bytes.length >= 32) for (const lane of lanes) hash = cut((hash ^ round(0n, lane)) * p1 + p4);
  hash = cut(hash + BigInt(bytes.length));
  for (; bytes.length - at >= 8; at += 8)
    hash = cut(turn(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4);
  if (bytes.length - at >= 4) {
    hash = cut(turn(hash ^ cut(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = cut(turn(hash ^ cut(BigInt(bytes[at]!) * p5), 11n) * p1);
  hash = cut((hash ^ (hash >> 33n)) * p2);
  hash = cut((hash ^ (hash >> 29n)) * p3);
  return hash ^ (hash >> 32n);
}

test('a restored sequence continues as the saved one would', async () => {
  const expected = await run(engine, onward);
  await engine.removeSequence(0, 0, -1);
  expect([...(await restoreSequence(engine, 0, snapshot))]).toEqual([...prompt]);
  expect(await heldTokens(engine, 0)).toBe(prompt.length);
  expect((await run(engine, onward)).tokens).toEqual(expected.tokens);

  // Over the old contents of the sequence, and while another sequence generates.
  const talking = run(engine, { tokens: filler(4), sequence: 1, generateMax: 200, ignoreEndOfGeneration: true });
  await restoreSequence(engine, 0, snapshot);
  expect(await heldTokens(engine, 0)).toBe(prompt.length);
  expect((await talking).done.generated).toBe(200);
  await engine.removeSequence(1, 0, -1);
});

test('a file is written whole, for its owner only, and restored into another engine', async () => {
  const file = path.join(folder, 'sequence.kv');
  await restoreSequence(engine, 0, snapshot);
  const expected = await run(engine, onward);
  await restoreSequence(engine, 0, snapshot);
  expect(await engine.saveSequenceFile(0, prompt, file)).toBe(snapshot.length);
  expect(readdirSync(folder)).toEqual(['sequence.kv']);
  expect(statSync(file).size).toBe(snapshot.length);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);

  const other = await nano.engine();
  expect([...(await other.restoreSequenceFile(3, file))]).toEqual([...prompt]);
  expect((await run(other, { ...onward, sequence: 3 })).tokens).toEqual(expected.tokens);
  await other.close();
});

test('a damaged snapshot is refused and leaves the sequence empty', async () => {
  await run(engine, { tokens: filler(4), sequence: 4, generateMax: 0 });
  const flipped = (at: number) => (bytes: Uint8Array) => {
    bytes[at]! ^= 1;
    return bytes;
  };
  for (const at of [0, 9, 14, 30, 80, 100, 108, 112, 500, 2000, snapshot.length - 1]) {
    expect(await corruptionOf(flipped(at)), `byte ${at}`).toMatch(/^snapshot\.(corrupt|mismatch)$/);
    expect(await heldTokens(engine, 4)).toBe(0);
  }
  expect(await corruptionOf(flipped(40))).toBe('snapshot.corrupt');
  for (const length of [0, 10, 111, 112, 700, snapshot.length - 1]) {
    expect(await corruptionOf((bytes) => bytes.subarray(0, length).slice()), `${length} bytes`).toBe(
      'snapshot.corrupt',
    );
  }
  expect(await corruptionOf((bytes) => Uint8Array.from([...bytes, 0]))).toBe('snapshot.corrupt');
});

test('a damaged or missing file is refused', async () => {
  const file = path.join(folder, 'damaged.kv');
  writeFileSync(file, snapshot.subarray(0, 5000));
  await expect(engine.restoreSequenceFile(4, file)).rejects.toMatchObject({ code: 'snapshot.corrupt' });
  const bytes = Uint8Array.from(snapshot);
  bytes[6000]! ^= 8;
  writeFileSync(file, bytes);
  await expect(engine.restoreSequenceFile(4, file)).rejects.toMatchObject({ code: 'snapshot.corrupt' });
  await expect(engine.restoreSequenceFile(4, path.join(folder, 'none.kv'))).rejects.toMatchObject({
    code: 'file.failed',
  });
  await expect(engine.saveSequenceFile(0, prompt, path.join(folder, 'no', 'folder.kv'))).rejects.toMatchObject({
    code: 'file.failed',
  });
  expect(readFileSync(file)).toHaveLength(snapshot.length);
});

test('a snapshot of another model, KV type or YaRN scaling is refused', async () => {
  const others = [
    { fingerprint: new Uint8Array(32).fill(8) },
    { kvType: 'q8_0' as const },
    { yarn: { factor: 4, originalContext: 4096 } },
  ];
  for (const options of others) {
    const other = await nano.engine(options);
    await run(other, { tokens: filler(4), generateMax: 0 });
    await expect(restoreSequence(other, 0, snapshot)).rejects.toMatchObject({ code: 'snapshot.mismatch' });
    expect(await heldTokens(other, 0)).toBe(0);
    await other.close();
  }
});

test('a snapshot with correct checksums but impossible contents is refused', async () => {
  const codeOf = (restored: Promise<Int32Array>): Promise<string> =>
    restored.then(
      () => 'restored',
      (error: { code: string }) => error.code,
    );
  await restoreSequence(engine, 0, snapshot);
  const untrue = [
    prompt.slice(1),
    filler(301),
    new Int32Array(0),
    Int32Array.from(prompt, (token, at) => (at === 7 ? nano.vocabulary.size : token)),
    Int32Array.from(prompt, () => -1),
  ];
  for (const tokens of untrue)
    expect(await codeOf(restoreSequence(engine, 4, await savedSequence(engine, 0, tokens)))).toBe('snapshot.corrupt');
  expect(await codeOf(restoreSequence(engine, 4, await savedSequence(engine, 7, prompt)))).toBe('snapshot.corrupt');

  // Numbers of cells that would take all memory, or do not fit the state.
  const state = headerSize + prompt.byteLength;
  for (const cells of [0, 1, 299, 2 ** 29, 2 ** 32 - 1]) {
    const forged = Uint8Array.from(snapshot);
    new DataView(forged.buffer).setUint32(state + 12, cells, true);
    expect(await codeOf(restoreSequence(engine, 4, signed(forged))), `${cells} cells`).toBe('snapshot.corrupt');
  }
  expect(await codeOf(restoreSequence(engine, 4, signed(snapshot.slice(0, state))))).toBe('snapshot.corrupt');
  expect(await heldTokens(engine, 4)).toBe(0);
  expect(await codeOf(restoreSequence(engine, 4, signed(Uint8Array.from(snapshot))))).toBe('restored');
  await engine.removeSequence(4, 0, -1);
});

test('a snapshot that does not fit the pool is refused', async () => {
  const small = await nano.engine({ cells: 256 });
  await expect(restoreSequence(small, 0, snapshot)).rejects.toMatchObject({ code: 'pool.overflow' });
  expect(await heldTokens(small, 0)).toBe(0);
  expect((await runAlone(small, { tokens: filler(4), generateMax: 2 })).done.reason).toBe('length');
  await small.close();
});

test('a sequence that a request uses cannot be removed, restored or copied to', async () => {
  const talking = run(engine, { tokens: filler(4), sequence: 5, generateMax: 300, ignoreEndOfGeneration: true });
  await expect(engine.removeSequence(5, 0, -1)).rejects.toMatchObject({ code: 'request.invalid' });
  await expect(restoreSequence(engine, 5, snapshot)).rejects.toMatchObject({ code: 'request.invalid' });
  await expect(engine.copySequence(0, 5, 0, -1)).rejects.toMatchObject({ code: 'request.invalid' });
  await expect(engine.copySequence(0, 99, 0, -1)).rejects.toMatchObject({ code: 'request.invalid' });
  expect((await talking).done.generated).toBe(300);
});
