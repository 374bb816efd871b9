import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { newProblems, type Problem, type Problems } from './problem.ts';
import { openDocument } from './vscode-files.ts';

/** How long a language server has to begin, must then be quiet, and may take at most. */
const waits = { first: 600, quiet: 250, most: 2500 };
const severities = ['error', 'warning', 'info', 'hint'] as const;

/** The editor's problems, read when the language server has had its say. */
export class VsCodeProblems implements Problems {
  readonly #relative: (absolute: string) => string;

  constructor(relative: (absolute: string) => string) {
    this.#relative = relative;
  }

  async of(absolute: string | undefined): Promise<readonly Problem[]> {
    if (absolute === undefined) return this.all();
    await this.warm(absolute);
    return problemsOf(vscode.Uri.file(absolute));
  }

  all(): readonly Problem[] {
    return vscode.languages.getDiagnostics().flatMap(([uri]) => (uri.scheme === 'file' ? problemsOf(uri) : []));
  }

  /** Lets the language server read a file that was not open; otherwise its old problems would look new after a change. */
  async warm(absolute: string): Promise<void> {
    if (openDocument(absolute) !== undefined) return;
    const settled = this.settled(new Set([absolute]));
    await vscode.workspace.openTextDocument(vscode.Uri.file(absolute));
    await settled;
  }

  /** Resolves when the problems of these files have stopped changing, or nobody seems to look for any. */
  async settled(files: ReadonlySet<string>): Promise<void> {
    const started = Date.now();
    let last: number | undefined;
    const listening = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some((uri) => files.has(uri.fsPath))) last = Date.now();
    });
    try {
      for (let now = started; now - started < waits.most; now = Date.now()) {
        if (last === undefined ? now - started >= waits.first : now - last >= waits.quiet) return;
        await delay(25);
      }
    } finally {
      listening.dispose();
    }
  }

  /** The problems that came since `before`, as `path:line: message`. */
  since(before: readonly Problem[]): string[] {
    return newProblems(before, this.all()).map(({ path, line, message }) => `${this.#relative(path)}:${line}: ${message.replace(/\s+/g, ' ')}`);
  }
}

function problemsOf(uri: vscode.Uri): Problem[] {
  return vscode.languages.getDiagnostics(uri).map(({ range, severity, message, source }) => ({ path: uri.fsPath, line: range.start.line + 1, severity: severities[severity] ?? 'hint', message, source }));
}
