import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { translate } from '../translation.ts';

export const controllerId = 'moonwright-inline';
/** How long the editor needs to ask for commenting ranges, and to open the box. */
const queryMs = 100;
const openMs = 1500;

/**
 * The box that a chat begins in: the editor's own for comments, under the line. It is opened by the editor's command,
 * which gives it the focus. Ranges are offered only for the document where one is being opened, since they draw a strip
 * in the gutter; while the box is open they stay, since taking them away would take the focus.
 */
export class CommentBox implements vscode.Disposable {
  readonly controller: vscode.CommentController;
  readonly #disposables: vscode.Disposable[];
  #armed: string | undefined;
  readonly #boxes = new Set<string>();

  constructor() {
    this.controller = vscode.comments.createCommentController(controllerId, 'Moonwright');
    this.controller.options = { prompt: translate('Ask Moonwright'), placeHolder: translate('Say what to change, ask something, or type / for shortcuts') };
    this.controller.commentingRangeProvider = this.#ranges;
    this.#disposables = [
      this.controller,
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (isBox(document)) this.#boxes.add(document.uri.toString());
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#boxes.delete(document.uri.toString())),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor !== undefined && editor.document.uri.toString() !== this.#armed) this.disarm();
      }),
    ];
  }

  /** Opens the box at the selection of the active editor, with the focus in it; false when it does not open here. */
  async open(document: vscode.TextDocument): Promise<boolean> {
    const before = new Set(this.#boxes);
    this.#armed = document.uri.toString();
    this.controller.commentingRangeProvider = this.#ranges; // assigning it asks for the ranges again
    await delay(queryMs);
    // Where other extensions take comments too the editor asks which: that question is not ours to leave open.
    void vscode.commands.executeCommand('workbench.action.addComment').then(undefined, () => undefined);
    for (const end = Date.now() + openMs; Date.now() < end; await delay(25)) {
      if ([...this.#boxes].some((uri) => !before.has(uri))) return true;
    }
    this.disarm();
    return false;
  }

  /** Only when no box is being typed in. */
  disarm(): void {
    if (this.#armed === undefined) return;
    this.#armed = undefined;
    this.controller.commentingRangeProvider = this.#ranges;
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  readonly #ranges: vscode.CommentingRangeProvider = {
    provideCommentingRanges: (document) => (document.uri.toString() === this.#armed ? [new vscode.Range(0, 0, Math.max(0, document.lineCount - 1), 0)] : []),
  };
}

/** The text of a box is a document of its own. */
function isBox({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'comment' && uri.authority === controllerId;
}
