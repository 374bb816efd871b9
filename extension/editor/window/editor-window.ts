import path from 'node:path';
import * as vscode from 'vscode';
import { lossIn, lossSentence } from '../documents/encoding-check.ts';
import { applyEdit, rangeEdit, writeText } from '../documents/document-writer.ts';
import { showMessage } from '../model-text/messages.ts';
import type { Settings } from './settings.ts';
import { pickStyle } from './style-menu.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';
import type { TokenPrice } from '../../metering/spending.ts';
import type { PermissionMode } from '../../permission/permission-mode.ts';
import type { LinkState } from '../../daemon-link/model-host.ts';
import type { AnswerStyle, StyleChoices } from '../../context/answer-style.ts';
import type { ChatWindow } from '../../chat/chat-window.ts';

export interface WindowParts {
  readonly settings: Settings;
  /** The extension's storage for this workspace. */
  readonly memory: vscode.Memento;
  /** Its storage for all workspaces. */
  readonly sharedMemory: vscode.Memento;
  readonly files: WorkspaceFiles;
  readonly panel: { readonly visible: boolean; reveal(): Promise<void> };
  /** Opens the model menu. */
  readonly pickModel: () => Promise<void>;
  readonly openSample: () => Promise<void>;
  /** The state of what answers inline chat, where it is not the chat's model. */
  readonly inline: () => LinkState | undefined;
}

const modeKey = 'mode';
const conversationKey = 'conversation';

/** The editor's window as the chat uses it. */
export class EditorWindow implements ChatWindow {
  readonly #parts: WindowParts;
  readonly #calls = new Set<string>();

  constructor(parts: WindowParts) {
    this.#parts = parts;
  }

  /** The conversation that was last open in this workspace. */
  get lastConversation(): string | undefined {
    return this.#parts.memory.get<string>(conversationKey);
  }

  mode(): PermissionMode {
    return this.#parts.memory.get<PermissionMode>(modeKey) ?? this.#parts.settings.mode;
  }

  async setMode(mode: PermissionMode): Promise<void> {
    await this.#parts.memory.update(modeKey, mode);
  }

  trusted(): boolean {
    return vscode.workspace.isTrusted;
  }

  inlineElsewhere(): string | undefined {
    const elsewhere = this.#parts.inline()?.elsewhere;
    return elsewhere === undefined || elsewhere.reach === 'machine' ? undefined : elsewhere.host;
  }

  price(): TokenPrice | undefined {
    return this.#parts.settings.price;
  }

  wattsPerCore(): number {
    return this.#parts.settings.wattsPerCore;
  }

  async isFirst(what: string): Promise<boolean> {
    if (this.wasTold(what)) return false;
    await this.#parts.memory.update(what, true);
    return true;
  }

  async isFirstAnywhere(what: string): Promise<boolean> {
    const { sharedMemory } = this.#parts;
    if (sharedMemory.get<boolean>(what) === true) return false;
    await sharedMemory.update(what, true);
    return true;
  }

  wasTold(what: string): boolean {
    return this.#parts.memory.get<boolean>(what) === true;
  }

  nameOf(absolute: string): string {
    return this.#parts.files.relative(absolute);
  }

  callForAttention(text: string): void {
    const { panel } = this.#parts;
    if ((vscode.window.state.focused && panel.visible) || this.#calls.has(text)) return;
    this.#calls.add(text);
    const show = vscode.l10n.t('Show');
    void showMessage('info', vscode.l10n.t('Moonwright is waiting for you: {0}', text), show).then(async (answer) => {
      this.#calls.delete(text);
      if (answer === show) await panel.reveal();
    });
  }

  async open(name: string, line: number | undefined): Promise<void> {
    const absolute = this.#inside(name);
    if (absolute === undefined) return;
    const at = line === undefined ? undefined : new vscode.Range(line - 1, 0, line - 1, 0);
    await vscode.window.showTextDocument(vscode.Uri.file(absolute), { preview: true, ...(at && { selection: at }) });
  }

  async openLink(url: string): Promise<void> {
    const uri = vscode.Uri.parse(url, true);
    // Any other scheme could start a program with text that a model wrote.
    if (uri.scheme === 'https' || uri.scheme === 'http') await vscode.env.openExternal(uri);
  }

  async copy(text: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
  }

  async insert(text: string): Promise<void> {
    const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
    if (editor === undefined) {
      void showMessage('info', vscode.l10n.t('Open a file to insert the code into.'));
      return;
    }
    const loss = await lossIn(editor.document.uri, text);
    if (loss !== undefined) {
      void showMessage('error', lossSentence(loss));
      return;
    }
    await editor.edit((edit) => edit.replace(editor.selection, text));
    await vscode.window.showTextDocument(editor.document, editor.viewColumn);
  }

  /** Shows the change in the editor's refactor preview, where the user confirms it; a new file as an unsaved one. */
  async applyCode(text: string, name: string | undefined): Promise<void> {
    const named = name === undefined ? undefined : this.#inside(name);
    const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
    const uri = named === undefined ? editor?.document.uri : vscode.Uri.file(named);
    if (uri === undefined) return this.insert(text);
    const label = { needsConfirmation: true, label: vscode.l10n.t('Code from the conversation') };
    if (named !== undefined && (await this.#parts.files.read(named)) === undefined) {
      // Not a file yet: the user saves it, and undo cannot delete it with what they add.
      const document = await vscode.workspace.openTextDocument(uri.with({ scheme: 'untitled' }));
      await writeText(document, text);
      await vscode.window.showTextDocument(document, { preview: false });
    } else {
      const document = await vscode.workspace.openTextDocument(uri);
      const selected = editor?.document === document && !editor.selection.isEmpty ? editor.selection : undefined;
      const range = selected ?? new vscode.Range(0, 0, document.lineCount, 0);
      await applyEdit(rangeEdit([{ uri, range, text, label }]));
    }
  }

  async pickModel(): Promise<void> {
    await this.#parts.pickModel();
  }

  async manageModels(): Promise<void> {
    await vscode.commands.executeCommand('moonwright.manageModels');
  }

  pickStyle(style: AnswerStyle, choices: StyleChoices): Promise<AnswerStyle | undefined> {
    return pickStyle(style, choices);
  }

  async trust(): Promise<void> {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }

  async openSample(): Promise<void> {
    await this.#parts.openSample();
  }

  async remember(conversation: string): Promise<void> {
    await this.#parts.memory.update(conversationKey, conversation);
  }

  /** The absolute path, or undefined outside the workspace: a model may have written the name. */
  #inside(name: string): string | undefined {
    if (this.#parts.files.folders.length === 0) return undefined;
    const absolute = this.#parts.files.absolute(name);
    return path.isAbsolute(this.#parts.files.relative(absolute)) ? undefined : absolute;
  }
}
