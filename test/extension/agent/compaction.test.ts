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
  const model = new ScriptedModel([{ text: 'I fixed add.' }]);
  const session = await model.open(undefined);
  await session.append([{ role: 'system', content: 'You help.' }, ...messages]);
  const conversation = new AgentConversation(session);
  const open = async (kept: readonly ChatMessage[]) => {
    const next = await model.open(undefined);
    await next.append(kept);
    return next;
  };
  return { conversation, open };
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

it('compaction by summary asks on a fork and keeps the request', async () => {
  const { conversation, open } = await conversationOf([{ role: 'user', content: 'Fix it.' }]);
  const before = conversation.session;
  await compactBySummary(conversation, open, new AbortController().signal);
  expect(before.entries).toHaveLength(2);
  expect(conversation.messages().at(-1)?.content).toBe(
    'Fix it.\n\n<summary of the work so far>\nI fixed add.\n</summary of the work so far>',
  );
});
