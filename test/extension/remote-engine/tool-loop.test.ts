// Real: a server with nano. The project's own daemon, or what `npm run test:engines` has started.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { TokenUsage } from '../../../native/protocol/generation.ts';
import { tools } from '../../support/extension/compact-tools.ts';
import { engineUnderTest, type EngineUnderTest } from '../../support/engines/engine-under-test.ts';
import { never, remoteHost } from '../../support/engines/remote-bench.ts';
import { newFixTask } from '../../support/models/nano-task.ts';

/** Some engines find cached tokens in blocks of 128 only. */
const block = 128;

let engine: EngineUnderTest;
beforeAll(async () => {
  engine = await engineUnderTest();
});
afterAll(() => engine.stop());

it('a fix runs to passing tests; each step finds the earlier ones in the cache', { timeout: 600_000 }, async () => {
  const model = await remoteHost(engine.url, { key: engine.key }).model(never);
  const task = newFixTask();
  const session = await model.open({ tools });
  await session.append(task.messages as ChatMessage[]);
  const used: string[] = [];
  const usages: TokenUsage[] = [];
  for (let step = 0; step < 10; step++) {
    const { usage, message } = await session.generate({ maxTokens: 500 }, () => undefined, never);
    usages.push(usage);
    const calls = message.toolCalls ?? [];
    if (calls.length === 0) break;
    used.push(...calls.map((call) => call.name));
    await session.append(
      calls.map((call) => ({
        role: 'tool',
        toolCallId: call.id,
        name: call.name,
        content: task.run(call.name, call.arguments),
      })),
    );
  }
  expect(used).toContain('edit_file');
  expect(used.at(-1)).toBe('run_tests');
  expect(session.entries.at(-2)?.message.content).toBe('6 passed');
  for (const [at, { reused }] of usages.entries()) {
    const before = usages[at - 1];
    if (before !== undefined) expect(reused).toBeGreaterThanOrEqual(before.reused + before.computed - block);
  }
  expect(session.entries.every((entry) => entry.ids.length === 0 && (entry.tokens ?? 0) > 0)).toBe(true);
});
