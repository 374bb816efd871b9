// Faked: the model, by a script. What it is asked shows what was found again.
import { expect, it } from 'vitest';
import { ReplayedChat } from '../../../extension/agent/replayed-chat.ts';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { LogEntry } from '../../../native/protocol/methods.ts';
import { ScriptedModel } from '../../support/extension/scripted-agent-model.ts';
import type { ScriptedReply } from '../../support/extension/scripted-agent-model.ts';

const { signal } = new AbortController();
const question: ChatMessage = { role: 'user', content: 'Read a.js' };
const tools = [{ name: 'read', parameters: { type: 'object' } }];

/** A model that notes which entries its sessions begin with. */
class NotingModel extends ScriptedModel {
  readonly began: (readonly LogEntry[])[] = [];
  override open(settings: unknown, entries: readonly LogEntry[] = []): ReturnType<ScriptedModel['open']> {
    this.began.push(entries);
    return super.open(settings, entries);
  }
}

function chatWith(replies: readonly ScriptedReply[]) {
  const model = new NotingModel(replies);
  const chat = new ReplayedChat(() => Promise.resolve(model));
  const answer = async (messages: readonly ChatMessage[], offered = tools): Promise<void> =>
    void (await chat.answer({ tools: offered, messages, options: {} }, () => undefined, signal));
  return { model, answer, chat };
}

const calling: ScriptedReply = {
  text: 'Reading ',
  reasoning: 'I should look.',
  calls: [{ name: 'read', arguments: '{ "path": "a.js" }' }],
};
/** The answer as callers send it back: without thoughts, its arguments parsed and written anew. */
const sentBack: ChatMessage = {
  role: 'assistant',
  content: 'Reading',
  toolCalls: [{ id: 'functions.read:0', name: 'read', arguments: '{"path":"a.js"}' }],
};
const result: ChatMessage = { role: 'tool', content: 'text', toolCallId: 'functions.read:0', name: 'read' };

it('a second turn begins with the ids of the first, although the caller drops the thoughts', async () => {
  const { model, answer } = chatWith([calling, { text: 'Done.' }]);
  await answer([question]);
  await answer([question, sentBack, result]);
  const first = model.sessions[0]!.entries;
  expect(model.began).toEqual([[], first]);
  expect(model.began[1]![1]!.message).toMatchObject({ reasoning: 'I should look.' });
  expect(model.sessions[1]!.entries.map(({ message }) => message.role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
  ]);
});

it('a conversation that went another way shares only its beginning', async () => {
  const { model, answer } = chatWith([calling, { text: 'Done.' }, { text: 'Other.' }]);
  await answer([question]);
  await answer([question, { ...sentBack, content: 'Something else' } as ChatMessage, result]);
  expect(model.began[1]!.map(({ message }) => message)).toEqual([question]);
  await answer([question, sentBack, result]);
  expect(model.began[2]).toHaveLength(2);
});

it('other tools are another conversation: their descriptions stand before it', async () => {
  const { model, answer } = chatWith([calling, { text: 'Done.' }]);
  await answer([question]);
  await answer([question, sentBack, result], [{ name: 'write', parameters: { type: 'object' } }]);
  expect(model.began[1]).toEqual([]);
});

it('every session is closed, also when the caller stops', async () => {
  const abort = new AbortController();
  const { model, chat } = chatWith([{ before: () => abort.abort(), text: 'never' }]);
  const stopped = chat.answer({ tools, messages: [question], options: {} }, () => undefined, abort.signal);
  await expect(stopped).rejects.toMatchObject({ code: 'request.cancelled' });
  expect(model.sessions.map(({ closed }) => closed)).toEqual([true]);
});

it('what was used least recently is forgotten first', async () => {
  const { model, answer } = chatWith(Array.from({ length: 60 }, () => ({ text: 'ok' })));
  const asked = (at: number): ChatMessage => ({ role: 'user', content: `Question ${at}` });
  const ok: ChatMessage = { role: 'assistant', content: 'ok' };
  for (let at = 0; at < 40; at += 1) await answer([asked(at)]);
  await answer([asked(39), ok, question]);
  await answer([asked(0), ok, question]);
  expect(model.began.slice(-2).map((entries) => entries.length)).toEqual([2, 0]);
});
