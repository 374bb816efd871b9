import * as vscode from 'vscode';
import { conflictWith } from '../../inline/edit-conflict.ts';
import type { EditLedger } from '../../inline/edit-ledger.ts';
import { InlineSession } from '../../inline/inline-session.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import { activeCodeEditor } from '../documents/active-editor.ts';
import { DocumentBuffer } from '../documents/buffer.ts';
import type { CodeContext } from '../documents/code-context.ts';
import type { BoxOpening } from './box-openings.ts';
import { EditorInlineDocument, type InlineRefusals } from './editor-document.ts';
import { ChatThread, type ModelLabel } from './thread.ts';

export interface Chat {
  readonly session: InlineSession;
  readonly view: ChatThread;
  readonly buffer: DocumentBuffer;
}

/** The inline chats of this window. Owns: which there are, and that they do not get in each other's way. */
export class InlineChats implements vscode.Disposable {
  readonly #rewriter: Rewriter;
  readonly #ledger: EditLedger;
  readonly #context: CodeContext;
  readonly #permission: InlineRefusals['permission'];
  readonly #label: ModelLabel;
  readonly #chats = new Set<Chat>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: readonly vscode.Disposable[];
  /** A chat was drawn again. */
  readonly onChange = this.#changed.event;

  constructor(
    rewriter: Rewriter,
    ledger: EditLedger,
    context: CodeContext,
    permission: InlineRefusals['permission'],
    label: ModelLabel,
  ) {
    this.#rewriter = rewriter;
    this.#ledger = ledger;
    this.#context = context;
    this.#permission = permission;
    this.#label = label;
    this.#disposables = [
      this.#changed,
      vscode.workspace.onDidCloseTextDocument((document) => void this.#closed(document)),
    ];
  }

  get sessions(): readonly InlineSession[] {
    return [...this.#chats].map(({ session }) => session);
  }

  /** The chat that a thread shows; a new one if it has none yet, at the place where its box was opened. */
  chatOf(thread: vscode.CommentThread, document: vscode.TextDocument, opening: () => BoxOpening): Chat {
    const known = [...this.#chats].find(({ view }) => view.thread === thread);
    if (known !== undefined) return known;
    const { selection, readOnly } = opening();
    const view = new ChatThread(thread, this.#label, () => this.#changed.fire());
    const buffer = new DocumentBuffer(document);
    const others = (): InlineSession[] => this.sessions.filter((other) => other !== session);
    const inlineDocument = new EditorInlineDocument(document, buffer, this.#context, {
      permission: this.#permission,
      conflict: (span) => conflictWith(others(), session.uri, span),
      isReadOnly: readOnly,
    });
    const session: InlineSession = new InlineSession(this.#rewriter, inlineDocument, this.#ledger, view, selection);
    view.show(session);
    const chat = { session, view, buffer };
    this.#chats.add(chat);
    return chat;
  }

  /**
   * The chat that a command means: the one with the id from a link, the one of the thread, else the open chat of the
   * active editor that is being answered or is nearest to the cursor.
   */
  find(from?: unknown): Chat | undefined {
    const all = [...this.#chats];
    if (typeof from === 'number') return all.find(({ session }) => session.id === from);
    const thread = typeof from === 'object' && from !== null && 'thread' in from ? from.thread : from;
    const named = all.find(({ view }) => view.thread === thread);
    if (named !== undefined) return named;
    const editor = activeCodeEditor();
    const open = all.filter(({ session }) => session.isOpen && session.uri === editor?.document.uri.toString());
    const at = editor?.document.offsetAt(editor.selection.active) ?? 0;
    const distance = ({ session: { span } }: Chat): number => Math.max(0, span.from - at, at - span.to);
    return open.find(({ session }) => session.phase === 'working') ?? open.sort((a, b) => distance(a) - distance(b))[0];
  }

  /** The chats of a document without an open edit. */
  idle(uri: string): readonly Chat[] {
    return [...this.#chats].filter(({ session }) => session.uri === uri && !session.isOpen);
  }

  /** Closes a chat and takes back its proposal; does nothing if the user wants to keep their text in it. */
  async close(chat: Chat): Promise<void> {
    await chat.session.cancel();
    if (!chat.session.isOpen) await this.#remove(chat);
  }

  async dispose(): Promise<void> {
    for (const one of this.#disposables) one.dispose();
    this.#ledger.close();
    await Promise.all([...this.#chats].map((chat) => this.#remove(chat)));
  }

  /** To be called after the review, or undo, may have decided about edits. */
  async settledElsewhere(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.settledElsewhere()));
  }

  async #closed(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    const chats = [...this.#chats].filter(({ session }) => session.uri === uri);
    for (const { session } of chats) await session.documentClosed(document.getText());
    // A change of the language closes a document too, and opens it again at once.
    for (const chat of chats) if (chat.buffer.document === undefined) await this.#remove(chat);
  }

  async #remove(chat: Chat): Promise<void> {
    this.#chats.delete(chat);
    await chat.session.dispose();
    chat.view.dispose();
    chat.buffer.dispose();
    this.#changed.fire();
  }
}
