import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import { conflictWith } from '../../inline/edit-conflict.ts';
import type { EditLedger } from '../../inline/edit-ledger.ts';
import type { Span } from '../../rewrite/edit-target.ts';
import { InlineSession } from '../../inline/inline-session.ts';
import { activeCodeEditor } from '../documents/active-editor.ts';
import { VsCodeBuffer } from '../documents/buffer.ts';
import { ChatThread } from './thread.ts';
import { VsCodeInlineDocument, type DocumentParts } from './inline-document.ts';

export interface ChatsParts extends Pick<DocumentParts, 'lookup' | 'relative' | 'permission'> {
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
  readonly ledger: EditLedger;
  readonly model: () => string;
  readonly icon: vscode.Uri;
}

export interface Chat {
  readonly session: InlineSession;
  readonly view: ChatThread;
  readonly buffer: VsCodeBuffer;
}

/** The inline chats of this window. Owns: which there are, that they do not get into each other's way. */
export class InlineChats implements vscode.Disposable {
  readonly #parts: ChatsParts;
  readonly #chats = new Set<Chat>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];
  /** Something of a chat is shown anew. */
  readonly onChange = this.#changed.event;

  constructor(parts: ChatsParts) {
    this.#parts = parts;
    this.#disposables = [
      this.#changed,
      vscode.workspace.onDidCloseTextDocument((document) => void this.#closed(document)),
    ];
  }

  get sessions(): readonly InlineSession[] {
    return [...this.#chats].map(({ session }) => session);
  }

  /** The chat that the thread shows; a new one for a thread that has none yet. */
  chatOf(
    thread: vscode.CommentThread,
    create: () => { readonly document: vscode.TextDocument; readonly selection: Span; readonly readOnly: boolean },
  ): Chat {
    const known = [...this.#chats].find(({ view }) => view.thread === thread);
    if (known !== undefined) return known;
    const { document, selection, readOnly } = create();
    const { oneShot, syntax, ledger, model, icon, ...others } = this.#parts;
    const view = new ChatThread(thread, { model, icon, changed: () => this.#changed.fire() });
    const buffer = new VsCodeBuffer(document);
    const session: InlineSession = new InlineSession(
      {
        oneShot,
        syntax,
        ledger,
        view,
        document: new VsCodeInlineDocument(
          document,
          buffer,
          {
            syntax,
            ...others,
            conflict: (span) =>
              conflictWith(
                this.sessions.filter((other) => other !== session),
                session.uri,
                span,
              ),
          },
          { readOnly },
        ),
      },
      selection,
    );
    view.show(session);
    const chat = { session, view, buffer };
    this.#chats.add(chat);
    return chat;
  }

  /**
   * What a command is about: the chat that a link names, the thread it came from, else the open chat of the active
   * editor that is nearest to the cursor, working ones first.
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

  /** Chats of the document that wait for nothing. */
  idle(uri: string): readonly Chat[] {
    return [...this.#chats].filter(({ session }) => session.uri === uri && !session.isOpen);
  }

  /** Takes the thread away; what was proposed and not accepted is put back. */
  async close(chat: Chat): Promise<void> {
    await chat.session.cancel();
    if (chat.session.isOpen) return; // the user would not lose what they wrote
    await this.#remove(chat);
  }

  async dispose(): Promise<void> {
    for (const one of this.#disposables) one.dispose();
    this.#parts.ledger.close();
    await Promise.all([...this.#chats].map((chat) => this.#remove(chat)));
  }

  /** The review decided about something, or undo did. */
  async look(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.settledElsewhere()));
  }

  async #closed(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    const chats = [...this.#chats].filter(({ session }) => session.uri === uri);
    if (chats.length === 0) return;
    for (const { session } of chats) await session.documentClosed(document.getText());
    // Another language for the same text closes it too, and opens it again.
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
