// Faked: the model.
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { AgentConversation } from '../../../extension/agent/agent-conversation.ts';
import { compactByRule, compactBySummary } from '../../../extension/agent/compaction.ts';
import { ScriptedModel } from '../../support/extension/scripted-agent-model.ts';

const result = (id: string, name: string, content: string): ChatMessage => ({
  role: 'tool',
  toolCallId: `functions.${name}:${id}`,
  name,
  content,
});

async function conversationOf(messages: readonly ChatMessage[]) {
  const seen: ChatMessage[] = [];
  const model = new ScriptedModel((asked) => {
    seen.push(...asked);
    return { text: 'I fixed add.' };
  });
  const session = await model.open(undefined);
  await session.append([{ role: 'system', content: 'You help.' }, ...messages]);
  const conversation = new AgentConversation(session);
  const open = async (kept: readonly ChatMessage[]) => {
    const next = await model.open(undefined);
    await next.append(kept);
    return next;
  };
  return { conversation, open, seen };
}

describe('compaction by rule', () => {
  it('keeps the request with its workspace block, the changed files and the last test report', async () => {
    const { conversation, open } = await conversationOf([
      { role: 'user', content: 'Fix it.\n\n<workspace>\na.js\n</workspace>' },
      result('0', 'run_tests', '1 failed'),
      result('1', 'edit_file', 'Edited a.js (1 replacement).'),
      { role: 'user', content: 'continue' },
      result('2', 'edit_file', 'Edited a.js (1 replacement).'),
      result('3', 'write_file', 'Wrote src/app.config.ts (1 lines).'),
      result('4', 'run_tests', '1 passed'),
    ]);
    conversation.noteChanged('functions.edit_file:1', ['a.js']);
    conversation.noteChanged('functions.edit_file:2', ['a.js']);
    conversation.noteChanged('functions.write_file:3', ['src/app.config.ts']);
    await compactByRule(conversation, open);
    expect(conversation.messages()).toEqual([
      { role: 'system', content: 'You help.' },
      {
        role: 'user',
        content: 'Fix it.\n\n<workspace>\na.js\n</workspace>\n\nChanged so far: a.js, src/app.config.ts',
      },
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'functions.run_tests:0', name: 'run_tests', arguments: '{}' }],
      },
      { role: 'tool', toolCallId: 'functions.run_tests:0', name: 'run_tests', content: '1 passed' },
    ]);
  });

  it('believes what the tools report as changed, not what a result says', async () => {
    const { conversation, open } = await conversationOf([
      { role: 'user', content: 'Read it.' },
      result('0', 'read_file', 'Wrote secret.js (1 lines).'),
    ]);
    await compactByRule(conversation, open);
    expect(conversation.messages().at(-1)?.content).toBe('Read it.');
  });
});

describe('compaction by summary', () => {
  const { signal } = new AbortController();

  it('asks on a fork and keeps the request', async () => {
    const { conversation, open } = await conversationOf([{ role: 'user', content: 'Fix it.' }]);
    const before = conversation.session;
    await compactBySummary(conversation, open, 8192, () => undefined, signal);
    expect(before.entries).toHaveLength(2);
    expect(conversation.messages().at(-1)?.content).toBe(
      'Fix it.\n\n<summary of the work so far>\nI fixed add.\n</summary of the work so far>',
    );
  });

  it('tells the beginning of what would leave no room for the summary, and parts no call from results', async () => {
    const { conversation, open, seen } = await conversationOf([
      { role: 'user', content: 'Fix it.' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'functions.a:0', name: 'a', arguments: '{}' }] },
      result('0', 'a', 'x'.repeat(500)),
      result('1', 'a', 'y'.repeat(500)),
      { role: 'user', content: 'z'.repeat(500) },
    ]);
    await compactBySummary(conversation, open, 1250, () => undefined, signal);
    expect(seen.map(({ role }) => role)).toEqual(['system', 'user', 'user']);
    const told = seen.at(-1)?.content ?? '';
    expect(told).toContain('x'.repeat(500));
    expect(told).toMatch(/<message from="tool">\ny+ \[…\]\n<\/message>$/);
    expect(told.length, 'one token per character in this model').toBeLessThan(1250 - 125);
    expect(conversation.messages().at(-1)?.content).toContain('zzz');
  });

  it('counts messages by their lengths where the engine tells no ids', async () => {
    const { conversation, open, seen } = await conversationOf([
      { role: 'user', content: 'Fix it.' },
      { role: 'assistant', content: 'x'.repeat(500) },
    ]);
    const { session } = conversation;
    const entries = session.entries.map(({ message, ids }) => ({ message, ids: [], tokens: ids.length }));
    Object.defineProperty(session, 'entries', { value: entries });
    await compactBySummary(conversation, open, 500, () => undefined, signal);
    expect(seen.map(({ role }) => role)).toEqual(['system', 'user', 'user']);
    expect(seen.at(-1)?.content).toMatch(/<message from="assistant">\nx+ \[…\]\n<\/message>$/);
  });

  it('goes by rule where nothing is left to be summarised', async () => {
    const { conversation, open } = await conversationOf([{ role: 'user', content: 'z'.repeat(500) }]);
    await compactBySummary(conversation, open, 400, () => undefined, signal);
    expect(conversation.messages().map(({ content }) => content)).toEqual(['You help.', 'z'.repeat(500)]);
  });
});
