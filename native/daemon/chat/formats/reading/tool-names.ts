import type { ToolDefinition } from '../../../../protocol/chat.ts';
import { schemaObject } from '../tool-schema.ts';

interface ResolvedTool {
  readonly tool: ToolDefinition;
  readonly exact: boolean;
}

/**
 * The tool a model meant by `written`: the very name, else the only one that fits without prefix (`functions.`), call
 * index, quotes, case and separators. Undefined when none or several fit.
 */
export function resolveTool(written: string, tools: readonly ToolDefinition[]): ResolvedTool | undefined {
  const exact = tools.find((tool) => tool.name === written);
  if (exact) return { tool: exact, exact: true };
  const bare = withoutDecoration(written);
  if (bare === '') return undefined;
  return (
    only(tools, (tool) => tool.name === bare) ??
    only(tools, (tool) => tool.name.toLowerCase() === bare.toLowerCase()) ??
    only(tools, (tool) => letters(tool.name) === letters(bare)) ??
    // The tool itself is called `functions.x`, and the model left that out.
    only(tools, (tool) => letters(withoutDecoration(tool.name)) === letters(bare))
  );
}

/** The only tool that fits these arguments: all required ones are there and none is unknown. */
export function inferTool(keys: readonly string[], tools: readonly ToolDefinition[]): ToolDefinition | undefined {
  if (keys.length === 0) return undefined;
  return only(tools, (tool) => {
    const { properties, required } = schemaObject(tool.parameters);
    return keys.every((key) => properties.has(key)) && required.every((key) => keys.includes(key));
  })?.tool;
}

function only(tools: readonly ToolDefinition[], fits: (tool: ToolDefinition) => boolean): ResolvedTool | undefined {
  const found = tools.filter(fits);
  const [tool] = found;
  return tool !== undefined && found.length === 1 ? { tool, exact: false } : undefined;
}

function withoutDecoration(name: string): string {
  return name
    .trim()
    .replace(/^["'`]+|["'`]+$/g, '')
    .replace(/^(?:functions?|tools?)[.:/]/i, '')
    .replace(/[:#]\d+$/, '')
    .replace(/\(\)$/, '')
    .replace(/^(.+)\.\1$/, '$1') // a tool without a namespace, in one of its own name
    .trim();
}

/** Letters and digits only: `readFile`, `read-file` and `read_file` are one name. */
function letters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
