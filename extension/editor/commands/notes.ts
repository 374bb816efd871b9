import * as vscode from 'vscode';

export interface Note {
  readonly uri: vscode.Uri;
  /** From 0. */
  readonly line: number;
  readonly title: string;
  readonly text: string;
  /** `finding`: offers to fix it. */
  readonly kind: 'finding' | 'explanation';
}

const author: vscode.CommentAuthorInformation = { name: 'Moonwright' };

/**
 * What the model says about lines, as comments in the editor. Owns: the comments, until they are closed.
 * `comment` objects that menus hand to commands are threads.
 */
export class Notes implements vscode.Disposable {
  readonly #controller: vscode.CommentController;
  readonly #threads = new Set<vscode.CommentThread>();

  constructor() {
    this.#controller = vscode.comments.createCommentController('moonwright-notes', 'Moonwright');
  }

  /** Returns how to change its text: answers come bit by bit. */
  add({ uri, line, title, text, kind }: Note): (text: string) => void {
    const thread = this.#controller.createCommentThread(uri, new vscode.Range(line, 0, line, 0), [commentOf(text)]);
    thread.canReply = false;
    thread.label = title;
    thread.contextValue = kind;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.#threads.add(thread);
    void this.#mark();
    return (next) => {
      thread.comments = [commentOf(next)];
    };
  }

  close(thread: vscode.CommentThread): void {
    this.#threads.delete(thread);
    thread.dispose();
    void this.#mark();
  }

  /** Closes all, or those of one kind. */
  clear(kind?: Note['kind']): void {
    for (const thread of this.#threads) if (kind === undefined || thread.contextValue === kind) this.close(thread);
  }

  dispose(): void {
    this.#threads.clear();
    this.#controller.dispose();
  }

  async #mark(): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'moonwright:notes', this.#threads.size > 0);
  }
}

/** What the model says is shown as Markdown that can run nothing and load nothing. */
function commentOf(text: string): vscode.Comment {
  const body = new vscode.MarkdownString(text.replace(/!\[/g, '\\!['));
  body.isTrusted = false;
  body.supportHtml = false;
  return { author, body, mode: vscode.CommentMode.Preview };
}
