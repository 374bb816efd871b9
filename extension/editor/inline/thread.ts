import * as vscode from 'vscode';
import type { Remedy } from '../../rewrite/refusal.ts';
import { translate } from '../../translation.ts';
import type { InlineEntry, InlineView } from '../../inline/inline-parts.ts';
import type { InlineSession } from '../../inline/inline-session.ts';

/** Text that comes piece by piece is drawn so often at most. */
const frameMs = 60;
const remedies: Readonly<Record<Remedy, { readonly command: string; readonly title: () => string }>> = {
  model: { command: 'moonwright.selectModel', title: () => translate('Choose a larger model…') },
  trust: { command: 'workbench.trust.manage', title: () => translate('Manage trust…') },
  log: { command: 'moonwright.showLog', title: () => translate('Show the log') },
};
const allowed = [
  'moonwright.inlineAccept',
  'moonwright.inlineReject',
  'moonwright.inlineRetry',
  ...Object.values(remedies).map(({ command }) => command),
];

/** Shows an inline chat as a thread of comments under its code. */
export class ChatThread implements InlineView, vscode.Disposable {
  readonly thread: vscode.CommentThread;
  readonly #model: () => string;
  readonly #icon: vscode.Uri;
  readonly #changed: () => void;
  #session: InlineSession | undefined;
  #frame: NodeJS.Timeout | undefined;
  #disposed = false;

  /** `model`: the name of the model that answers; `changed` hears what the thread shows anew. */
  constructor(
    thread: vscode.CommentThread,
    options: { readonly model: () => string; readonly icon: vscode.Uri; readonly changed: () => void },
  ) {
    this.thread = thread;
    this.#model = options.model;
    this.#icon = options.icon;
    this.#changed = options.changed;
    thread.label = 'Moonwright';
    thread.canReply = true;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
  }

  show(session: InlineSession): void {
    this.#session = session;
  }

  changed(): void {
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined;
      this.#draw();
    }, frameMs);
  }

  async confirmLoss(): Promise<boolean> {
    const reject = translate('Reject');
    return (
      (await vscode.window.showWarningMessage(
        translate('You changed the proposed text. Reject it together with your changes?'),
        { modal: true },
        reject,
      )) === reject
    );
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#frame);
    this.thread.dispose();
  }

  #draw(): void {
    const session = this.#session;
    if (session === undefined || this.#disposed) return;
    this.thread.contextValue = session.phase;
    this.#follow(session);
    const last = session.entries.at(-1);
    this.thread.comments = session.entries.map((entry): vscode.Comment =>
      entry.author === 'user'
        ? {
            body: new vscode.MarkdownString().appendText(entry.text),
            mode: vscode.CommentMode.Preview,
            author: { name: translate('You') },
          }
        : {
            body: bodyOf(session, entry, entry === last),
            mode: vscode.CommentMode.Preview,
            author: { name: `Moonwright (${this.#model()})`, iconPath: this.#icon },
          },
    );
    this.#changed();
  }

  /** The thread stands under the code that it is about. */
  #follow({ uri, span }: InlineSession): void {
    const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri);
    if (document === undefined) return;
    const range = new vscode.Range(document.positionAt(span.from).line, 0, document.positionAt(span.to).line, 0);
    if (this.thread.range?.isEqual(range) !== true) this.thread.range = range;
  }
}

/** Only a body with no Markdown of the model's may have links that run commands. */
function bodyOf(session: InlineSession, entry: InlineEntry, isLast: boolean): vscode.MarkdownString {
  if (isLast && session.phase === 'working' && entry.text === '' && entry.note === '')
    return new vscode.MarkdownString(`*${translate('Working…')}*`);
  const links = [
    ...(entry.proposes ? linksFor(session) : []),
    ...(entry.remedy === undefined
      ? []
      : [`[${remedies[entry.remedy].title()}](command:${remedies[entry.remedy].command})`]),
  ];
  const body = new vscode.MarkdownString();
  if (links.length === 0)
    return body.appendMarkdown(entry.text).appendMarkdown(entry.note === '' ? '' : `\n\n${entry.note}`);
  body.isTrusted = { enabledCommands: allowed };
  return body.appendText(entry.text).appendMarkdown(`\n\n${entry.note}\n\n${links.join(' &nbsp;·&nbsp; ')}`);
}

function linksFor(session: InlineSession): string[] {
  const argument = encodeURIComponent(JSON.stringify([session.id]));
  const link = (title: string, name: string): string => `[${title}](command:moonwright.${name}?${argument})`;
  switch (session.phase) {
    case 'proposal':
      return [
        link(translate('Accept'), 'inlineAccept'),
        link(translate('Reject'), 'inlineReject'),
        link(translate('Retry'), 'inlineRetry'),
      ];
    case 'broken':
      return [link(translate('Reject'), 'inlineReject'), link(translate('Retry'), 'inlineRetry')];
    case 'idle':
    case 'working':
      return [];
  }
}
