import path from 'node:path';
import * as vscode from 'vscode';
import type { PendingEdits } from '../../edits/pending-edits.ts';
import { translate } from '../../translation.ts';
import { EditJournal, type JournalTexts } from '../../inline/edit-journal.ts';
import { EditLedger } from '../../inline/edit-ledger.ts';
import type { Span } from '../../rewrite/edit-target.ts';
import { leastReplacement, moved } from '../../inline/edit-buffer.ts';
import { shortcuts } from '../../rewrite/instruction.ts';
import { activeCodeEditor } from '../documents/active-editor.ts';
import { CommentBox, controllerId } from './comment-box.ts';
import { InlineChats, type Chat, type ChatsParts } from './chats.ts';
import { WritingMarks } from './writing-marks.ts';

export interface InlineChatParts extends Omit<ChatsParts, 'ledger'> {
  readonly pending: PendingEdits;
  /** A folder of this workspace's own. */
  readonly storage: string;
  readonly failed: (thrown: unknown) => void;
}

/** Where a box was opened, to know the exact selection when its first message comes. */
interface Opening {
  readonly uri: string;
  readonly readOnly: boolean;
  selection: Span;
}

const openingsMax = 20;

/** The inline chat: its commands, keys' contexts, lightbulb entry and shortcuts. */
export function registerInlineChat(parts: InlineChatParts): vscode.Disposable {
  const { failed, pending } = parts;
  const journal = new EditJournal(path.join(parts.storage, 'inline-edits.json'));
  const box = new CommentBox();
  const chats = new InlineChats({ ...parts, ledger: new EditLedger(pending, journal, failed) });
  const marks = new WritingMarks(() => chats.sessions);
  const openings: Opening[] = [];
  journal.recover(texts).catch(failed);

  const opening = (document: vscode.TextDocument, thread: vscode.CommentThread): Opening => {
    const uri = document.uri.toString();
    const range = thread.range ?? new vscode.Range(0, 0, 0, 0);
    const linesOf = ({ selection }: Opening): vscode.Range =>
      new vscode.Range(document.positionAt(selection.from), document.positionAt(selection.to));
    const found = openings
      .filter((one) => one.uri === uri)
      .findLast((one) => linesOf(one).end.line >= range.start.line && linesOf(one).start.line <= range.end.line);
    return (
      found ?? {
        uri,
        readOnly: false,
        selection: { from: document.offsetAt(range.start), to: document.offsetAt(range.end) },
      }
    );
  };

  const chatOf = (thread: vscode.CommentThread, document: vscode.TextDocument): Chat =>
    chats.chatOf(thread, () => {
      const { selection, readOnly } = opening(document, thread);
      return { document, selection, readOnly };
    });

  const open = async (options?: { readonly readonly?: boolean }): Promise<void> => {
    const editor = activeCodeEditor();
    if (editor === undefined)
      return void vscode.window.showInformationMessage(translate('Open a file to chat about its code.'));
    if (editor.selections.length > 1)
      return void vscode.window.showInformationMessage(
        translate('Inline chat works on one selection. Press Escape to keep one cursor, then try again.'),
      );
    const { document, selection } = editor;
    const one: Opening = {
      uri: document.uri.toString(),
      readOnly: options?.readonly === true,
      selection: { from: document.offsetAt(selection.start), to: document.offsetAt(selection.end) },
    };
    openings.push(one);
    openings.splice(0, openings.length - openingsMax);
    const here = chats.find();
    if (here !== undefined && here.session.isOpen && touchesLines(document, here.session.span, selection)) {
      here.view.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
      return;
    }
    // The editor would fold a thread that is there already, in place of opening a box.
    for (const chat of chats.idle(one.uri))
      if (touchesLines(document, chat.session.span, selection)) await chats.close(chat);
    if (await box.open(document)) return;
    const text = await askAbove(box);
    if (text === undefined || text.trim() === '') return;
    const thread = box.controller.createCommentThread(
      document.uri,
      new vscode.Range(selection.start, selection.end),
      [],
    );
    const chat = chatOf(thread, document);
    await chat.session.send(text);
    if (document.uri.scheme === 'vscode-notebook-cell') await tellOfCell(chat);
  };

  const send = async (reply: vscode.CommentReply): Promise<void> => {
    const document = await vscode.workspace.openTextDocument(reply.thread.uri);
    const chat = chatOf(reply.thread, document);
    const typed = box.takeTyped();
    box.sent();
    if (chat.session.phase === 'working')
      return void vscode.window.showInformationMessage(
        translate('The model is answering. Wait for it, or press Escape to stop it.'),
      );
    // The box stays full until this command is done, so the answer is not waited for.
    chat.session.send(reply.text.trim() === '' ? typed : reply.text).catch(failed);
  };

  /** Accepted and rejected chats are over; one that was only stopped goes on. */
  const decide =
    (act: (chat: Chat) => Promise<void>, options: { readonly closes: boolean }) =>
    async (from?: unknown): Promise<void> => {
      const chat = chats.find(from);
      if (chat === undefined) return;
      const wasWorking = chat.session.phase === 'working';
      await act(chat);
      if (options.closes && !wasWorking && !chat.session.isOpen) await chats.close(chat);
    };

  const refresh = (): void => {
    marks.draw();
    const uri = activeCodeEditor()?.document.uri.toString();
    const here = chats.sessions.filter((session) => session.uri === uri);
    void vscode.commands.executeCommand(
      'setContext',
      'moonwright:inlineOpen',
      here.some((session) => session.isOpen),
    );
    void vscode.commands.executeCommand(
      'setContext',
      'moonwright:inlineProposal',
      here.some((session) => session.phase === 'proposal'),
    );
  };

  const command = (name: string, run: (...values: never[]) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(`moonwright.${name}`, (...values: never[]) => run(...values).catch(failed));
  const selector: vscode.DocumentSelector = [
    { scheme: 'file' },
    { scheme: 'untitled' },
    { scheme: 'vscode-notebook-cell' },
  ];
  const all: vscode.Disposable[] = [
    box,
    chats,
    marks,
    command('inlineChat', open),
    command('inlineSend', send),
    command(
      'inlineAccept',
      decide((chat) => chat.session.accept(), { closes: true }),
    ),
    command(
      'inlineReject',
      decide((chat) => chat.session.reject(), { closes: true }),
    ),
    command(
      'inlineCancel',
      decide((chat) => chat.session.cancel(), { closes: true }),
    ),
    command(
      'inlineRetry',
      decide((chat) => chat.session.retry(), { closes: false }),
    ),
    command('inlineClose', async (from?: unknown) => {
      const chat = chats.find(from);
      if (chat !== undefined) await chats.close(chat);
    }),
    chats.onChange(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    vscode.window.onDidChangeVisibleTextEditors(() => marks.draw()),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      for (const one of openings) {
        if (one.uri !== document.uri.toString()) continue;
        for (const { rangeOffset, rangeLength, text } of contentChanges)
          one.selection = moved(
            one.selection,
            { from: rangeOffset, to: rangeOffset + rangeLength, text },
            { rewound: false },
          );
      }
      marks.draw();
    }),
    { dispose: pending.onChange(() => void chats.look().catch(failed)) },
    vscode.languages.registerCodeActionsProvider(
      selector,
      { provideCodeActions: lightbulb },
      { providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite] },
    ),
    vscode.languages.registerCompletionItemProvider(
      { scheme: 'comment' },
      { provideCompletionItems: completeShortcut },
      '/',
    ),
  ];
  return vscode.Disposable.from(...all);
}

/** Asks in a box at the top of the window; the one under the line takes its place should it still come. */
async function askAbove(box: CommentBox): Promise<string | undefined> {
  const source = new vscode.CancellationTokenSource();
  const late = box.onOpen(() => source.cancel());
  try {
    return await vscode.window.showInputBox(
      {
        title: 'Moonwright',
        prompt: translate('Say what to change, ask something, or type / for shortcuts'),
        ignoreFocusOut: true,
      },
      source.token,
    );
  } finally {
    late.dispose();
    source.dispose();
  }
}

/** Cells of notebooks may show no threads: a message says the same. */
async function tellOfCell({ session }: Chat): Promise<void> {
  const said = session.entries.at(-1);
  const [accept, reject] = [translate('Accept'), translate('Reject')];
  const buttons = session.phase === 'proposal' ? [accept, reject] : session.phase === 'broken' ? [reject] : [];
  const answer = await vscode.window.showInformationMessage(
    [said?.text, session.phase === 'proposal' ? '' : said?.note]
      .filter((part) => part !== undefined && part !== '')
      .join(' ') || translate('There is a proposed change in the cell.'),
    ...buttons,
  );
  if (answer === accept) await session.accept();
  else if (answer === reject) await session.reject();
}

/** Documents of an earlier window, for the journal. */
const texts: JournalTexts = {
  async read(uri) {
    return (await documentAt(uri))?.getText();
  },
  async write(uri, text) {
    const document = await documentAt(uri);
    if (document === undefined) return;
    const wasDirty = document.isDirty;
    const now = document.getText();
    const { part, by } = leastReplacement(now, text);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(document.positionAt(part.from), document.positionAt(part.to)), by);
    if ((await vscode.workspace.applyEdit(edit)) && !wasDirty && document.uri.scheme === 'file') await document.save();
  },
};

/** Opens a file's; an untitled one is there or gone. */
async function documentAt(uri: string): Promise<vscode.TextDocument | undefined> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
  if (open !== undefined || !uri.startsWith('file:')) return open;
  return vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true)).then(
    (document) => document,
    () => undefined,
  );
}

/** The lightbulb's entry, where code is selected: with only a cursor the bulb would never go out. */
function lightbulb(document: vscode.TextDocument, range: vscode.Range | vscode.Selection): vscode.CodeAction[] {
  if (range.isEmpty || document.getText(range).trim() === '') return [];
  const action = new vscode.CodeAction(translate('Edit with Moonwright…'), vscode.CodeActionKind.RefactorRewrite);
  action.command = { title: action.title, command: 'moonwright.inlineChat' };
  return [action];
}

/** Shortcuts, at the beginning of a box's text. */
function completeShortcut(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  const typed = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
  if (document.uri.authority !== controllerId || !/^\/\w*$/.test(typed)) return [];
  return shortcuts.map(({ name, title }) => {
    const item = new vscode.CompletionItem(
      { label: `/${name}`, description: title() },
      vscode.CompletionItemKind.Event,
    );
    item.range = new vscode.Range(new vscode.Position(0, 0), position);
    item.insertText = `/${name}`;
    return item;
  });
}

function touchesLines(document: vscode.TextDocument, span: Span, range: vscode.Range): boolean {
  return document.positionAt(span.from).line <= range.end.line && document.positionAt(span.to).line >= range.start.line;
}
