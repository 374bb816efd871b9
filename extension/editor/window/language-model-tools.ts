import * as vscode from 'vscode';
import type { JsonSchema } from '../../../native/protocol/chat.ts';
import type { ExternalTool } from '../../tools/external-tools.ts';

/** Extensions that contribute the editor's own chat tools: ours do the same. */
const chatOwners = /^(vscode\.|github\.copilot)/i;

/** Tools of other extensions and of MCP servers. The editor's own and ours are left out. */
export function offeredTools(ownExtension: string): ExternalTool[] {
  const contributed = new Set(
    vscode.extensions.all
      .filter((extension) => extension.id !== ownExtension && !chatOwners.test(extension.id))
      .flatMap(toolNames),
  );
  return vscode.lm.tools
    .filter((tool) => tool.name.startsWith('mcp_') || contributed.has(tool.name))
    .map(({ name, description, inputSchema }) => ({
      name,
      description,
      inputSchema: inputSchema as JsonSchema | undefined,
      invoke: (input, signal) => invoke(name, input, signal),
    }));
}

function toolNames(extension: vscode.Extension<unknown>): string[] {
  const { contributes } = (extension.packageJSON ?? {}) as { contributes?: { languageModelTools?: unknown } };
  const tools = contributes?.languageModelTools;
  return Array.isArray(tools)
    ? tools.flatMap((tool: unknown) =>
        typeof tool === 'object' && tool !== null && 'name' in tool && typeof tool.name === 'string' ? [tool.name] : [],
      )
    : [];
}

async function invoke(name: string, input: object, signal: AbortSignal): Promise<string> {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, source.token);
    return content
      .map((part) =>
        part instanceof vscode.LanguageModelTextPart
          ? part.value
          : part instanceof vscode.LanguageModelDataPart
            ? `[${part.mimeType}, ${part.data.length} bytes]`
            : JSON.stringify(part),
      )
      .join('\n');
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}
