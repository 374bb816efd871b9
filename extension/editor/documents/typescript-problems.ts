import * as vscode from 'vscode';
import type { Problem } from '../../workspace/problem.ts';

const languages = /^(java|type)script(react)?$/;
const requests = ['syntacticDiagnosticsSync', 'semanticDiagnosticsSync'];
const severities: Readonly<Record<string, Problem['severity']>> = {
  error: 'error',
  warning: 'warning',
  suggestion: 'hint',
  message: 'info',
};

/** A problem as tsserver reports it. */
interface ServerDiagnostic {
  readonly text?: unknown;
  readonly category?: unknown;
  readonly start?: { readonly line?: unknown };
}

export function isTypeScript(document: vscode.TextDocument): boolean {
  return languages.test(document.languageId) && document.uri.scheme === 'file';
}

/**
 * Asks VS Code's TypeScript server for the problems of a file: it publishes them late, and only for files in tabs.
 * Undefined if another server is used. Takes seconds if the server has just started.
 */
export async function typescriptProblems(document: vscode.TextDocument): Promise<readonly Problem[] | undefined> {
  try {
    await vscode.extensions.getExtension('vscode.typescript-language-features')?.activate();
    const answers = await Promise.all(
      requests.map((request) =>
        vscode.commands.executeCommand<unknown>('typescript.tsserverRequest', request, { file: document.uri }),
      ),
    );
    const bodies = answers.map(bodyOf);
    return bodies.every((body) => body !== undefined)
      ? bodies.flat().map((diagnostic) => problemOf(diagnostic, document))
      : undefined;
  } catch (thrown) {
    // The command is missing in other versions and other servers.
    if (thrown instanceof Error) return undefined;
    throw thrown;
  }
}

function bodyOf(answer: unknown): readonly ServerDiagnostic[] | undefined {
  if (typeof answer !== 'object' || answer === null || !('body' in answer) || !Array.isArray(answer.body))
    return undefined;
  return answer.body as readonly ServerDiagnostic[];
}

function problemOf({ text, category, start }: ServerDiagnostic, document: vscode.TextDocument): Problem {
  return {
    path: document.uri.fsPath,
    line: Number(start?.line ?? 1),
    severity: severities[String(category)] ?? 'error',
    message: String(text ?? ''),
    source: 'ts',
  };
}
