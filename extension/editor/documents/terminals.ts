import * as vscode from 'vscode';
import type { TerminalHistory } from '../../context/mentions/terminal-history.ts';

/** Records the commands in the user's terminals from now on, if shell integration reports them. */
export function watchTerminals(
  history: TerminalHistory<vscode.TerminalShellExecution>,
  failed: (thrown: unknown) => void,
): vscode.Disposable {
  const started = vscode.window.onDidStartTerminalShellExecution(({ execution }) => {
    const { value } = execution.commandLine;
    if (value.trim() === '') return;
    history.started(execution, value);
    // Called at once: only output after this call can be read.
    read(execution, history).catch(failed);
  });
  const ended = vscode.window.onDidEndTerminalShellExecution(({ execution, exitCode }) =>
    history.ended(execution, execution.commandLine.value, exitCode),
  );
  return vscode.Disposable.from(started, ended);
}

async function read(
  execution: vscode.TerminalShellExecution,
  history: TerminalHistory<vscode.TerminalShellExecution>,
): Promise<void> {
  for await (const text of execution.read()) history.printed(execution, text);
}
