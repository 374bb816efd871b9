import * as z from 'zod';
import type { JsonSchema } from '../../native/protocol/chat.ts';
import type { Tool } from './tool.ts';

/** A tool that another extension or an MCP server offers. */
export interface ExternalTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema | undefined;
  invoke(input: object, signal: AbortSignal): Promise<string>;
}

const nameShape = /^[\w.-]{1,64}$/;

/** Wraps external tools, each behind the user's permission. Tools with a taken or invalid name are left out. */
export function externalTools(offered: readonly ExternalTool[], taken: ReadonlySet<string>): Tool[] {
  const names = new Set(taken);
  return offered
    .filter(({ name }) => {
      if (!nameShape.test(name) || names.has(name)) return false;
      names.add(name);
      return true;
    })
    .map(toolOf);
}

function toolOf({ name, description, inputSchema, invoke }: ExternalTool): Tool {
  const {
    $schema: _dialect,
    $id: _address,
    id: _id,
    ...own
  } = (typeof inputSchema === 'object' ? inputSchema : {}) as Record<string, unknown>;
  return {
    name,
    description,
    // The model sees the tool's own schema; its owner checks the arguments.
    schema: z.looseObject({}).meta(own),
    intent(args) {
      const input = args as object;
      return {
        access: { kind: 'external', tool: name },
        title: name,
        preview: { kind: 'text', text: JSON.stringify(input, undefined, 2) },
        async run({ signal }) {
          return { text: await invoke(input, signal), failed: false };
        },
      };
    },
  };
}
