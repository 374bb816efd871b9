// Faked: the model.
import { describe, expect, it } from 'vitest';
import { PrefixedOneShot } from '../../../extension/agent/one-shot-request.ts';
import type { OneShotThinking } from '../../../extension/agent/one-shot-thinking.ts';
import type { AgentModel } from '../../../extension/agent/agent-model.ts';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import type { ChatMessage, ToolDefinition } from '../../../native/protocol/chat.ts';
import { ScriptedModel, type Script } from '../../support/extension/scripted-agent-model.ts';

const asking = (text: string): ChatMessage[] => [
  { role: 'system', content: 'You rewrite.' },
  { role: 'user', content: text },
];
const tool: ToolDefinition = { name: 'read_file', parameters: { type: 'object' } };

function setUp(script: Script, thinking: () => OneShotThinking = () => 'least') {
  const model = new ScriptedModel(script);
  const opened: readonly ToolDefinition[][] = [];
  const watched: AgentModel = {
    facts: model.facts,
    countTokens: (texts) => model.countTokens(texts),
    open: (settings, entries) => {
      (opened as ToolDefinition[][]).push([...settings.tools]);
      return model.open(settings, entries);
    },
  };
  const oneShot = new PrefixedOneShot({
    model: async () => watched,
    tools: (kind) => (kind === 'ask' ? [tool] : []),
    thinking,
  });
  return { oneShot, model, opened };
}

describe('a question outside the conversation', () => {
  it('streams what the model says and returns it', async () => {
    const { oneShot } = setUp(() => ({ text: 'done' }));
    const pieces: string[] = [];
    await expect(
      oneShot.run('rewrite', asking('x'), {
        maxTokens: 10,
        signal: new AbortController().signal,
        onText: (piece) => pieces.push(piece),
      }),
    ).resolves.toBe('done');
    expect(pieces).toEqual(['done']);
  });

  it('begins from a kept prefix of its kind: the system message is sent once', async () => {
    const seen: number[] = [];
    const { oneShot, model, opened } = setUp((messages) => {
      seen.push(messages.length);
      return { text: 'ok' };
    });
    const run = (kind: 'rewrite' | 'ask') =>
      oneShot.run(kind, asking('x'), { maxTokens: 10, signal: new AbortController().signal });
    await run('rewrite');
    await run('rewrite');
    await run('ask');
    expect(seen).toEqual([2, 2, 2]);
    expect(opened).toEqual([[], [tool]]);
    // Two prefixes that stay, three questions that are gone.
    expect(model.sessions.map((session) => [session.closed, session.entries.length]).sort()).toEqual([
      [false, 1],
      [false, 1],
      [true, 3],
      [true, 3],
      [true, 3],
    ]);
    await oneShot.dispose();
    expect(model.sessions.every((session) => session.closed)).toBe(true);
  });

  it('opens another prefix when the system message changes, and gives the old one up', async () => {
    const { oneShot, model, opened } = setUp(() => ({ text: 'ok' }));
    const options = { maxTokens: 10, signal: new AbortController().signal };
    await oneShot.run('rewrite', asking('x'), options);
    await oneShot.run(
      'rewrite',
      [
        { role: 'system', content: 'Another.' },
        { role: 'user', content: 'x' },
      ],
      options,
    );
    expect(opened).toHaveLength(2);
    expect(model.sessions[0]?.closed).toBe(true);
  });

  it('thinks at its own level, from a prefix of that level, with room for the thoughts beside the answer', async () => {
    let chosen: OneShotThinking = 'least';
    const { oneShot, model } = setUp(
      () => ({ text: 'ok' }),
      () => chosen,
    );
    Object.assign(model.facts, { thinking: ['low', 'high'] });
    const run = () => oneShot.run('rewrite', asking('x'), { maxTokens: 10, signal: new AbortController().signal });
    await run();
    await run();
    chosen = 'off';
    await run();
    expect(model.opened.filter((settings) => settings !== undefined)).toEqual([
      expect.objectContaining({ thinking: 'low' }),
      expect.objectContaining({ thinking: 'off' }),
    ]);
    expect(model.asked.map(({ thinking, maxTokens }) => [thinking, maxTokens])).toEqual([
      ['low', 10 + 1024],
      ['low', 10 + 1024],
      ['off', 10],
    ]);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const abort = new AbortController();
    const { oneShot, model } = setUp(() => ({ text: 'never', before: () => abort.abort() }));
    await expect(oneShot.run('rewrite', asking('x'), { maxTokens: 10, signal: abort.signal })).rejects.toMatchObject({
      code: 'request.cancelled',
    });
    expect(model.sessions.map((session) => session.closed)).toEqual([false, true]);
  });

  it('tries again after the prefix could not be opened', async () => {
    const model = new ScriptedModel(() => ({ text: 'ok' }));
    let broken = true;
    const oneShot = new PrefixedOneShot({
      model: async () => ({
        facts: model.facts,
        countTokens: (texts) => model.countTokens(texts),
        open: async (settings, entries) => {
          if (broken) throw new CodedError('engine.failed', 'no');
          return model.open(settings, entries);
        },
      }),
      tools: () => [],
      thinking: () => 'least',
    });
    const options = { maxTokens: 10, signal: new AbortController().signal };
    await expect(oneShot.run('rewrite', asking('x'), options)).rejects.toMatchObject({ code: 'engine.failed' });
    broken = false;
    await expect(oneShot.run('rewrite', asking('x'), options)).resolves.toBe('ok');
  });
});
