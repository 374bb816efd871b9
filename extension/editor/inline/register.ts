import path from 'node:path';
import * as vscode from 'vscode';
import type { PendingEdits } from '../../edits/pending-edits.ts';
import { EditJournal, type JournalTexts } from '../../inline/edit-journal.ts';
import { EditLedger } from '../../inline/edit-ledger.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import { activeCodeEditor } from '../documents/active-editor.ts';
import type { CodeContext } from '../documents/code-context.ts';
import { writeText } from '../documents/document-writer.ts';
import { writeTextExactly } from '../documents/exact-file.ts';
import { leadsAway } from '../documents/file-place-check.ts';
import { documentAt } from '../documents/open-documents.ts';
import { showMessage } from '../model-text/messages.ts';
import { BoxOpenings, touchesLines } from './box-openings.ts';
import { InlineChats, type Chat } from './chats.ts';
import { CommentBox } from './comment-box.ts';
import type { InlineRefusals } from './editor-document.ts';
import { completeShortcut, enterInList } from './shortcut-list.ts';
import type { ModelLabel } from './thread.ts';
import type { Span } from '../../workspace/span.ts';
import { WritingMarks } from './writing-marks.ts';

/** Dependencies: storage for the edits of inline chats, and the receiver of errors. */
interface InlineStorage {
  readonly pending: PendingEdits;
  /** Tells the review which parts of a document are decided on in a chat. */
  readonly decidedElsewhere: (parts: (uri: string) => readonly Span[]) => void;
  /** A folder of this workspace's own. */
  readonly folder: string;
  readonly failed: (thrown: unknown) => void;
}

/** Registers the inline chat: its commands, context keys, lightbulb entry and shortcuts. */
export function registerInlineChat(
  rewriter: Rewriter,
  context: CodeContext,
  permission: InlineRefusals['permission'],
  label: ModelLabel,
  { pending, decidedElsewhere, folder, failed }: InlineStorage,
): vscode.Disposable {
  const journal = new EditJournal(path.join(folder, 'inline-edits.json'));
  const box = new CommentBox(label);
  const chats = new InlineChats(rewriter, new EditLedger(pending, journal, failed), context, permission, label);
  const marks = new WritingMarks(() => chats.sessions);
  const openings = new BoxOpenings();
  journal.recover(texts).catch(failed);
  decidedElsewhere((uri) =>
    chats.sessions.filter((session) => session.isOpen && session.uri === uri).map(({ span }) => span),
  );

  const chatOf = (thread: vscode.CommentThread, document: vscode.TextDocument): Chat =>
    chats.chatOf(thread, document, () => openings.of(document, thread));

  const open = async (options?: { readonly readonly?: boolean }): Promise<void> => {
    const editor = activeCodeEditor();
    if (editor === undefined) return void showMessage('info', vscode.l10n.t('Open a file first.'));
    if (editor.selections.length > 1)
      return void showMessage(
        'info',
        vscode.l10n.t('Inline chat works on one selection. Press Escape to keep one cursor, then try again.'),
      );
    const { document, selection } = editor;
    const uri = document.uri.toString();
    openings.add({
      uri,
      readOnly: options?.readonly === true,
      selection: { from: document.offsetAt(selection.start), to: document.offsetAt(selection.end) },
    });
    const here = chats.find();
    if (here !== undefined && here.session.isOpen && touchesLines(document, here.session.span, selection)) {
      here.view.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
      return;
    }
    // VS Code would fold an existing thread instead of opening a box.
    for (const chat of chats.idle(uri))
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
      return void showMessage(
        'info',
        vscode.l10n.t('The model is answering. Wait for it, or press Escape to stop it.'),
      );
    // Not awaited: the box keeps its text until this command ends.
    chat.session.send(reply.text.trim() === '' ? typed : reply.text).catch(failed);
  };

  /** Closes the chat after the decision, but not one that was only stopped. */
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
    openings,
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
    vscode.workspace.onDidChangeTextDocument(() => marks.draw()),
    { dispose: pending.onChange(() => void chats.settledElsewhere().catch(failed)) },
    vscode.languages.registerCodeActionsProvider(
      selector,
      { provideCodeActions: lightbulb },
      { providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite] },
    ),
    command('inlineEnter', () => enterInList(box.text)),
    vscode.languages.registerCompletionItemProvider(
      { scheme: 'comment' },
      { provideCompletionItems: completeShortcut },
      '/',
    ),
  ];
  return vscode.Disposable.from(...all);
}

/** Asks in a box at the top of the window; closes it if the comment box opens after all. */
async function askAbove(box: CommentBox): Promise<string | undefined> {
  const source = new vscode.CancellationTokenSource();
  const late = box.onOpen(() => source.cancel());
  try {
    return await vscode.window.showInputBox(
      {
        title: 'Moonwright',
        prompt: vscode.l10n.t('Say what to change, ask something, or type / for shortcuts'),
        ignoreFocusOut: true,
      },
      source.token,
    );
  } finally {
    late.dispose();
    source.dispose();
  }
}

/** Shows the answer as a message: notebook cells may not show threads. */
async function tellOfCell({ session }: Chat): Promise<void> {
  const said = session.entries.at(-1);
  const { phase } = session;
  const [accept, reject] = [vscode.l10n.t('Accept'), vscode.l10n.t('Reject')];
  const buttons = [...(phase === 'proposal' ? [accept] : []), ...(phase === 'idle' ? [] : [reject])];
  const text = [said?.text, phase === 'proposal' ? '' : said?.note].filter((part) => part !== undefined && part !== '');
  const answer = await showMessage(
    'info',
    text.join(' ') || vscode.l10n.t('There is a proposed change in this cell.'),
    ...buttons,
  );
  if (answer === accept) await session.accept();
  else if (answer === reject) await session.reject();
}

/** How the journal reads and restores documents of an earlier window. */
const texts: JournalTexts = {
  async read(uri) {
    return (await documentAt(uri))?.getText();
  },
  async write(uri, text) {
    const document = await documentAt(uri);
    if (document === undefined) return;
    if (document.isDirty || document.uri.scheme !== 'file') await writeText(document, text);
    else if (!(await leadsAway(document.uri.fsPath))) await writeTextExactly(document, text);
  },
};

/** The lightbulb's entry, only if code is selected: otherwise the bulb would always be there. */
function lightbulb(document: vscode.TextDocument, range: vscode.Range | vscode.Selection): vscode.CodeAction[] {
  if (range.isEmpty || document.getText(range).trim() === '') return [];
  const action = new vscode.CodeAction(vscode.l10n.t('Edit with Moonwright…'), vscode.CodeActionKind.RefactorRewrite);
  action.command = { title: action.title, command: 'moonwright.inlineChat' };
  return [action];
}
