import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { isCommentBox } from '../documents/active-editor.ts';
import type { ModelLabel } from './thread.ts';

export const controllerId = 'moonwright-inline';
/** How long VS Code may take to ask for commenting ranges, and to open the box. */
const askMs = 3000;
const openMs = 4000;
/** VS Code has finished asking if it was quiet this long; for a new controller it asks several times. */
const quietMs = 50;
const newQuietMs = 500;
const newMs = 15_000;
/** A box is empty this long after its message was sent. */
const sentMs = 500;

/**
 * The comment box below a line, in which a chat begins. A command of VS Code opens it, which gives it the focus.
 * Commenting ranges are offered only for the document in which a box is being opened, since they draw a strip in the
 * gutter. When they change, VS Code rebuilds all boxes, which loses the focus: so they stay while a box is open, and
 * until a sent box is empty.
 */
export class CommentBox implements vscode.Disposable {
  readonly controller: vscode.CommentController;
  readonly #disposables: vscode.Disposable[];
  readonly #model: () => string;
  #armed: string | undefined;
  readonly #boxes = new Set<string>();
  /** When VS Code last asked for ranges. */
  #askedAt = 0;
  readonly #createdAt = Date.now();
  #typed = '';
  #text = '';
  #described = '';
  readonly #opened = new vscode.EventEmitter<void>();
  /** A box opened, possibly after `open` gave up. */
  readonly onOpen = this.#opened.event;

  /** `label` names the model that would answer now. */
  constructor(label: Pick<ModelLabel, 'model' | 'onChange'>) {
    this.controller = vscode.comments.createCommentController(controllerId, 'Moonwright');
    this.#model = label.model;
    this.#describe();
    this.#disposables = [
      this.controller,
      this.#opened,
      label.onChange(() => this.#describe()),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (!isBox(document)) return;
        this.#boxes.add(document.uri.toString());
        this.#opened.fire();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (!isBox(document)) return;
        this.#text = document.getText();
        if (this.#text.trim() !== '') this.#typed = this.#text;
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#boxes.delete(document.uri.toString())),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor !== undefined && !isCommentBox(editor.document) && editor.document.uri.toString() !== this.#armed)
          this.disarm();
      }),
    ];
  }

  /** Opens the box at the selection of the active editor, with the focus in it; false if it does not open. */
  async open(document: vscode.TextDocument): Promise<boolean> {
    this.#typed = '';
    this.#describe();
    this.#armed = document.uri.toString();
    this.controller.commentingRangeProvider = this.#ranges; // the assignment makes VS Code ask again
    await this.#asked();
    return this.#add();
  }

  /** The hint in the box. Its header is VS Code's own until the first message: no API reaches it before. */
  #describe(): void {
    const model = this.#model();
    if (model === this.#described) return;
    this.#described = model;
    this.controller.options = {
      prompt: vscode.l10n.t('Ask Moonwright ({0})', model),
      placeHolder: vscode.l10n.t('Ask Moonwright ({0}). Enter sends, Shift+Enter: new line, /: shortcuts', model),
    };
  }

  /** Runs VS Code's command. It closes an empty box that is already there: then it runs once more. */
  async #add(): Promise<boolean> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const before = new Set(this.#boxes);
      // Not awaited: with other comment extensions VS Code asks the user which one is meant.
      void vscode.commands.executeCommand('workbench.action.addComment').then(undefined, () => undefined);
      for (const end = Date.now() + openMs; Date.now() < end; await delay(25)) {
        if ([...this.#boxes].some((uri) => !before.has(uri))) return true;
        if ([...before].some((uri) => !this.#boxes.has(uri))) break;
      }
      if (![...before].some((uri) => !this.#boxes.has(uri))) return false;
    }
    return false;
  }

  /** The text in the box that was changed last. */
  get text(): string {
    return this.#text;
  }

  /** The text typed since the last message. If VS Code rebuilds a box while it is sent, the message has no text. */
  takeTyped(): string {
    const typed = this.#typed;
    this.#typed = '';
    return typed;
  }

  /** To be called after a message was sent: removes the ranges once the box is empty. */
  sent(): void {
    const armed = this.#armed;
    setTimeout(() => {
      if (this.#armed === armed) this.disarm();
    }, sentMs);
  }

  /** Removes the ranges; call only while no box is in use. */
  disarm(): void {
    if (this.#armed === undefined) return;
    this.#armed = undefined;
    this.controller.commentingRangeProvider = this.#ranges;
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  /**
   * Waits until VS Code has asked for the ranges. It also asks soon after the controller was created, and then rebuilds
   * all boxes: an open one would lose its focus.
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

/** True for the document that holds the text of one of our boxes. */
function isBox({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'comment' && uri.authority === controllerId;
}
