import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine, NativeEvent } from '../../../native/addon/contract.ts';
import { greedy, Nano, type Reply, runAlone, start } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;
let tokens: Int32Array;
let whole: Reply;
let text: string;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
  tokens = nano.question('Write a function that adds two numbers.');
  whole = await runAlone(engine, { tokens, generateMax: 16 });
  text = nano.text(whole.tokens);
});

afterAll(() => nano.model.close());

/** Bytes of the reply before token `index`. */
function bytesBefore(index: number): number {
  return Buffer.byteLength(nano.text(whole.tokens.slice(0, index)));
}

test('ends at a stop string within one token', async () => {
  const stop = nano.text([whole.tokens[5]!]);
  const reply = await runAlone(engine, { tokens, generateMax: 16, stopStrings: ['never said', stop] });
  expect(reply.done.reason).toBe('stop');
  expect(reply.done.textBytes).toBe(Buffer.from(text).indexOf(stop));
  expect(reply.tokens).toEqual(whole.tokens.slice(0, reply.tokens.length));
});

test('ends at a stop string that spans tokens and begins in the middle of one', async () => {
  const index = whole.tokens.findIndex(
    (_, at) => at > 2 && [at, at + 1, at + 2].every((each) => nano.text([whole.tokens[each]!]).length > 1),
  );
  const first = nano.text([whole.tokens[index]!]);
  const stop =
    first.slice(1) + nano.text([whole.tokens[index + 1]!]) + nano.text([whole.tokens[index + 2]!]).slice(0, 1);
  const reply = await runAlone(engine, { tokens, generateMax: 16, stopStrings: [stop] });
  expect(reply.done).toMatchObject({ reason: 'stop', generated: index + 3, textBytes: bytesBefore(index) + 1 });
  expect(reply.tokens).toEqual(whole.tokens.slice(0, index + 3));
});

test('holds tokens back while a stop string may be forming, and sends them when none does', async () => {
  const beginning = nano.text(whole.tokens.slice(3, 5));
  const request = start(engine, {
    tokens,
    generateMax: 16,
    granted: 5,
    stopStrings: [`${beginning}, but not like this`],
  });
  await request.seen('stalled');
  engine.extend(request.id, 100);
  const reply = await request.reply;
  await engine.removeSequence(0, 0, -1);
  const beforeStall = reply.events.slice(
    0,
    reply.events.findIndex((event) => event.kind === 'stalled'),
  );
  expect(beforeStall.flatMap((event) => (event.kind === 'tokens' ? [...event.tokens] : []))).toEqual(
    whole.tokens.slice(0, 3),
  );
  expect(reply.tokens).toEqual(whole.tokens);
});

test('tokens that are held back come together with the end', async () => {
  const stop = nano.text(whole.tokens.slice(4, 8));
  const batches: (readonly NativeEvent[])[] = [];
  await new Promise<void>((resolve) => {
    engine.start(
      {
        sequence: 0,
        position: 0,
        tokens,
        priority: 0,
        generateMax: 16,
        granted: 100,
        sampling: greedy,
        stopStrings: [stop],
        stopTokens: new Int32Array(0),
        logprobs: -1,
      },
      (events) => {
        batches.push(events);
        if (events.at(-1)?.kind === 'done') resolve();
      },
    );
  });
  await engine.removeSequence(0, 0, -1);
  const last = batches.at(-1) ?? [];
  const sentBefore = batches
    .slice(0, -1)
    .flat()
    .flatMap((event) => (event.kind === 'tokens' ? [...event.tokens] : []));
  expect(last.map((event) => event.kind)).toEqual(['tokens', 'done']);
  expect(sentBefore.length).toBeLessThanOrEqual(4);
});

test('ends at a stop token and sends it', async () => {
  const stop = whole.tokens[6]!;
  const reply = await runAlone(engine, { tokens, generateMax: 16, stopTokens: Int32Array.of(stop) });
  expect(reply.done.reason).toBe('stop');
  expect(reply.done.textBytes).toBeUndefined();
  expect(reply.tokens).toEqual(whole.tokens.slice(0, whole.tokens.indexOf(stop) + 1));
});

test('ends at the limit', async () => {
  const reply = await runAlone(engine, { tokens, generateMax: 3 });
  expect(reply.done).toMatchObject({ reason: 'length', generated: 3, position: tokens.length + 2 });
});
