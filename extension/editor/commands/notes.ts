import * as vscode from 'vscode';
import { modelMarkdown } from '../model-text/markdown-string.ts';

export interface Note {
  readonly uri: vscode.Uri;
  /** From 0. */
  readonly line: number;
  readonly title: string;
  readonly text: string;
  /** A `finding` offers to fix it. */
  readonly kind: 'finding' | 'explanation';
}

const author: vscode.CommentAuthorInformation = { name: 'Moonwright' };

/** Comments of the model at lines of code. Owns: the comments until they are closed. */
export class Notes implements vscode.Disposable {
  readonly #controller: vscode.CommentController;
  /** The model's text by thread. */
  readonly #threads = new Map<vscode.CommentThread, string>();

  constructor() {
    this.#controller = vscode.comments.createCommentController('moonwright-notes', 'Moonwright');
  }

  /** Returns a function that changes the text, for answers that are still growing. */
  add({ uri, line, title, text, kind }: Note): (text: string) => void {
    const thread = this.#controller.createCommentThread(uri, new vscode.Range(line, 0, line, 0), [commentOf(text)]);
    thread.canReply = false;
    thread.label = title;
    thread.contextValue = kind;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.#threads.set(thread, text);
    void this.#mark();
    return (next) => {
      this.#threads.set(thread, next);
      thread.comments = [commentOf(next)];
    };
  }

  /** The text as the model wrote it; empty for a comment that is closed. */
  textOf(thread: vscode.CommentThread): string {
    return this.#threads.get(thread) ?? '';
  }

  close(thread: vscode.CommentThread): void {
    this.#threads.delete(thread);
    thread.dispose();
    void this.#mark();
  }

  /** Closes all comments, or those of one kind. */
  clear(kind?: Note['kind']): void {
    for (const thread of this.#threads.keys())
      if (kind === undefined || thread.contextValue === kind) this.close(thread);
  }

  dispose(): void {
    this.#threads.clear();
    this.#controller.dispose();
  }

  async #mark(): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'moonwright:notes', this.#threads.size > 0);
  }
}

function commentOf(text: string): vscode.Comment {
  return { author, body: modelMarkdown(text), mode: vscode.CommentMode.Preview };
}
