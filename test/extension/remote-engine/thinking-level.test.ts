// A level of thinking, as it is asked of a server. Faked: the server.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../extension/agent/agent-model.ts';
import type { GenerateOptions } from '../../../native/protocol/generation.ts';
import { refuse, stream, type Answer } from '../../support/engines/fake-engine.ts';
import { heard, never, remoteBench, type RemoteBench } from '../../support/engines/remote-bench.ts';

let bench: RemoteBench;
beforeEach(async () => {
  bench = await remoteBench();
});
afterEach(() => bench.engine.stop());

async function ask(answers: readonly Answer[], options: GenerateOptions) {
  bench.engine.will(...answers);
  const session = await bench.model.open({ tools: [] });
  await session.append([{ role: 'user', content: 'Hello.' }]);
  const events: SessionEvent[] = [];
  await session.generate(options, (one) => events.push(one), never);
  return heard(events);
}

describe('a level of thinking', () => {
  it('that the server refuses is said once, and left out when it is asked again', async () => {
    const refused = await ask(
      [
        refuse(400, { error: { message: 'Unrecognized request argument supplied: chat_template_kwargs' } }),
        refuse(400, { error: { message: "Unsupported parameter: 'reasoning_effort'" } }),
        stream([{ content: 'Yes.' }]),
      ],
      { thinking: 'low' },
    );
    const [first, second, third] = bench.engine.chats.map(({ body }) => body as Record<string, unknown>);
    expect(first).toMatchObject({
      reasoning_effort: 'low',
      chat_template_kwargs: { enable_thinking: true, reasoning_effort: 'low' },
    });
    expect(second).toMatchObject({ reasoning_effort: 'low' });
    expect(second).not.toHaveProperty('chat_template_kwargs');
    expect(third).not.toHaveProperty('reasoning_effort');
    expect(refused.text).toBe('Yes.');
    expect(refused.notices).toEqual([expect.stringContaining('takes no level of thinking')]);
    const again = await ask([stream([{ content: 'Yes.' }])], { thinking: 'off' });
    expect(again.notices).toEqual([]);
  });

  it('is the least where the levels are not known, in a word that every server has', async () => {
    await ask([stream([{ content: 'Yes.' }])], { thinkingBudget: 0 });
    const noThoughts = 'registry.ollama.ai/library/smol does not support thinking';
    await ask([refuse(400, { error: { message: noThoughts } }), stream([{ content: 'Yes.' }])], { thinkingBudget: 0 });
    await ask([stream([{ content: 'Yes.' }])], { thinkingBudget: 0 });
    const [least, , ...later] = bench.engine.chats.map(({ body }) => body as Record<string, unknown>);
    expect(least).toMatchObject({
      reasoning_effort: 'low',
      chat_template_kwargs: { enable_thinking: false, reasoning_effort: 'low' },
    });
    expect(later).toHaveLength(2);
    for (const body of later) expect(body).not.toHaveProperty('reasoning_effort');
  });

  it('off asks for no thoughts, and without a choice nothing is said of them', async () => {
    await ask([stream([{ content: 'Yes.' }])], { thinking: 'off' });
    await ask([stream([{ content: 'Yes.' }])], { thinking: 'default' });
    const [off, usual] = bench.engine.chats.map(({ body }) => body as Record<string, unknown>);
    expect(off).toMatchObject({ reasoning_effort: 'none', chat_template_kwargs: { enable_thinking: false } });
    expect(usual).not.toHaveProperty('reasoning_effort');
    expect(usual).not.toHaveProperty('chat_template_kwargs');
  });
});
