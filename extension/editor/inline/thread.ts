import * as vscode from 'vscode';
import type { Remedy } from '../../rewrite/refusal.ts';
import type { InlineEntry } from '../../inline/inline-entries.ts';
import type { InlineSession, InlineView } from '../../inline/inline-session.ts';
import { modelMarkdown, textMarkdown, textWithCommands } from '../model-text/markdown-string.ts';

/** A growing answer is drawn at most once in this time. */
const frameMs = 60;
const remedies: Readonly<Record<Remedy, { readonly command: string; readonly title: () => string }>> = {
  model: { command: 'moonwright.selectModel', title: () => vscode.l10n.t('Choose a larger model…') },
  trust: { command: 'workbench.trust.manage', title: () => vscode.l10n.t('Manage trust…') },
  log: { command: 'moonwright.showLog', title: () => vscode.l10n.t('Show the log') },
};
const allowed = [
  'moonwright.inlineAccept',
  'moonwright.inlineReject',
  'moonwright.inlineRetry',
  ...Object.values(remedies).map(({ command }) => command),
];

/** How the model is named in a thread. */
export interface ModelLabel {
  /** The model that answers now, and its host where it is not this machine. */
  readonly model: () => string;
  /** Calls back when another one answers. */
  readonly onChange: (listener: () => void) => vscode.Disposable;
  readonly icon: vscode.Uri;
}

/** Shows an inline chat as a comment thread below its code. */
export class ChatThread implements InlineView, vscode.Disposable {
  readonly thread: vscode.CommentThread;
  readonly #label: ModelLabel;
  readonly #changed: () => void;
  #session: InlineSession | undefined;
  #frame: NodeJS.Timeout | undefined;
  #disposed = false;

  /** `changed` is called after every drawing. */
  constructor(thread: vscode.CommentThread, label: ModelLabel, changed: () => void) {
    this.thread = thread;
    this.#label = label;
    this.#changed = changed;
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

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#frame);
    this.thread.dispose();
  }

  #draw(): void {
    const session = this.#session;
    if (session === undefined || this.#disposed) return;
    this.thread.contextValue = session.phase;
    this.thread.label = `Moonwright (${this.#label.model()})`;
    this.#follow(session);
    const last = session.entries.at(-1);
    this.thread.comments = session.entries.map((entry): vscode.Comment =>
      entry.author === 'user'
        ? {
            body: textMarkdown(entry.text),
            mode: vscode.CommentMode.Preview,
            author: { name: vscode.l10n.t('You') },
          }
        : {
            body: bodyOf(session, entry, entry === last),
            mode: vscode.CommentMode.Preview,
            author: { name: `Moonwright (${this.#label.model()})`, iconPath: this.#label.icon },
          },
    );
    this.#changed();
  }

  /** Keeps the thread below its code. */
  #follow({ uri, span }: InlineSession): void {
    const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri);
    if (document === undefined) return;
    const range = new vscode.Range(document.positionAt(span.from).line, 0, document.positionAt(span.to).line, 0);
    if (this.thread.range?.isEqual(range) !== true) this.thread.range = range;
  }
}

/** A body with links that run commands holds the model's text as plain text, never as Markdown. */
function bodyOf(session: InlineSession, entry: InlineEntry, isLast: boolean): vscode.MarkdownString {
  if (isLast && session.phase === 'working' && entry.text === '' && entry.note === '')
    return modelMarkdown(`*${vscode.l10n.t('Working…')}*`);
  const links = [
    ...(entry.proposes ? linksFor(session) : []),
    ...(entry.remedy === undefined
      ? []
      : [`[${remedies[entry.remedy].title()}](command:${remedies[entry.remedy].command})`]),
  ];
  return links.length === 0
    ? modelMarkdown(entry.text, entry.note)
    : textWithCommands(entry.text, entry.note, links, allowed);
}

function linksFor(session: InlineSession): string[] {
  const argument = encodeURIComponent(JSON.stringify([session.id]));
  const link = (title: string, name: string): string => `[${title}](command:moonwright.${name}?${argument})`;
  switch (session.phase) {
    case 'proposal':
      return [
        link(vscode.l10n.t('Accept'), 'inlineAccept'),
        link(vscode.l10n.t('Reject'), 'inlineReject'),
        link(vscode.l10n.t('Retry'), 'inlineRetry'),
      ];
    case 'broken':
      return [link(vscode.l10n.t('Reject'), 'inlineReject'), link(vscode.l10n.t('Retry'), 'inlineRetry')];
    case 'idle':
    case 'working':
      return [];
  }
}
