import * as vscode from 'vscode';
import type { InlineSession } from '../../inline/inline-session.ts';

/** Shows where a model is writing: a bar beside the part; old lines that it has not reached are paler. */
export class WritingMarks implements vscode.Disposable {
  readonly #part = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderWidth: '0 0 0 2px',
    borderStyle: 'solid',
    borderColor: new vscode.ThemeColor('progressBar.background'),
    overviewRulerColor: new vscode.ThemeColor('progressBar.background'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
  readonly #old = vscode.window.createTextEditorDecorationType({ isWholeLine: true, opacity: '0.45' });
  readonly #sessions: () => readonly InlineSession[];

  constructor(sessions: () => readonly InlineSession[]) {
    this.#sessions = sessions;
  }

  draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      const writing = this.#sessions().filter(
        (session) =>
          session.phase === 'working' && session.original !== undefined && session.uri === document.uri.toString(),
      );
      const parts = writing.map(
        ({ span }) => new vscode.Range(document.positionAt(span.from), document.positionAt(span.to)),
      );
      editor.setDecorations(this.#part, parts);
      editor.setDecorations(
        this.#old,
        writing.flatMap(({ original = '' }, at) => {
          const part = parts[at];
          const left = part === undefined ? undefined : unreached(document, part, original);
          return left === undefined ? [] : [left];
        }),
      );
    }
  }

  dispose(): void {
    this.#part.dispose();
    this.#old.dispose();
  }
}

/** The last lines of the part that are still the last lines of the original. */
function unreached(document: vscode.TextDocument, part: vscode.Range, original: string): vscode.Range | undefined {
  const old = original.split(/\r?\n/);
  let line = part.end.line;
  for (let at = old.length - 1; at > 0 && line > part.start.line && document.lineAt(line).text === old[at]; at--)
    line--;
  return line === part.end.line
    ? undefined
    : new vscode.Range(line + 1, 0, part.end.line, document.lineAt(part.end.line).text.length);
}
