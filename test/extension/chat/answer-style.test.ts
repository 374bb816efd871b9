// How the model answers in a conversation. Faked: the model, and the window's menu.
import { describe, expect, it } from 'vitest';
import { ChatBench } from '../../support/extension/chat-bench.ts';

async function choose(bench: ChatBench, style: ChatBench['style']): Promise<void> {
  bench.style = style;
  await bench.do({ type: 'pickStyle' });
}

const contents = (bench: ChatBench) => bench.model.sessions.at(-1)?.entries.map(({ message }) => message.content) ?? [];

describe('the style of a conversation', () => {
  it("is the model's own until the user chooses, from what this model has", async () => {
    const bench = new ChatBench([{ text: 'one' }]);
    bench.link = { ...bench.link, profile: 'full', thinking: ['off', 'low'] };
    expect(bench.state?.style).toMatchObject({ thinking: 'default', length: 'full' });
    await choose(bench, undefined);
    expect(bench.styleChoices).toEqual({ levels: ['off', 'low'], lengths: true });
    await bench.send('Fix it');
    expect(bench.model.asked[0]).toMatchObject({ thinking: 'default' });
    expect(contents(bench).join()).not.toContain('short');
  });

  it('asks each reply for its level, and the turns that follow for a short answer behind their request', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    await bench.send('Fix it');
    const before = contents(bench);
    await choose(bench, { thinking: 'low', length: 'short' });
    expect(bench.state?.style).toMatchObject({ thinking: 'low', length: 'short' });
    await bench.send('And this');
    expect(bench.model.asked.map(({ thinking }) => thinking)).toEqual(['default', 'low']);
    expect(contents(bench).slice(0, before.length)).toEqual(before);
    expect(contents(bench).at(-2)).toMatch(/^And this\n\nKeep your final answer short/);
    await choose(bench, { thinking: 'default', length: 'full' });
    await bench.send('And that');
    expect(bench.model.asked.at(-1)?.thinking).toBe('default');
    expect(contents(bench).at(-2)).not.toContain('short');
  });

  it('is that of a delegate too', async () => {
    const bench = new ChatBench(
      (messages) => {
        if (messages.some(({ content }) => content === 'the task')) return { text: 'done by the delegate' };
        return messages.at(-1)?.role === 'tool' ? { text: 'ok' } : { calls: [{ name: 'hand', arguments: {} }] };
      },
      (hooks) => ({ hand: { run: (_args, { signal }) => hooks.delegate('the task', signal) } }),
    );
    await choose(bench, { thinking: 'high', length: 'full' });
    await bench.send('Fix it');
    expect(bench.model.opened).toContainEqual(expect.objectContaining({ label: 'delegate', thinking: 'high' }));
    expect(bench.model.asked.map(({ thinking }) => thinking)).toEqual(['high', 'high', 'high']);
  });

  it('is not that of a summary, which is written without thoughts and without reading all again', async () => {
    const bench = new ChatBench((messages) => {
      const isSummary = messages.at(-1)?.content.includes('Write a note to yourself') === true;
      return { text: isSummary ? 'a summary' : 'x'.repeat(200) };
    });
    bench.compactAt = 300;
    await choose(bench, { thinking: 'high', length: 'full' });
    await bench.send('first');
    await bench.send('y'.repeat(200));
    const [, summary, answer] = bench.model.asked;
    expect(summary).toMatchObject({ toolChoice: 'none', thinkingBudget: 0 });
    expect(summary).not.toHaveProperty('thinking');
    expect(answer).toMatchObject({ thinking: 'high' });
    expect(answer).not.toHaveProperty('thinkingBudget');
  });

  it('stays with the conversation after a reload, and its session opens at the level it was made at', async () => {
    const bench = new ChatBench([{ text: 'one' }, { text: 'two' }]);
    await choose(bench, { thinking: 'high', length: 'short' });
    await bench.send('Fix it');
    await choose(bench, { thinking: 'off', length: 'short' });
    const id = bench.state?.conversation.id ?? '';
    await bench.controller.dispose();
    await bench.open().resume(id);
    expect(bench.state?.style).toMatchObject({ thinking: 'off', length: 'short' });
    await bench.send('Again');
    expect(bench.model.opened.at(-1)).toMatchObject({ thinking: 'high' });
    expect(bench.model.asked.at(-1)?.thinking).toBe('off');
    await bench.do({ type: 'newConversation' });
    expect(bench.state?.style).toMatchObject({ thinking: 'default', length: 'full' });
  });

  it('leaves the prompt of a small model as it was taught', async () => {
    const bench = new ChatBench([{ text: 'one' }]);
    Object.assign(bench.model.facts, { profile: 'compact' });
    bench.link = { ...bench.link, profile: 'compact' };
    await choose(bench, { length: 'short' });
    expect(bench.styleChoices).toEqual({ levels: [], lengths: false });
    await bench.send('Fix it');
    expect(contents(bench).join()).not.toContain('short');
  });
});
