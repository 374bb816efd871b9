import * as z from 'zod';
import type { JsonSchema, ToolCall, ToolDefinition } from '../../native/protocol/chat.ts';
import type { AgentTools, ResolvedCall, ToolOutcome, UnseenCall } from '../agent/agent-tools.ts';
import type { Tool, ToolPlan } from './tool.ts';

/**
 * The tools of one profile as the agent sees them. Owns: their definitions for the model, parsing of arguments, and
 * turning mistakes into results. Does not own: what a tool does, permissions.
 */
export class Toolbox implements AgentTools {
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #definitions: readonly ToolDefinition[];

  constructor(tools: readonly Tool[], profile: 'compact' | 'full') {
    const offered = profile === 'full' ? tools : tools.filter((tool) => tool.compactArguments !== undefined);
    this.#tools = new Map(offered.map((tool) => [tool.name, tool]));
    this.#definitions = offered.map((tool) => ({
      name: tool.name,
      description: tool.description.trim(),
      parameters: parametersOf(tool, profile),
    }));
  }

  definitions(): readonly ToolDefinition[] {
    return this.#definitions;
  }

  resolve(call: ToolCall): ResolvedCall | UnseenCall {
    const tool = this.#tools.get(call.name);
    if (tool === undefined)
      return failing(call, `there is no tool ${call.name}. The tools are ${[...this.#tools.keys()].join(', ')}.`);
    try {
      const args = tool.schema.safeParse(JSON.parse(call.arguments));
      if (!args.success) return failing(call, `${describeIssue(args.error)} Call ${call.name} again.`);
      const intent = tool.intent(args.data);
      if ('run' in intent) return runnable(call, intent);
      const { access, title, preview } = intent;
      return {
        call,
        access,
        title,
        ...(preview && { preview }),
        look: async (signal) => {
          try {
            return runnable(call, await intent.look(signal));
          } catch (thrown) {
            // The card still says what it was about, and what was looked for.
            return { ...failing(call, messageOf(thrown)), title, ...(preview && { preview }) };
          }
        },
      };
    } catch (thrown) {
      if (thrown instanceof SyntaxError) return failing(call, `the arguments are not JSON. Call ${call.name} again.`);
      return failing(call, messageOf(thrown));
    }
  }
}

/** JSON Schema of the arguments; small models get only those they were taught. */
function parametersOf(tool: Tool, profile: 'compact' | 'full'): JsonSchema {
  const {
    $schema: _dialect,
    additionalProperties: _extra,
    ...schema
  } = z.toJSONSchema(tool.schema, { io: 'input' }) as {
    $schema?: string;
    additionalProperties?: unknown;
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  if (profile === 'full') return schema as JsonSchema;
  const kept = tool.compactArguments ?? [];
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(([name]) => kept.includes(name))
      .map(([name, property]) => [name, bare(property)]),
  );
  return { type: 'object', properties, required: (schema.required ?? []).filter((name) => kept.includes(name)) };
}

/** Only the type: descriptions and bounds cost a small model tokens and tell it nothing. */
function bare(schema: JsonSchema): JsonSchema {
  return typeof schema === 'object' && schema['type'] !== undefined ? { type: schema['type'] } : schema;
}

function runnable(call: ToolCall, { access, title, preview, ...plan }: ToolPlan): ResolvedCall {
  return {
    call,
    access,
    title,
    ...(preview && { preview }),
    run: async (context) => {
      try {
        return await plan.run(context);
      } catch (thrown) {
        return failureOf(thrown);
      }
    },
  };
}

function failing(call: ToolCall, sentence: string): ResolvedCall {
  return {
    call,
    access: { kind: 'none' },
    title: call.name,
    run: async () => ({ text: `Error: ${sentence}`, failed: true }),
  };
}

function failureOf(thrown: unknown): ToolOutcome {
  return { text: `Error: ${messageOf(thrown)}`, failed: true };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return where === ''
    ? `${issue?.message ?? 'The arguments are wrong'}.`
    : `argument ${where}: ${issue?.message ?? 'wrong'}.`;
}
