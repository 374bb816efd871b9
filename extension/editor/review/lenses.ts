import * as vscode from 'vscode';
import { rangeOf } from '../documents/open-documents.ts';
import type { Hunk } from '../../edits/hunks.ts';
import type { PendingEdits } from '../../edits/pending-edits.ts';
import type { Span } from '../../workspace/span.ts';

/** Code lenses "Keep" and "Undo" above each pending hunk. */
export class HunkLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #pending: PendingEdits;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: readonly vscode.Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;
  /** The parts of a document that are decided on elsewhere: hunks in them have no lenses. */
  elsewhere: (uri: string) => readonly Span[] = () => [];

  constructor(pending: PendingEdits) {
    this.#pending = pending;
    this.#disposables = [
      vscode.languages.registerCodeLensProvider([{ scheme: 'file' }, { scheme: 'untitled' }], this),
      { dispose: pending.onChange(() => this.#changed.fire()) },
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const uri = document.uri.toString();
    const file = this.#pending.file(uri);
    if (file === undefined || file.changing || file.deleted) return [];
    const elsewhere = this.elsewhere(uri).map((span) => rangeOf(document, span));
    return file.hunks.flatMap((hunk, at) => {
      const range = firstLineOf(document, hunk);
      if (elsewhere.some(({ start, end }) => start.line <= range.start.line && range.start.line <= end.line)) return [];
      const lens = (title: string, name: string, tooltip: string): vscode.CodeLens =>
        new vscode.CodeLens(range, { title, tooltip, command: `moonwright.${name}`, arguments: [uri, hunk] });
      const lenses = [
        lens(`$(check) ${vscode.l10n.t('Keep')}`, 'keepHunk', vscode.l10n.t('Keep this change')),
        lens(`$(discard) ${vscode.l10n.t('Undo')}`, 'undoHunk', vscode.l10n.t('Undo this change')),
      ];
      if (file.hunks.length > 1)
        lenses.push(
          lens(
            vscode.l10n.t('{0} of {1}', at + 1, file.hunks.length),
            'nextHunk',
            vscode.l10n.t('Go to the next change'),
          ),
        );
      return lenses;
    });
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
    this.#changed.dispose();
  }
}

/** The first line of a hunk; for lines deleted at the end of the text, the last line. */
export function firstLineOf(document: vscode.TextDocument, hunk: Hunk): vscode.Range {
  const line = Math.min(hunk.newStart, document.lineCount - 1);
  return new vscode.Range(line, 0, line, 0);
}
