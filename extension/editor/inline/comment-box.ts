import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { translate } from '../../translation.ts';
import { isCommentBox } from '../documents/active-editor.ts';

export const controllerId = 'moonwright-inline';
/** How long the editor may take to ask for commenting ranges, and to open the box. */
const askMs = 3000;
const openMs = 4000;
/** It is done asking when it has not asked for so long: a controller that is new is asked about more than once. */
const quietMs = 50;
const newQuietMs = 500;
const newMs = 15_000;
/** When a sent box is empty. */
const sentMs = 500;

/**
 * The box that a chat begins in: the editor's own for comments, under the line. It is opened by the editor's command,
 * which gives it the focus. Ranges are offered only for the document where one is being opened, since they draw a strip
 * in the gutter. Whenever they change the editor builds all boxes anew, which takes the focus: so they stay as they are
 * while a box is open, and until a sent one is empty.
 */
export class CommentBox implements vscode.Disposable {
  readonly controller: vscode.CommentController;
  readonly #disposables: vscode.Disposable[];
  #armed: string | undefined;
  readonly #boxes = new Set<string>();
  /** When the editor last asked for ranges. */
  #askedAt = 0;
  readonly #createdAt = Date.now();
  #typed = '';
  readonly #opened = new vscode.EventEmitter<void>();
  /** A box came, also one that nobody waited for any more. */
  readonly onOpen = this.#opened.event;

  constructor() {
    this.controller = vscode.comments.createCommentController(controllerId, 'Moonwright');
    this.controller.options = {
      prompt: translate('Ask Moonwright'),
      placeHolder: translate('Say what to change, ask something, or type / for shortcuts'),
    };
    this.#disposables = [
      this.controller,
      this.#opened,
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (!isBox(document)) return;
        this.#boxes.add(document.uri.toString());
        this.#opened.fire();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (isBox(document) && document.getText().trim() !== '') this.#typed = document.getText();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#boxes.delete(document.uri.toString())),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor !== undefined && !isCommentBox(editor.document) && editor.document.uri.toString() !== this.#armed)
          this.disarm();
      }),
    ];
  }

  /** Opens the box at the selection of the active editor, with the focus in it; false when it does not open here. */
  async open(document: vscode.TextDocument): Promise<boolean> {
    this.#typed = '';
    this.#armed = document.uri.toString();
    this.controller.commentingRangeProvider = this.#ranges; // assigning it asks for the ranges again
    await this.#asked();
    return this.#add();
  }

  /** The editor's command closes an empty box that is there already: then it is asked once more. */
  async #add(): Promise<boolean> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const before = new Set(this.#boxes);
      // Where other extensions take comments too the editor asks which: that question is not ours to leave open.
      void vscode.commands.executeCommand('workbench.action.addComment').then(undefined, () => undefined);
      for (const end = Date.now() + openMs; Date.now() < end; await delay(25)) {
        if ([...this.#boxes].some((uri) => !before.has(uri))) return true;
        if ([...before].some((uri) => !this.#boxes.has(uri))) break;
      }
      if (![...before].some((uri) => !this.#boxes.has(uri))) return false;
    }
    return false;
  }

  /**
   * What was typed since the last message. When the editor builds its boxes anew just as one is sent, the message comes
   * without its text.
   */
  takeTyped(): string {
    const typed = this.#typed;
    this.#typed = '';
    return typed;
  }

  /** After a message was sent: when its box has been emptied. */
  sent(): void {
    const armed = this.#armed;
    setTimeout(() => {
      if (this.#armed === armed) this.disarm();
    }, sentMs);
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

  /**
   * Waits until the editor has asked for the ranges, and has them. It also asks when a controller comes, soon after the
   * extension's start, and then builds all boxes anew: one that was open would lose its focus.
   */
  async #asked(): Promise<void> {
    const start = Date.now();
    const quiet = start - this.#createdAt < newMs ? newQuietMs : quietMs;
    while (Date.now() - start < askMs && (this.#askedAt < start || Date.now() - this.#askedAt < quiet)) await delay(25);
  }

  readonly #ranges: vscode.CommentingRangeProvider = {
    provideCommentingRanges: (document) => this.#rangesOf(document),
  };

  #rangesOf(document: vscode.TextDocument): vscode.Range[] {
    this.#askedAt = Date.now();
    return document.uri.toString() === this.#armed
      ? [new vscode.Range(0, 0, Math.max(0, document.lineCount - 1), 0)]
      : [];
  }
}

/** The text of a box is a document of its own. */
function isBox({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'comment' && uri.authority === controllerId;
}
