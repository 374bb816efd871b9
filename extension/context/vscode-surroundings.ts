import * as vscode from 'vscode';
import type { VsCodeProblems } from '../edits/vscode-problems.ts';

const editorsMax = 20;
const problemsMax = 20;
const selectionMax = 4000;

/** What the user looks at: open files, the selection, the problems; as text for the end of a message. */
export class Surroundings {
  readonly #relative: (absolute: string) => string;
  readonly #problems: VsCodeProblems;

  constructor(relative: (absolute: string) => string, problems: VsCodeProblems) {
    this.#relative = relative;
    this.#problems = problems;
  }

  /** The file in the active editor, workspace-relative. */
  near(): string | undefined {
    const uri = vscode.window.activeTextEditor?.document.uri;
    return uri?.scheme === 'file' && vscode.workspace.getWorkspaceFolder(uri) !== undefined ? this.#relative(uri.fsPath) : undefined;
  }

  async text(): Promise<string> {
    const parts = [this.#openFiles(), this.#selection(), this.#problemList()].filter((part) => part !== '');
    return parts.length === 0 ? '' : `<editor>\n${parts.join('\n')}\n</editor>`;
  }

  #openFiles(): string {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.input).filter((input) => input instanceof vscode.TabInputText);
    const names = [...new Set(tabs.filter(({ uri }) => uri.scheme === 'file' && vscode.workspace.getWorkspaceFolder(uri) !== undefined).map(({ uri }) => this.#relative(uri.fsPath)))];
    return names.length === 0 ? '' : `Open files: ${names.slice(0, editorsMax).join(', ')}`;
  }

  #selection(): string {
    const editor = vscode.window.activeTextEditor;
    const near = this.near();
    if (editor === undefined || near === undefined) return '';
    const { selection } = editor;
    if (selection.isEmpty) return `Active file: ${near}, cursor on line ${selection.active.line + 1}`;
    const text = editor.document.getText(selection).slice(0, selectionMax);
    return `Active file: ${near}, lines ${selection.start.line + 1}-${selection.end.line + 1} are selected:\n${text}`;
  }

  #problemList(): string {
    const found = this.#problems.all().filter(({ severity }) => severity === 'error' || severity === 'warning');
    const rows = found.slice(0, problemsMax).map(({ path, line, severity, message }) => `${this.#relative(path)}:${line}: ${severity}: ${message.replace(/\s+/g, ' ')}`);
    return rows.length === 0 ? '' : `Problems:\n${rows.join('\n')}`;
  }
}
