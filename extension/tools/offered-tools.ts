import type { ToolDefinition } from '../../native/protocol/chat.ts';
import type { AgentGate, CallContext, ToolOutcome } from '../agent/agent-tools.ts';
import { translate } from '../translation.ts';
import type { Tool } from './tool.ts';
import { Toolbox } from './toolbox.ts';

/** A call of an agent that is not ours. */
interface OfferedCall {
  readonly name: string;
  readonly input: object;
  /** The name that the agent gives itself; undefined if it gives none. */
  readonly agent?: string | undefined;
}

/** Our tools that other agents may call: what the editor knows better than they do, and nothing that edits. */
const offered: ReadonlySet<string> = new Set(['run_tests', 'find_symbol', 'get_diagnostics', 'repository_map']);
/** Calls that run at a time. Each may start the project's tests. */
const callsMax = 8;
const agentNameMax = 40;

/** Tools that agents other than ours may call. Each call is decided on by the same gate as our own agent's. */
export class OfferedTools {
  readonly #toolbox: Toolbox;
  readonly #permission: AgentGate;
  #made = 0;
  #running = 0;

  /** Of `tools`, those for other agents are offered. */
  constructor(tools: readonly Tool[], permission: AgentGate) {
    this.#toolbox = new Toolbox(
      tools.filter(({ name }) => offered.has(name)),
      'full',
    );
    this.#permission = permission;
  }

  definitions(): readonly ToolDefinition[] {
    return this.#toolbox.definitions();
  }

  /** Runs a call if it may. What the agent did wrong, and what is refused, is a failed outcome. */
  async call(call: OfferedCall, context: CallContext): Promise<ToolOutcome> {
    if (this.#running >= callsMax)
      return { text: `Error: ${callsMax} calls run already. Wait until one has ended.`, failed: true };
    this.#running += 1;
    try {
      return await this.#run(call, context);
    } finally {
      this.#running -= 1;
    }
  }

  async #run({ name, input, agent }: OfferedCall, context: CallContext): Promise<ToolOutcome> {
    let call = this.#toolbox.resolve({ id: `offered-${++this.#made}`, name, arguments: JSON.stringify(input) });
    // A call that names files outside the workspace is asked for before it looks at them.
    if ('look' in call && (await this.#permission.mayLook(call.access))) call = await call.look(context.signal);
    const title = agent === undefined ? call.title : translate('{0} (for {1})', call.title, shortName(agent));
    const decision = await this.#permission.decide({ ...call, title }, context.signal);
    if (!decision.allowed) return { text: decision.text, failed: true };
    const ready = 'look' in call ? await call.look(context.signal) : call;
    return await ready.run(context);
  }
}

function shortName(agent: string): string {
  return agent.length > agentNameMax ? `${agent.slice(0, agentNameMax)}…` : agent;
}
