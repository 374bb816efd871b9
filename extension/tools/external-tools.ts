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

/** Other people's tools as ours, each behind the user's permission. A name that is taken is left out. */
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
    // Its own schema is what the model sees; the arguments are checked by whoever offers the tool.
    schema: z.looseObject({}).meta(own),
    async plan(args) {
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
