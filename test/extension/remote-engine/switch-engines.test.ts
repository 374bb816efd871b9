// Faked: both models. Real: the conversation, its store on disk, and the sessions of the engine elsewhere.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AgentModel } from '../../../extension/agent/agent-model.ts';
import { compactByRule } from '../../../extension/agent/compaction.ts';
import { ConversationStore } from '../../../extension/chat/conversation-store.ts';
import { OpenConversation } from '../../../extension/chat/open-conversation.ts';
import { finish, stream } from '../../support/engines/fake-engine.ts';
import { never, remoteBench, type RemoteBench } from '../../support/engines/remote-bench.ts';
import { ScriptedModel } from '../../support/extension/scripted-agent-model.ts';

let bench: RemoteBench;
let folder: string;
let store: ConversationStore;
const own = new ScriptedModel(() => ({ text: 'from here' }));

beforeEach(async () => {
  bench = await remoteBench();
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'switch-')));
  store = new ConversationStore(folder, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await bench.engine.stop();
  rmSync(folder, { recursive: true });
});

/** A turn of one answer with this model. */
async function turn(conversation: OpenConversation, model: AgentModel, request: string): Promise<void> {
  const agent = await conversation.session(model, []);
  await conversation.beginTurn(agent, conversation.nextTurn, request);
  await agent.session.append([{ role: 'user', content: request }]);
  await agent.session.generate({}, () => undefined, never);
  await conversation.saveEntries(model.facts.fingerprint);
}

async function reopened({ id }: OpenConversation): Promise<OpenConversation> {
  const record = await store.load(id);
  if (record === undefined) throw new Error('It was not stored.');
  return new OpenConversation(record, store);
}

const said = (conversation: OpenConversation) => conversation.entries.map(({ message }) => message.content);
const ids = (conversation: OpenConversation) => conversation.entries.map((entry) => entry.ids.length > 0);
const four = ['one', 'from here', 'two', 'from there'];

it('a conversation goes on at another engine and back, open or after a reload', async () => {
  bench.engine.will(
    stream([{ content: 'from there' }], finish('stop', { prompt: 40, completion: 3 })),
    stream([{ content: 'from there' }]),
  );
  const conversation = new OpenConversation(store.create(), store);
  await turn(conversation, own, 'one');
  expect(ids(conversation)).toEqual([true, true]);
  await turn(conversation, bench.model, 'two');
  expect(said(conversation)).toEqual(four);
  expect(ids(conversation)).toEqual([false, false, false, false]);
  expect(bench.engine.chats[0]?.body.messages?.map(({ content }) => content)).toEqual(four.slice(0, 3));
  expect(own.sessions[0]?.closed).toBe(true);

  const again = await reopened(conversation);
  expect(said(again)).toEqual(four);
  expect(again.entries).toMatchObject([{ tokens: expect.any(Number) }, {}, {}, { tokens: 3 }]);
  await turn(again, own, 'three');
  expect(said(again)).toEqual([...four, 'three', 'from here']);
  expect(ids(again).every(Boolean)).toBe(true);

  const last = await reopened(again);
  await turn(last, bench.model, 'four');
  expect(said(last)).toEqual([...four, 'three', 'from here', 'four', 'from there']);
});

it('going back to before a compaction uses no token ids of the other engine', async () => {
  bench.engine.will(stream([{ content: 'from there' }]));
  const conversation = new OpenConversation(store.create(), store);
  await turn(conversation, own, 'one');
  await turn(conversation, own, 'two');
  const agent = await conversation.session(own, []);
  await compactByRule(agent, async (messages) => {
    const session = await own.open({}, []);
    await session.append(messages);
    return session;
  });
  await conversation.saveEntries(own.facts.fingerprint);
  await turn(conversation, bench.model, 'three');
  const stored = await store.load(conversation.id);
  expect(stored?.epochs[0]?.map((entry) => entry.ids)).toEqual([[], [], [], []]);
  await conversation.restoreTo(1, bench.model, []);
  expect(said(conversation)).toEqual(['one', 'from here']);
  await conversation.restoreTo(0, own, []);
  expect(said(conversation)).toEqual([]);
});
