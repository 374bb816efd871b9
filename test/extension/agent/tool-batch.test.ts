// Faked: the tools and the gate.
import { describe, expect, it } from 'vitest';
import type { Access, AgentGate, AgentTools, ToolOutcome } from '../../../extension/agent/agent-tools.ts';
import { runToolBatch } from '../../../extension/agent/tool-batch.ts';
import type { TurnEvent } from '../../../extension/agent/turn-events.ts';
import { openGate, scriptedTools, type ScriptedTool } from '../../support/extension/scripted-tools.ts';

const reading = { kind: 'read', paths: [] } as const;
const writing = { kind: 'write', paths: [] } as const;

function setUp(tools: Readonly<Record<string, ScriptedTool>>, gate: AgentGate = openGate) {
  const events: TurnEvent[] = [];
  const abort = new AbortController();
  const run = (...names: readonly string[]) =>
    runToolBatch(
      names.map((name, at) => ({ id: `${name}:${at}`, name, arguments: '{}' })),
      [],
      {
        tools: scriptedTools(tools),
        gate,
        emit: (event) => events.push(event),
        cut: async (text) => text.slice(0, 10),
      },
      abort.signal,
    );
  const ends = () => events.flatMap((event) => (event.kind === 'toolDone' ? [[event.callId, event.state]] : []));
  return { events, abort, run, ends };
}

/** A tool that ends when it is told to. */
function held(log: string[], name: string, access: ScriptedTool['access']) {
  let release: () => void = () => undefined;
  const tool: ScriptedTool = {
    ...(access && { access }),
    run: () => {
      log.push(`${name} begins`);
      return new Promise<string>((resolve) => {
        release = () => {
          log.push(`${name} ends`);
          resolve(name);
        };
      });
    },
  };
  return { tool, release: () => release() };
}

async function until(condition: () => boolean) {
  for (let round = 0; !condition(); round++) {
    if (round > 1000) throw new Error('the condition never came true');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the calls of one step', () => {
  it('run in parallel when they read, else one at a time, and the results keep the order of the calls', async () => {
    const log: string[] = [];
    const [a, b, w] = [held(log, 'a', reading), held(log, 'b', reading), held(log, 'w', writing)];
    const batch = setUp({ a: a.tool, b: b.tool, w: w.tool });
    const running = batch.run('a', 'b', 'w');
    await until(() => log.length === 2);
    b.release();
    a.release();
    await until(() => log.includes('w begins'));
    w.release();
    const { messages, aborted } = await running;
    expect(log).toEqual(['a begins', 'b begins', 'b ends', 'a ends', 'w begins', 'w ends']);
    expect(messages.map((message) => message.content)).toEqual(['a', 'b', 'w']);
    expect(aborted).toBe(false);
  });

  it('give one result each, cut for the model, and say what they changed', async () => {
    const outcome: ToolOutcome = { text: 'a long result', failed: false, changed: ['x'] };
    const batch = setUp({ w: { access: writing, run: () => outcome } });
    const { messages, outcomes } = await batch.run('w');
    expect(messages).toEqual([{ role: 'tool', toolCallId: 'w:0', name: 'w', content: 'a long res' }]);
    expect(outcomes).toEqual([{ callId: 'w:0', name: 'w', outcome }]);
    expect(batch.events.map((event) => event.kind)).toEqual(['toolResolved', 'toolRunning', 'toolDone']);
    expect(batch.events.at(-1)).toMatchObject({ text: 'a long result', changed: ['x'] });
  });

  it('that were declined do not run, and the others do', async () => {
    const ran: string[] = [];
    const gate: AgentGate = {
      ...openGate,
      decide: async ({ call }) =>
        call.name === 'r' ? { allowed: false, by: 'user', text: 'Error: no.' } : { allowed: true, by: 'test' },
    };
    const tool = (name: string, access: ScriptedTool['access']): ScriptedTool => ({
      ...(access && { access }),
      run: () => {
        ran.push(name);
        return 'ok';
      },
    });
    const batch = setUp({ q: tool('q', reading), r: tool('r', reading), w: tool('w', writing) }, gate);
    const { messages } = await batch.run('q', 'r', 'w');
    expect(ran).toEqual(['q', 'w']);
    expect(messages.map((message) => message.content)).toEqual(['ok', 'Error: no.', 'ok']);
    expect(batch.ends()).toContainEqual(['r:1', 'declined']);
  });

  it('look at files only when the gate lets them, and run only when what they saw is allowed', async () => {
    const log: string[] = [];
    const wide = { kind: 'write', paths: ['/w/a', '/w/b'] } as const;
    const run = async (gate: Partial<AgentGate>, seen: Access = writing) => {
      log.length = 0;
      const tools: AgentTools = {
        definitions: () => [],
        resolve: (call) => ({
          call,
          access: writing,
          title: 'Write',
          look: async () => {
            log.push('look');
            return {
              call,
              access: seen,
              title: 'Overwrite',
              run: async () => {
                log.push('run');
                return { text: 'ok', failed: false };
              },
            };
          },
        }),
      };
      const host = { tools, gate: { ...openGate, ...gate }, emit: () => undefined, cut: async (text: string) => text };
      const call = { id: '0', name: 'w', arguments: '{}' };
      await runToolBatch([call], [], host, new AbortController().signal);
      return log.join(', ');
    };
    const decide: AgentGate['decide'] = async ({ title, access }) => {
      log.push(`ask: ${title}`);
      return access === wide ? { allowed: false, by: 'user', text: 'no' } : { allowed: true, by: 'user' };
    };
    const refuse: AgentGate['decide'] = async () => ({ allowed: false, by: 'user', text: 'no' });
    expect(await run({ decide })).toBe('look, ask: Overwrite, run');
    expect(await run({ decide, mayLook: async () => false })).toBe('ask: Write, look, run');
    expect(await run({ decide, mayLook: async () => false }, wide)).toBe('ask: Write, look, ask: Overwrite');
    expect(await run({ decide: refuse, mayLook: async () => false })).toBe('');
  });

  it('that throw are results for the model', async () => {
    const batch = setUp({
      w: {
        access: writing,
        run: () => {
          throw new Error('bug');
        },
      },
    });
    const { outcomes } = await batch.run('w');
    expect(outcomes[0]?.outcome).toEqual({ text: 'Error: w failed: bug', failed: true });
    expect(batch.ends()).toEqual([['w:0', 'failed']]);
  });

  it('end with the one that was running when the user stopped', async () => {
    const ran: string[] = [];
    const batch = setUp({
      a: {
        access: writing,
        run: () => {
          ran.push('a');
          batch.abort.abort();
          return 'ok';
        },
      },
      b: {
        access: writing,
        run: () => {
          ran.push('b');
          return 'ok';
        },
      },
    });
    expect((await batch.run('a', 'b')).aborted).toBe(true);
    expect(ran).toEqual(['a']);
    expect(batch.ends()).toEqual([['a:0', 'cancelled']]);
  });
});
