import * as vscode from 'vscode';
import type { AgentGate } from '../../agent/agent-tools.ts';
import type { AskUser } from '../../permission/user-answer.ts';
import type { Tool } from '../../tools/tool.ts';
import { Toolbox } from '../../tools/toolbox.ts';
import { showMessage } from '../model-text/messages.ts';

interface OfferedToolsParts {
  readonly tools: readonly Tool[];
  /** Decides whether a call may run; it asks with the given question. */
  gate(ask: AskUser): AgentGate;
}

/** The names that `contributes.languageModelTools` gives to the tools, by ours. */
const offeredNames: Readonly<Record<string, string>> = {
  run_tests: 'moonwright_run_tests',
  find_symbol: 'moonwright_find_symbol',
  get_diagnostics: 'moonwright_get_diagnostics',
  repository_map: 'moonwright_repository_map',
};

/** Offers some of our tools to the agents of VS Code and of other extensions, through the same permissions. */
export function registerOfferedTools({ tools, gate }: OfferedToolsParts): vscode.Disposable {
  const toolbox = new Toolbox(tools, 'full');
  const permission = gate(askByMessage);
  let calls = 0;
  const invoke = async (name: string, input: object, token: vscode.CancellationToken): Promise<string> => {
    const abort = new AbortController();
    const cancelled = token.onCancellationRequested(() => abort.abort());
    if (token.isCancellationRequested) abort.abort();
    const { signal } = abort;
    try {
      let call = toolbox.resolve({ id: `offered-${++calls}`, name, arguments: JSON.stringify(input) });
      // A call that names files outside the workspace is asked for before it looks at them.
      if ('look' in call && (await permission.mayLook(call.access))) call = await call.look(signal);
      const decision = await permission.decide(call, signal);
      if (!decision.allowed) return decision.text;
      const ready = 'look' in call ? await call.look(signal) : call;
      return (await ready.run({ signal, onOutput: () => undefined })).text;
    } finally {
      cancelled.dispose();
    }
  };
  const registrations = tools.flatMap(({ name }) => {
    const offered = offeredNames[name];
    if (offered === undefined) return [];
    return vscode.lm.registerTool<object>(offered, {
      async invoke({ input }, token) {
        const text = await invoke(name, input, token);
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
      },
    });
  });
  return vscode.Disposable.from(...registrations);
}

/** Asks beside whatever chat the agent has. A closed message declines. */
const askByMessage: AskUser = async ({ title }, rules, signal) => {
  if (signal.aborted) return 'decline';
  const once = vscode.l10n.t('Allow once');
  const session = vscode.l10n.t('Allow for this session');
  const decline = vscode.l10n.t('Decline');
  const text = vscode.l10n.t('Another agent wants to use a tool of Moonwright: {0}', title);
  const buttons = rules.length > 0 ? [once, session, decline] : [once, decline];
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const answer = await Promise.race([showMessage('warning', text, ...buttons), stopped]);
  if (answer === session) return 'session';
  return answer === once ? 'once' : 'decline';
};
