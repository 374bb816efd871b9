import * as vscode from 'vscode';
import { linesOf, type Hunk } from '../../edits/hunks.ts';
import type { PendingEdits, PendingFile } from '../../edits/pending-edits.ts';
import { captionedCode } from '../model-text/markdown-string.ts';

/** Number of deleted lines that a hover shows. */
const shownMax = 40;

/** Colours inserted lines of pending hunks, marks where lines were deleted, and shows the old text on hover. */
export class HunkMarks implements vscode.Disposable {
  readonly #pending: PendingEdits;
  readonly #inserted = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('diffEditor.insertedLineBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorGutter.addedBackground'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
  readonly #removed = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderColor: new vscode.ThemeColor('editorGutter.deletedBackground'),
    borderStyle: 'dashed',
    borderWidth: '1px 0 0 0',
    overviewRulerColor: new vscode.ThemeColor('editorGutter.deletedBackground'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
  readonly #disposables: readonly vscode.Disposable[];

  constructor(pending: PendingEdits) {
    this.#pending = pending;
    const draw = (): void => this.#draw();
    this.#disposables = [
      this.#inserted,
      this.#removed,
      vscode.window.onDidChangeVisibleTextEditors(draw),
      vscode.window.tabGroups.onDidChangeTabs(draw),
      { dispose: pending.onChange(draw) },
    ];
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const file = isPlain(editor) ? this.#pending.file(editor.document.uri.toString()) : undefined;
      const hunks = file === undefined || file.deleted ? [] : file.hunks;
      const options = (hunk: Hunk): vscode.DecorationOptions => ({
        range: linesIn(editor.document, hunk),
        ...(file !== undefined &&
          hunk.oldLines > 0 && { hoverMessage: before(file, hunk, editor.document.languageId) }),
      });
      editor.setDecorations(this.#inserted, hunks.filter((hunk) => hunk.newLines > 0).map(options));
      editor.setDecorations(this.#removed, hunks.filter((hunk) => hunk.newLines === 0).map(options));
    }
  }
}

/** False for diff editors, which show changes in their own way. */
function isPlain(editor: vscode.TextEditor): boolean {
  const tab = vscode.window.tabGroups.all.find((group) => group.viewColumn === editor.viewColumn)?.activeTab;
  return tab?.input instanceof vscode.TabInputText && tab.input.uri.toString() === editor.document.uri.toString();
}

function linesIn(document: vscode.TextDocument, hunk: Hunk): vscode.Range {
  const last = document.lineCount - 1;
  return new vscode.Range(
    Math.min(hunk.newStart, last),
    0,
    Math.min(hunk.newStart + Math.max(1, hunk.newLines) - 1, last),
    0,
  );
}

function before(file: PendingFile, hunk: Hunk, language: string): vscode.MarkdownString {
  const lines = linesOf(file.baseline ?? '').slice(hunk.oldStart, hunk.oldStart + hunk.oldLines);
  const more = lines.length > shownMax ? vscode.l10n.t('and {0} more lines', lines.length - shownMax) : '';
  return captionedCode(vscode.l10n.t('Before:'), lines.slice(0, shownMax).join(''), language, more);
}
