// Faked: the tools. Each is a function of its arguments; access decides how the loop orders it.
import type { ToolCall } from '../../native/protocol/chat.ts';
import type {
  Access,
  AgentGate,
  AgentTools,
  CallContext,
  ResolvedCall,
  ToolOutcome,
} from '../../extension/agent/agent-tools.ts';

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
    resolve: async (call: ToolCall): Promise<ResolvedCall> => {
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

export const openGate: AgentGate = { decide: async () => ({ allowed: true, by: 'test' }) };
