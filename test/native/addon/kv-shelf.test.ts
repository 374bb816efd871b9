import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { heldTokens } from '../../support/engine/engine-sequences.ts';
import { filler, Nano, run } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;
const prompt = filler(700);

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine({ cells: 2048 });
});

afterAll(async () => {
  await nano.model.close();
});

const onward = { tokens: filler(5, 3), position: prompt.length, generateMax: 20, ignoreEndOfGeneration: true };

async function ends(): Promise<number[]> {
  return Promise.all(Array.from({ length: 8 }, (_, sequence) => heldTokens(engine, sequence)));
}

test('a sequence that is shelved in parts and restored into another one continues as before', async () => {
  await run(engine, { tokens: prompt, generateMax: 0 });
  const expected = (await run(engine, onward)).tokens;
  await engine.removeSequence(0, prompt.length, -1);

  // Commands that use a copy may be called before it is made.
  const beginning = engine.shelve(0, 0, 300);
  const end = engine.shelve(0, 300, -1);
  const emptied = engine.removeSequence(0, 0, -1);
  const other = run(engine, { tokens: filler(400, 5), sequence: 1, generateMax: 30, ignoreEndOfGeneration: true });
  const restored = [engine.unshelve(beginning.id, 3, 0, 300), engine.unshelve(end.id, 3, 300, 700)];
  expect(await Promise.all([emptied, ...restored])).toEqual([true, true, true]);
  const bytes = [await beginning.bytes, await end.bytes];
  expect(bytes[1]! / bytes[0]!).toBeCloseTo(400 / 300, 1);
  await other;
  expect((await ends()).slice(0, 4)).toEqual([0, 429, 0, 700]);
  expect((await run(engine, { ...onward, sequence: 3 })).tokens).toEqual(expected);

  // The same copies again, but only a part of the second.
  const rest = { tokens: prompt.slice(450), position: 450, generateMax: 10, ignoreEndOfGeneration: true };
  await engine.copySequence(3, 5, 0, 450);
  const expectedRest = (await run(engine, { ...rest, sequence: 5 })).tokens;
  for (const sequence of [3, 5]) await engine.removeSequence(sequence, 0, -1);
  expect(await engine.unshelve(beginning.id, 4, 0, -1)).toBe(true);
  expect(await engine.unshelve(end.id, 4, 300, 450)).toBe(true);
  expect(await heldTokens(engine, 4)).toBe(450);
  expect((await run(engine, { ...rest, sequence: 4 })).tokens).toEqual(expectedRest);
  for (const sequence of [1, 4]) await engine.removeSequence(sequence, 0, -1);
  for (const { id } of [beginning, end]) engine.dropShelved(id);
});

test('a copy that does not fit or does not continue the sequence is not added', async () => {
  await run(engine, { tokens: prompt, generateMax: 0 });
  const copy = engine.shelve(0, 200, 700);
  await copy.bytes;
  expect(await engine.unshelve(copy.id, 0, 200, 700)).toBe(false);
  expect(await engine.unshelve(copy.id, 1, 0, 700)).toBe(false);
  expect(await engine.unshelve(99_999, 0, 700, 800)).toBe(false);
  await engine.removeSequence(0, 200, -1);
  expect(await engine.unshelve(copy.id, 0, 200, 800)).toBe(false);
  await run(engine, { tokens: filler(1600, 3), sequence: 1, generateMax: 0 });
  expect(await engine.unshelve(copy.id, 0, 200, 700)).toBe(false);
  expect((await ends()).slice(0, 2)).toEqual([200, 1600]);
  await engine.removeSequence(1, 0, -1);
  expect(await engine.unshelve(copy.id, 0, 200, 700)).toBe(true);
  engine.dropShelved(copy.id);
  expect(await engine.unshelve(copy.id, 0, 700, 701)).toBe(false);
  await expect(engine.shelve(0, 600, 900).bytes).rejects.toMatchObject({ code: 'request.invalid' });
  await expect(engine.shelve(5, 0, -1).bytes).rejects.toMatchObject({ code: 'request.invalid' });
  expect(() => engine.shelve(-1, 0, 5)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  await engine.removeSequence(0, 0, -1);
});

test('the sequence of a running request cannot be shelved', async () => {
  const talking = run(engine, { tokens: filler(4), sequence: 5, generateMax: 300, ignoreEndOfGeneration: true });
  await expect(engine.shelve(5, 0, -1).bytes).rejects.toMatchObject({ code: 'request.invalid' });
  expect((await talking).done.generated).toBe(300);
  await engine.removeSequence(5, 0, -1);
});

test('a thousand random moves keep every sequence right and do not leak memory', async () => {
  let state = 1;
  const random = (below: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below;
  const length = new Map<number, number>();
  const copies: { id: number; from: number; to: number }[] = [];
  await run(engine, { tokens: prompt, generateMax: 0 });
  let settled = 0;
  const step = async (): Promise<void> => {
    const sequence = 1 + random(3);
    const held = length.get(sequence) ?? 0;
    const kind = random(5);
    if (kind < 2) {
      const from = held > 0 ? random(held) : random(prompt.length);
      const to = from + 1 + random((held > 0 ? held : prompt.length) - from);
      const copy = engine.shelve(held > 0 ? sequence : 0, from, to);
      copies.push({ id: copy.id, from, to });
      if (copies.length > 8) engine.dropShelved(copies.shift()!.id);
      expect(await copy.bytes).toBeGreaterThan(0);
    } else if (kind === 2) {
      const to = held === 0 ? 0 : random(held);
      expect(await engine.removeSequence(sequence, to, -1)).toBe(true);
      length.set(sequence, to);
    } else {
      const fitting = copies.find(({ from, to }) => from <= held && to > held);
      if (fitting === undefined) {
        if (held === 0 && length.size < 3) length.set(sequence, 0);
        return;
      }
      const to = held + 1 + random(fitting.to - held);
      if (await engine.unshelve(fitting.id, sequence, held, to)) length.set(sequence, to);
    }
    expect(await heldTokens(engine, sequence)).toBe(length.get(sequence) ?? 0);
  };
  for (let at = 0; at < 1000; at++) {
    await step();
    if (at === 300) settled = process.memoryUsage().rss;
  }
  expect(process.memoryUsage().rss - settled).toBeLessThan(24 * 2 ** 20);
  // Sequences made of copies continue as the original does.
  for (const [sequence, held] of length) {
    if (held === 0) continue;
    const rest = {
      tokens: Int32Array.from([...prompt.slice(held), ...onward.tokens]),
      position: held,
      generateMax: 8,
      ignoreEndOfGeneration: true,
    };
    const reply = await run(engine, { ...rest, sequence });
    await engine.removeSequence(sequence, 0, -1);
    await engine.copySequence(0, 6, 0, held);
    expect(reply.tokens).toEqual((await run(engine, { ...rest, sequence: 6 })).tokens);
    await engine.removeSequence(6, 0, -1);
  }
});
