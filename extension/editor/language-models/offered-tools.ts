import * as vscode from 'vscode';
import type { OfferedTools } from '../../tools/offered-tools.ts';

/** Offers some of our tools to the agents of VS Code and of other extensions, through the same permissions. */
export function registerOfferedTools(tools: OfferedTools): vscode.Disposable {
  const registrations = tools.definitions().map(({ name }) =>
    // The names that `contributes.languageModelTools` gives to the tools.
    vscode.lm.registerTool<object>(`moonwright_${name}`, {
      async invoke({ input }, token) {
        const { text } = await withSignal(token, (signal) =>
          tools.call({ name, input }, { signal, onOutput: () => undefined }),
        );
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
      },
    }),
  );
  return vscode.Disposable.from(...registrations);
}

async function withSignal<T>(token: vscode.CancellationToken, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const cancelled = token.onCancellationRequested(() => abort.abort());
  if (token.isCancellationRequested) abort.abort();
  try {
    return await run(abort.signal);
  } finally {
    cancelled.dispose();
  }
}
