// Faked: the tools. Each is a function of its arguments; access decides how the loop orders it.
import type { ToolCall } from '../../../native/protocol/chat.ts';
import type {
  Access,
  AgentGate,
  AgentTools,
  CallContext,
  ResolvedCall,
  ToolOutcome,
  UnseenCall,
} from '../../../extension/agent/agent-tools.ts';

export interface ScriptedTool {
  readonly access?: Access;
  readonly run: (
    args: Record<string, unknown>,
    context: CallContext,
  ) => Promise<ToolOutcome | string> | ToolOutcome | string;
}

export function scriptedTools(tools: Readonly<Record<string, ScriptedTool>>): AgentTools {
  return {
    definitions: () => Object.keys(tools).map((name) => ({ name, parameters: { type: 'object', properties: {} } })),
    resolve: (call: ToolCall): ResolvedCall => {
      const tool = tools[call.name];
      if (tool === undefined)
        return {
          call,
          access: { kind: 'none' },
          title: call.name,
          run: async () => ({ text: `Error: there is no tool ${call.name}.`, failed: true }),
        };
      return {
        call,
        access: tool.access ?? { kind: 'none' },
        title: call.name,
        run: async (context) => {
          const result = await tool.run(JSON.parse(call.arguments) as Record<string, unknown>, context);
          return typeof result === 'string' ? { text: result, failed: result.startsWith('Error:') } : result;
        },
      };
    },
  };
}

/** The call after its look at the files, as when the gate allows one. */
export async function looked(call: ResolvedCall | UnseenCall): Promise<ResolvedCall> {
  return 'look' in call ? call.look(new AbortController().signal) : call;
}

export const openGate: AgentGate = {
  mayLook: async () => true,
  decide: async () => ({ allowed: true, by: 'test' }),
};
