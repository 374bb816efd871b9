// Faked: the model. Real: the store on disk.
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { compactByRule } from '../../../extension/agent/compaction.ts';
import { ConversationStore } from '../../../extension/chat/conversation-store.ts';
import { OpenConversation } from '../../../extension/chat/open-conversation.ts';
import { ScriptedModel } from '../../support/extension/scripted-agent-model.ts';

let store: ConversationStore;
let model: ScriptedModel;
beforeEach(() => {
  store = new ConversationStore(realpathSync(mkdtempSync(path.join(tmpdir(), 'open-'))), (error) => {
    throw error;
  });
  model = new ScriptedModel([]);
});

const said = (conversation: OpenConversation) => conversation.entries.map(({ message }) => message.content);

async function turn(conversation: OpenConversation, request: string, messages: readonly ChatMessage[]) {
  const number = conversation.nextTurn;
  await conversation.saveItems(conversation.transcript.user(number, request));
  const agent = await conversation.session(model, []);
  await conversation.beginTurn(agent, number, request);
  await agent.session.append(messages);
  await conversation.saveEntries(model.facts.fingerprint);
}

async function reopened(conversation: OpenConversation): Promise<OpenConversation> {
  const record = await store.load(conversation.id);
  if (record === undefined) throw new Error('it was not stored');
  return new OpenConversation(record, store);
}

const asked = (content: string): ChatMessage => ({ role: 'user', content });

describe('an open conversation', () => {
  it('is found again with its title, turns, items and messages', async () => {
    const conversation = new OpenConversation(store.create(), store);
    await turn(conversation, 'Fix add', [asked('a')]);
    await turn(conversation, 'And clamp', [asked('b')]);
    const again = await reopened(conversation);
    expect([again.title, again.lastTurn, again.nextTurn]).toEqual(['Fix add', 1, 2]);
    expect(again.transcript.items).toEqual(conversation.transcript.items);
    expect(said(again)).toEqual(['a', 'b']);
  });

  it('opens one session, from the stored token ids of the same model', async () => {
    const conversation = new OpenConversation(store.create(), store);
    await turn(conversation, 'Fix add', [asked('a')]);
    const again = await reopened(conversation);
    const agent = await again.session(model, []);
    expect(agent.session.entries).toEqual(conversation.entries);
    expect(await again.session(model, [])).toBe(agent);
  });

  it('writes only what is new of the messages', async () => {
    const conversation = new OpenConversation(store.create(), store);
    await turn(conversation, 'one', [asked('a')]);
    const lines: unknown[] = [];
    const append = store.append.bind(store);
    store.append = (record, more) => {
      lines.push(...more);
      return append(record, more);
    };
    await conversation.saveEntries(model.facts.fingerprint);
    expect(lines).toEqual([]);
    const agent = await conversation.session(model, []);
    await agent.session.append([asked('b')]);
    await conversation.saveEntries(model.facts.fingerprint);
    expect(lines).toMatchObject([{ type: 'entries', epoch: 0, from: 1, entries: [{ message: { content: 'b' } }] }]);
  });

  it('goes back to before a turn everywhere: transcript, session and disk', async () => {
    const conversation = new OpenConversation(store.create(), store);
    await turn(conversation, 'one', [asked('a')]);
    await turn(conversation, 'two', [asked('b')]);
    const told = await conversation.restoreTo(1, model, []);
    expect(told).toEqual([{ type: 'reset', items: conversation.transcript.items }]);
    await turn(conversation, 'instead', [asked('c')]);
    for (const one of [conversation, await reopened(conversation)]) {
      expect(one.transcript.items.map((item) => item.kind === 'user' && item.text)).toEqual(['one', 'instead']);
      expect(said(one)).toEqual(['a', 'c']);
      expect(one.lastTurn).toBe(1);
    }
  });

  it('goes back beyond a compaction to the messages of that time', async () => {
    const conversation = new OpenConversation(store.create(), store);
    await turn(conversation, 'one', [asked('a')]);
    const agent = await conversation.session(model, []);
    const short = await model.open(undefined);
    await short.append([asked('short')]);
    await agent.replaceSession(short);
    await turn(conversation, 'two', [asked('b')]);
    expect(said(await reopened(conversation))).toEqual(['short', 'b']);
    await conversation.restoreTo(0, model, []);
    await turn(conversation, 'again', [asked('c')]);
    expect(said(await reopened(conversation))).toEqual(['c']);
  });

  it('shows what was under way when the window closed as cancelled, and can continue', async () => {
    const conversation = new OpenConversation(store.create(), store);
    await turn(conversation, 'one', [asked('a')]);
    conversation.transcript.apply({ kind: 'stepStarted', step: 0 });
    await conversation.saveItems(
      conversation.transcript.apply({ kind: 'call', index: 0, id: 'f:0', name: 'write', argumentsText: '' }),
    );
    const again = await reopened(conversation);
    expect(again.transcript.items.at(-1)).toMatchObject({ kind: 'call', state: 'cancelled', dropped: true });
    expect(again.canContinue).toBe(true);
  });

  it('knows after reopening which files its calls changed', async () => {
    const conversation = new OpenConversation(store.create(), store);
    await turn(conversation, 'Fix it', [asked('Fix it')]);
    const { transcript } = conversation;
    transcript.apply({ kind: 'stepStarted', step: 0 });
    transcript.apply({ kind: 'call', index: 0, id: 'f:0', name: 'edit_file', argumentsText: '{}' });
    await conversation.saveItems(
      transcript.apply({ kind: 'toolDone', callId: 'f:0', state: 'done', text: 'Edited.', changed: ['src/a b.js'] }),
    );
    const again = await reopened(conversation);
    const agent = await again.session(model, []);
    await agent.session.append([{ role: 'tool', toolCallId: 'f:0', name: 'edit_file', content: 'Edited.' }]);
    await compactByRule(agent, async (messages) => {
      const next = await model.open(undefined);
      await next.append(messages);
      return next;
    });
    expect(said(again)).toEqual(['Fix it\n\nChanged so far: src/a b.js']);
  });
});
