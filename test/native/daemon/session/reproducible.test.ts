// Nano through the real addon on the CPU, with two threads.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemFingerprint } from '../../../../native/daemon/http/wire/reply-identity.ts';
import { generateTurn } from '../../../../native/daemon/session/generate-turn.ts';
import type { ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { loadNano } from '../../../support/models/nano-runtime.ts';

const runs = 24;

let runtime: ModelRuntime;

beforeAll(async () => {
  runtime = await loadNano({ reproducible: true, threads: 2 });
});
afterAll(() => runtime?.close());

async function ask(content: string, seed: number, maxTokens: number): Promise<{ text: string; reused: number }> {
  const conversation = runtime.chatModel.conversation({});
  await conversation.append([{ role: 'user', content }]);
  const options = { maxTokens, sampling: { temperature: 1.5, topP: 1, seed } };
  const { message, usage } = await generateTurn(runtime, conversation, options, () => undefined, {
    signal: new AbortController().signal,
  });
  return { text: message.content, reused: usage.reused };
}

/** Requests of other lengths and seeds, some of which begin like the one that is watched. */
function others(): Promise<unknown>[] {
  const count = Math.floor(Math.random() * 2.5);
  return Array.from({ length: count }, () => {
    const words = Math.floor(Math.random() * 20);
    const beginning = Math.random() < 0.5 ? 'Tell me a story about ' : '';
    return ask(beginning + 'a file of text '.repeat(words), Math.floor(Math.random() * 1e9), 1 + (words % 4));
  });
}

it('gives one text for equal seeds beside any other load, and another for another seed', async () => {
  const texts = new Set<string>();
  for (let run = 0; run < runs; run += 1) {
    const before = others();
    const { text, reused } = await ask('Tell me a story about a ship.', 7, 16);
    expect(reused).toBe(0);
    texts.add(text);
    await Promise.all([...before, ...others()]);
  }
  expect([...texts]).toHaveLength(1);
  expect(texts).not.toContain((await ask('Tell me a story about a ship.', 8, 16)).text);
}, 900_000);

it('says so in the fingerprint', () => {
  const { fingerprint, plan } = runtime.loaded;
  expect(systemFingerprint({ loaded: runtime.loaded } as Parameters<typeof systemFingerprint>[0])).toBe(
    `fp_${fingerprint.slice(0, 12)}_${plan.kvType}_t${runtime.loaded.threads}`,
  );
});
