import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { AgentConversation } from '../../../extension/agent/agent-conversation.ts';
import type { AgentGate, AgentTools } from '../../../extension/agent/agent-tools.ts';
import { runTurn, type TurnHost, type TurnLimits } from '../../../extension/agent/run-turn.ts';
import type { TurnEvent } from '../../../extension/agent/turn-events.ts';
import { ScriptedModel, type Script, type ScriptedReply } from '../../support/extension/scripted-agent-model.ts';
import { openGate, scriptedTools, type ScriptedTool } from '../../support/extension/scripted-tools.ts';

const limits: TurnLimits = { steps: 20, tokens: 1e9, resultTokens: 500, compactAt: 1e9, warnAfter: 3, stopAfter: 5 };
const read: ScriptedTool = { access: { kind: 'read', paths: ['/w/a'] }, run: ({ path }) => `text of ${String(path)}` };

async function start(
  script: Script | readonly ScriptedReply[],
  tools: Readonly<Record<string, ScriptedTool>>,
  options: Partial<TurnHost> & { gate?: AgentGate } = {},
) {
  const model = new ScriptedModel(script);
  const conversation = new AgentConversation(await model.open(undefined));
  await conversation.session.append([{ role: 'system', content: 'You help.' }]);
  conversation.beginTurn(0);
  await conversation.session.append([{ role: 'user', content: 'Do it.' }]);
  const events: TurnEvent[] = [];
  const abort = new AbortController();
  const toolbox: AgentTools = scriptedTools(tools);
  const host: TurnHost = {
    tools: toolbox,
    gate: openGate,
    limits,
    generate: {},
    emit: (event) => events.push(event),
    countTokens: (texts) => model.countTokens(texts),
    steering: () => undefined,
    compact: async () => undefined,
    ...options,
  };
  const roles = () => conversation.messages().map((message) => message.role);
  return { model, conversation, events, abort, roles, run: () => runTurn(conversation, host, abort.signal) };
}

describe('a turn', () => {
  it('ends when the model answers without a call', async () => {
    const turn = await start([{ text: 'Done.' }], {});
    expect((await turn.run()).end).toEqual({ kind: 'answered' });
    expect(turn.roles()).toEqual(['system', 'user', 'assistant']);
  });

  it('runs calls, returns one result each and goes on', async () => {
    const turn = await start(
      [
        {
          calls: [
            { name: 'read', arguments: { path: 'a' } },
            { name: 'read', arguments: { path: 'b' } },
          ],
        },
        { text: 'Read both.' },
      ],
      { read },
    );
    const outcome = await turn.run();
    expect(outcome).toMatchObject({ end: { kind: 'answered' }, steps: 2 });
    expect(turn.conversation.messages().slice(3, 5)).toEqual([
      { role: 'tool', toolCallId: 'functions.read:0', name: 'read', content: 'text of a' },
      { role: 'tool', toolCallId: 'functions.read:1', name: 'read', content: 'text of b' },
    ]);
  });

  it('runs reads side by side and writes alone and in order', async () => {
    const log: string[] = [];
    const tool = (name: string, access: ScriptedTool['access']): ScriptedTool => ({
      access,
      run: async () => {
        log.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push(`${name} ends`);
        return `${name} ${log.length}`;
      },
    });
    const reading = { kind: 'read', paths: [] } as const;
    const turn = await start(
      [{ calls: ['a', 'b', 'w', 'v'].map((name) => ({ name, arguments: {} })) }, { text: 'ok' }],
      {
        a: tool('a', reading),
        b: tool('b', reading),
        w: tool('w', { kind: 'write', paths: [] }),
        v: tool('v', { kind: 'write', paths: [] }),
      },
    );
    await turn.run();
    expect(log).toEqual(['a begins', 'b begins', 'a ends', 'b ends', 'w begins', 'w ends', 'v begins', 'v ends']);
  });

  it('notes which files each call changed', async () => {
    const edit: ScriptedTool = { run: () => ({ text: 'Edited a.', failed: false, changed: ['a'] }) };
    const turn = await start([{ calls: [{ name: 'edit', arguments: {} }] }, { text: 'ok' }], { edit });
    await turn.run();
    expect(turn.conversation.changedBy('functions.edit:0')).toEqual(['a']);
  });

  it("passes on the model's own events as they are", async () => {
    const turn = await start([{ reasoning: 'Hm.', text: 'Done.', pace: { generated: 4, ms: 20 } }], {});
    await turn.run();
    expect(turn.events.slice(1, 5)).toEqual([
      { kind: 'prefill', reused: 0, computed: 17, total: 17 },
      { kind: 'decode', generated: 4, ms: 20 },
      { kind: 'reasoning', text: 'Hm.' },
      { kind: 'text', text: 'Done.' },
    ]);
  });

  it('tells the model about calls that could not be read', async () => {
    const turn = await start(
      [
        {
          broken: [
            {
              id: 'functions.read:0',
              name: 'read',
              text: '{"path',
              advice: 'Error: the arguments were cut. Call read again.',
            },
          ],
        },
        { text: 'ok' },
      ],
      { read },
    );
    expect((await turn.run()).end.kind).toBe('answered');
    expect(turn.conversation.messages()[3]).toMatchObject({
      role: 'tool',
      toolCallId: 'functions.read:0',
      content: 'Error: the arguments were cut. Call read again.',
    });
  });

  it('goes on after a declined call', async () => {
    const gate: AgentGate = {
      ...openGate,
      decide: async () => ({ allowed: false, by: 'user', text: 'Error: the user declined this call.' }),
    };
    const turn = await start(
      [{ calls: [{ name: 'read', arguments: { path: 'a' } }] }, { text: 'Then not.' }],
      { read },
      { gate },
    );
    expect((await turn.run()).end.kind).toBe('answered');
    expect(turn.events.find((event) => event.kind === 'toolDone')).toMatchObject({ state: 'declined' });
    expect(turn.conversation.messages()[3]?.content).toBe('Error: the user declined this call.');
  });

  it('lets the user steer the next step', async () => {
    const said = ['Use tabs.'];
    const turn = await start(
      [{ calls: [{ name: 'read', arguments: { path: 'a' } }] }, { text: 'ok' }],
      { read: { ...read, run: () => 'x' } },
      { steering: () => (turn.model.replies === 1 ? said.pop() : undefined) },
    );
    await turn.run();
    expect(turn.roles()).toEqual(['system', 'user', 'assistant', 'tool', 'user', 'assistant']);
  });

  it('cuts a long result and says so', async () => {
    const long = Array.from({ length: 400 }, (_, line) => `line ${line}`).join('\n');
    const turn = await start([{ calls: [{ name: 'read', arguments: {} }] }, { text: 'ok' }], {
      read: { ...read, run: () => long },
    });
    await turn.run();
    const content = turn.conversation.messages()[3]?.content ?? '';
    expect(content.length).toBeLessThanOrEqual(500);
    expect(content).toMatch(/^line 0\n[\s\S]*\[\.\.\. \d+ lines left out \.\.\.\][\s\S]*line 399$/);
  });
});

describe('limits of a turn', () => {
  it('stop it after so many steps', async () => {
    let n = 0;
    const turn = await start(() => ({ calls: [{ name: 'read', arguments: { path: String(n++) } }] }), { read });
    expect((await turn.run()).end).toMatchObject({ kind: 'limit', limit: 'steps' });
    expect(turn.roles().at(-1)).toBe('tool');
  });

  it('tell the model once that nothing is new, then stop', async () => {
    const turn = await start(() => ({ calls: [{ name: 'read', arguments: { path: 'a' } }] }), { read });
    const outcome = await turn.run();
    expect(outcome).toMatchObject({ end: { kind: 'limit', limit: 'progress' }, steps: 6 });
    expect(
      turn.conversation.messages().filter((message) => message.content.includes('brought nothing new')),
    ).toHaveLength(1);
  });

  it('see through alternating edits', async () => {
    const edit: ScriptedTool = {
      access: { kind: 'write', paths: ['/w/a'] },
      run: ({ to }) => ({
        text: 'Edited a (1 replacement).',
        failed: false,
        display: { kind: 'diff', path: 'a', before: '', after: String(to) },
      }),
    };
    let n = 0;
    const turn = await start(() => ({ calls: [{ name: 'edit', arguments: { to: n++ % 2 } }] }), { edit });
    expect((await turn.run()).end).toMatchObject({ kind: 'limit', limit: 'progress' });
    expect(n).toBe(7);
  });

  it('compact before the context is full and go on', async () => {
    const turn = await start(
      [{ calls: [{ name: 'read', arguments: { path: 'a' } }] }, { text: 'ok' }],
      { read: { ...read, run: () => 'x'.repeat(400) } },
      {
        limits: { ...limits, compactAt: 300 },
        compact: async (conversation) => {
          const next = await turn.model.open(undefined);
          await next.append([{ role: 'user', content: 'short' }]);
          await conversation.replaceSession(next);
        },
      },
    );
    expect((await turn.run()).end.kind).toBe('answered');
    expect(turn.events.some((event) => event.kind === 'compacted' && event.after < event.before)).toBe(true);
    expect(turn.model.sessions[0]?.closed).toBe(true);
    expect(turn.conversation.earlier).toHaveLength(1);
  });
});

describe('an abort leaves a consistent conversation', () => {
  it('before the first step', async () => {
    const turn = await start([{ text: 'never' }], {});
    turn.abort.abort();
    expect((await turn.run()).end).toEqual({ kind: 'stopped' });
    expect(turn.roles()).toEqual(['system', 'user']);
  });

  it('while the model speaks', async () => {
    const turn = await start([{ text: 'never', before: () => turn.abort.abort() }], {});
    expect((await turn.run()).end).toEqual({ kind: 'stopped' });
    expect(turn.roles()).toEqual(['system', 'user']);
    expect(turn.events.at(-1)).toEqual({ kind: 'stepDropped', step: 0 });
  });

  it('while a tool runs: the step is dropped, and continuing repeats it', async () => {
    let runs = 0;
    const slow: ScriptedTool = {
      access: { kind: 'tests', runner: 'node', folder: '/w' },
      run: () => {
        if (runs++ === 0) turn.abort.abort();
        return '1 passed';
      },
    };
    const turn = await start(
      (messages) => (messages.at(-1)?.role === 'tool' ? { text: 'ok' } : { calls: [{ name: 'slow', arguments: {} }] }),
      { slow },
    );
    expect((await turn.run()).end).toEqual({ kind: 'stopped' });
    expect(turn.roles()).toEqual(['system', 'user']);
    const again = await runTurn(
      turn.conversation,
      {
        tools: scriptedTools({ slow }),
        gate: openGate,
        limits,
        generate: {},
        emit: () => undefined,
        countTokens: (texts) => turn.model.countTokens(texts),
        steering: () => undefined,
        compact: async () => undefined,
      },
      new AbortController().signal,
    );
    expect(again.end).toEqual({ kind: 'answered' });
    expect(turn.roles()).toEqual(['system', 'user', 'assistant', 'tool', 'assistant']);
  });

  it('while the user is asked', async () => {
    const gate: AgentGate = {
      ...openGate,
      decide: async () => {
        turn.abort.abort();
        return { allowed: false, by: 'abort', text: 'Error: stopped.' };
      },
    };
    const turn = await start([{ calls: [{ name: 'read', arguments: {} }] }], { read }, { gate });
    expect((await turn.run()).end).toEqual({ kind: 'stopped' });
    expect(turn.roles()).toEqual(['system', 'user']);
  });
});

describe('a daemon that goes away', () => {
  it('is tried again, and the step is shown as dropped', async () => {
    const gone = new CodedError('daemon.unreachable', 'The engine stopped. Starting it again.');
    const turn = await start([{ error: gone }, { text: 'Back.' }], {});
    expect((await turn.run()).end).toEqual({ kind: 'answered' });
    expect(turn.events.map((event) => event.kind)).toContain('stepDropped');
  });

  it('ends the turn when it does not come back', async () => {
    const gone = new CodedError('daemon.unreachable', 'The engine does not start.');
    const turn = await start(() => ({ error: gone }), {});
    expect((await turn.run()).end).toEqual({
      kind: 'failed',
      code: 'daemon.unreachable',
      text: 'The engine does not start.',
    });
    expect(turn.roles()).toEqual(['system', 'user']);
  });
});

describe('a long session', () => {
  it('makes 300 calls within a bounded context', async () => {
    let calls = 0;
    let most = 0;
    const turn = await start(
      () => (calls < 300 ? { calls: [{ name: 'read', arguments: { path: String(calls++) } }] } : { text: 'ok' }),
      { read: { ...read, run: ({ path }) => `${String(path)} `.repeat(30) } },
      {
        limits: { ...limits, steps: 400, compactAt: 5000 },
        emit: () => {
          most = Math.max(most, turn.conversation.session.tokens);
        },
        compact: async (conversation) => {
          const next = await turn.model.open(undefined);
          await next.append([
            { role: 'system', content: 'You help.' },
            { role: 'user', content: 'Do it. (shortened)' },
          ]);
          await conversation.replaceSession(next);
        },
      },
    );
    expect((await turn.run()).end).toEqual({ kind: 'answered' });
    expect(calls).toBe(300);
    expect(most).toBeLessThan(6000);
    expect(turn.model.sessions.filter((session) => !session.closed)).toHaveLength(1);
  });
});
