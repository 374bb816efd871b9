import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filler, greedy, Nano, run, start } from './engine-harness.ts';

let nano: Nano;
const request = {
  sequence: 0,
  position: 0,
  tokens: filler(8),
  priority: 0,
  generateMax: 3,
  granted: 3,
  sampling: greedy,
  stopStrings: [],
  stopTokens: new Int32Array(0),
  logprobs: -1,
};

beforeAll(async () => {
  nano = await Nano.load();
});

afterAll(() => nano.model.close());

test('close() ends running requests, waits for them, and may be called twice', async () => {
  const engine = await nano.engine();
  const talking = start(engine, { tokens: filler(8), generateMax: 1_000_000, ignoreEndOfGeneration: true });
  const prompt = start(engine, { tokens: filler(4000), sequence: 1 });
  await talking.seen('tokens');
  await Promise.all([engine.close(), engine.close()]);
  expect((await talking.reply).done.reason).toBe('cancelled');
  expect((await prompt.reply).done.reason).toBe('cancelled');
});

test('a closed engine refuses requests and still tells its info and counters', async () => {
  const engine = await nano.engine();
  await engine.close();
  expect(() => engine.start(request, () => undefined)).toThrow(expect.objectContaining({ code: 'engine.closed' }));
  await expect(engine.removeSequence(0, 0, -1)).rejects.toMatchObject({ code: 'engine.closed' });
  await expect(engine.embed([])).rejects.toMatchObject({ code: 'engine.closed' });
  engine.cancel(1);
  engine.extend(1, 5);
  expect(engine.info.sequencesMax).toBe(8);
  expect(engine.counters().decodes).toBe(0);
});

test('a cancel after close() is ignored, even when a decode was aborted before', async () => {
  const engine = await nano.engine();
  while (engine.counters().decodesAborted === 0) {
    const prompt = start(engine, { tokens: filler(4000) });
    await new Promise((resolve) => setTimeout(resolve, 10));
    engine.cancel(prompt.id);
    await prompt.reply;
    await engine.removeSequence(0, 0, -1);
  }
  await engine.close();
  engine.cancel(1);
  expect(engine.counters().decodesAborted).toBeGreaterThan(0);
});

test('commands that wait while the engine closes are refused, not forgotten', async () => {
  const engine = await nano.engine();
  const prompt = start(engine, { tokens: filler(2000) });
  const waiting = [engine.removeSequence(1, 0, -1), engine.copySequence(2, 3, 0, -1)].map((promise) =>
    promise.then(
      () => 'done',
      (error: { code: string }) => error.code,
    ),
  );
  await engine.close();
  for (const outcome of await Promise.all(waiting)) expect(['done', 'engine.closed']).toContain(outcome);
  expect((await prompt.reply).done.reason).toBe('cancelled');
});

test('a listener that throws does not affect other requests', async () => {
  const engine = await nano.engine();
  const errors: Error[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  const other = run(engine, { tokens: filler(8), sequence: 1, generateMax: 10, ignoreEndOfGeneration: true });
  engine.start(request, () => {
    throw new Error('listener');
  });
  expect((await other).done.generated).toBe(10);
  await engine.removeSequence(7, 0, -1); // after the request of the broken listener
  await new Promise((resolve) => setTimeout(resolve, 20));
  await engine.close();
  process.removeAllListeners('uncaughtException');
  for (const listener of before) process.on('uncaughtException', listener);
  expect(errors.map((error) => error.message)).toContain('listener');
});

test('an idle engine uses no processor time', async () => {
  const engine = await nano.engine({ threads: 2, threadsBatch: 2 });
  await run(engine, { tokens: filler(8), generateMax: 4 });
  await new Promise((resolve) => setTimeout(resolve, 600)); // the pool's threads look for work a little longer
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const used = process.cpuUsage(before);
  expect(used.user + used.system).toBeLessThan(150_000);
  await engine.close();
});

test('bad engine options are refused with the field', async () => {
  expect(() => nano.engine({ cells: 0 })).toThrow(/cells/);
  expect(() => nano.engine({ kvType: 'q2' as never })).toThrow(/kvType/);
  expect(() => nano.engine({ fingerprint: new Uint8Array(3) })).toThrow(/fingerprint/);
});

test('q8_0 KV, other thread counts and YaRN work', async () => {
  const engine = await nano.engine({
    kvType: 'q8_0',
    threads: 1,
    threadsBatch: 2,
    yarn: { factor: 2, originalContext: 4096 },
  });
  const reply = await run(engine, { tokens: nano.question('Fix the failing test.'), generateMax: 5 });
  expect(reply.tokens).toHaveLength(5);
  const f16 = await nano.engine();
  expect(engine.info.kvBytes).toBeLessThan(f16.info.kvBytes * 0.6);
  await Promise.all([engine.close(), f16.close()]);
});

test('embeds texts in one batch or many, as vectors of length 1', async () => {
  const engine = await nano.engine({ embeddings: true, cells: 512, sequencesMax: 4 });
  const texts = ['add', 'add two numbers', 'add', 'a quite different sentence', 'one more', 'and a last one'].map(
    (text) => nano.tokens(text),
  );
  const vectors = await engine.embed(texts);
  expect(vectors.map((vector) => vector.length)).toEqual(texts.map(() => 256));
  for (const vector of vectors) expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 4);
  const cosine = (a: number, b: number): number =>
    vectors[a]!.reduce((sum, value, index) => sum + value * vectors[b]![index]!, 0);
  expect(cosine(0, 2)).toBeGreaterThan(0.9999);
  expect(cosine(0, 3)).toBeLessThan(0.9999);
  await expect(engine.embed([filler(200)])).rejects.toMatchObject({ code: 'request.invalid' });
  await engine.close();
  const other = await nano.engine();
  await expect(other.embed(texts)).rejects.toMatchObject({ code: 'model.capability' });
  await other.close();
});

test.each(['ends by itself', 'is terminated'])(
  'a worker thread with a running engine that %s leaves the process intact',
  async (how) => {
    const worker = new Worker(path.join(import.meta.dirname, 'engine-worker.mjs'), { workerData: { how } });
    // On a busy machine both events come at once.
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    const message = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(message).toBe('tokens');
    if (how === 'is terminated') await worker.terminate();
    await exited;

    const engine = await nano.engine();
    expect((await run(engine, { tokens: filler(8), generateMax: 3, ignoreEndOfGeneration: true })).done.reason).toBe(
      'length',
    );
    await engine.close();
  },
);
