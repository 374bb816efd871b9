import * as vscode from 'vscode';
import { moved } from '../../inline/edit-buffer.ts';
import type { Span } from '../../workspace/span.ts';
import { rangeOf } from '../documents/open-documents.ts';

/** Purpose of each open comment box: the box itself only knows lines. */
export interface BoxOpening {
  readonly uri: string;
  readonly readOnly: boolean;
  readonly selection: Span;
}

const openingsMax = 20;

/**
 * The selections that boxes were opened at, which follow the edits of their documents until the first message comes.
 */
export class BoxOpenings implements vscode.Disposable {
  #openings: BoxOpening[] = [];
  readonly #listening: vscode.Disposable;

  constructor() {
    this.#listening = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const uri = document.uri.toString();
      const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
        from: rangeOffset,
        to: rangeOffset + rangeLength,
        text,
      }));
      this.#openings = this.#openings.map((one) => {
        if (one.uri !== uri) return one;
        const follow = (span: Span, change: (typeof changes)[number]): Span => moved(span, change, { rewound: false });
        return { ...one, selection: changes.reduce(follow, one.selection) };
      });
    });
  }

  add(opening: BoxOpening): void {
    this.#openings = [...this.#openings, opening].slice(-openingsMax);
  }

  /** The last opening at the lines of a thread; the lines themselves if the box was opened by VS Code. */
  of(document: vscode.TextDocument, { range }: vscode.CommentThread): BoxOpening {
    const uri = document.uri.toString();
    const lines = range ?? new vscode.Range(0, 0, 0, 0);
    const selection = { from: document.offsetAt(lines.start), to: document.offsetAt(lines.end) };
    const found = this.#openings.findLast((one) => one.uri === uri && touchesLines(document, one.selection, lines));
    return found ?? { uri, readOnly: false, selection };
  }

  dispose(): void {
    this.#listening.dispose();
  }
}

/** True if a span and a range share a line. */
export function touchesLines(document: vscode.TextDocument, span: Span, lines: vscode.Range): boolean {
  const { start, end } = rangeOf(document, span);
  return start.line <= lines.end.line && end.line >= lines.start.line;
}
