import { dataBlock } from '../../agent/data-block.ts';
import * as vscode from 'vscode';
import type { EditorProblems } from './problems.ts';
import type { SelectedText } from '../../context/mentions/selection-mention.ts';

const editorsMax = 20;
const problemsMax = 20;
const selectionMax = 4000;
/** Number of recently edited files to remember. */
const editedMax = 10;
/** Weights of files for the map of a request. */
const weights = { active: 3, edited: 2, open: 1 };

/** The user's open files, selection and problems, as text for the end of a message. */
export class Surroundings implements vscode.Disposable {
  readonly #relative: (absolute: string) => string;
  readonly #problems: EditorProblems;
  readonly #isSecret: (path: string) => boolean;
  readonly #listening: vscode.Disposable;
  /** Absolute paths, the last edited one at the end. */
  readonly #edited = new Set<string>();

  /** `isSecret` is true for files that are not sent without asking. */
  constructor(relative: (absolute: string) => string, problems: EditorProblems, isSecret: (path: string) => boolean) {
    this.#relative = relative;
    this.#problems = problems;
    this.#isSecret = isSecret;
    this.#listening = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && isOurs(document.uri)) this.#noteEdit(document.uri.fsPath);
    });
  }

  dispose(): void {
    this.#listening.dispose();
  }

  /** The file in the active editor, workspace-relative. */
  near(): string | undefined {
    const uri = vscode.window.activeTextEditor?.document.uri;
    return uri !== undefined && isOurs(uri) ? this.#relative(uri.fsPath) : undefined;
  }

  /** Files in tabs, workspace-relative, each once. */
  openFiles(): readonly string[] {
    const tabs = vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .map((tab) => tab.input)
      .filter((input) => input instanceof vscode.TabInputText);
    return [...new Set(tabs.filter(({ uri }) => isOurs(uri)).map(({ uri }) => this.#relative(uri.fsPath)))];
  }

  /** The files that a request is likely about, relative to the workspace, with their weights. */
  likely(): ReadonlyMap<string, number> {
    const near = this.near();
    const found = new Map(this.openFiles().map((name) => [name, weights.open]));
    for (const absolute of this.#edited) found.set(this.#relative(absolute), weights.edited);
    if (near !== undefined) found.set(near, weights.active);
    return found;
  }

  /** The selection of the active editor; without one, the line of the cursor. */
  selected(): SelectedText | undefined {
    const editor = vscode.window.activeTextEditor;
    const path = this.near();
    if (editor === undefined || path === undefined) return undefined;
    const { document, selection } = editor;
    const range = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
    return {
      path,
      absolute: document.uri.fsPath,
      from: range.start.line + 1,
      to: range.end.line + 1,
      text: document.getText(range),
    };
  }

  async text(): Promise<string> {
    const parts = [this.#openFiles(), this.#selection(), this.#problemList()].filter((part) => part !== '');
    return parts.length === 0 ? '' : dataBlock('editor', {}, parts.join('\n'));
  }

  #noteEdit(absolute: string): void {
    this.#edited.delete(absolute);
    this.#edited.add(absolute);
    for (const old of [...this.#edited].slice(0, -editedMax)) this.#edited.delete(old);
  }

  #openFiles(): string {
    const names = this.openFiles();
    return names.length === 0 ? '' : `Open files: ${names.slice(0, editorsMax).join(', ')}`;
  }

  #selection(): string {
    const editor = vscode.window.activeTextEditor;
    const near = this.near();
    if (editor === undefined || near === undefined) return '';
    const { selection } = editor;
    if (selection.isEmpty || this.#isSecret(near))
      return `Active file: ${near}, cursor on line ${selection.active.line + 1}`;
    const text = editor.document.getText(selection).slice(0, selectionMax);
    return `Active file: ${near}, lines ${selection.start.line + 1}-${selection.end.line + 1} are selected:\n${text}`;
  }

  #problemList(): string {
    const found = this.#problems
      .all()
      .filter(({ severity, path }) => (severity === 'error' || severity === 'warning') && !this.#isSecret(path));
    const rows = found
      .slice(0, problemsMax)
      .map(
        ({ path, line, severity, message }) =>
          `${this.#relative(path)}:${line}: ${severity}: ${message.replace(/\s+/g, ' ')}`,
      );
    return rows.length === 0 ? '' : `Problems:\n${rows.join('\n')}`;
  }
}

function isOurs(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}
